"""A job: one create call at a provider, its row, and what it goes through."""
