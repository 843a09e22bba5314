"""Providers that answer at once: the call is made by itself, and its answer is the result."""
