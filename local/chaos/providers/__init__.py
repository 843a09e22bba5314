"""A file for each provider, and their registry."""
