"""What runs in the child. It imports nothing else of ours, so that it starts quickly."""
