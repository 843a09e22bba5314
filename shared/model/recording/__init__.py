"""A recording: its row, what it goes through, and what becomes of it."""
