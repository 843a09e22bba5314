"""A provider's endpoint as all instances share it."""
