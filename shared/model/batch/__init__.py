"""Batches, jobs and recordings: the rows of the state, and how they change."""
