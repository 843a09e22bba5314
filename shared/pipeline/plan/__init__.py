"""Waiting recordings become jobs."""
