"""Copies by which people hear recordings in a browser."""
