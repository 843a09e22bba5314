"""What transcribing costs, and what may be spent."""
