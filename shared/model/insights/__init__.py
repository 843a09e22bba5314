"""Insights: what is asked of a transcript, and what is believed of the answers."""
