"""What there is of a recording goes, or is held."""
