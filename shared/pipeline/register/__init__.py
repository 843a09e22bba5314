"""A blob becomes a recording, once, and is looked into."""
