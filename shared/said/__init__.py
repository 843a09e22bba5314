"""What was said is kept for those who look for it and those who count it, and forgotten."""
