"""How a conversation went, in numbers, and what many of them have in common."""
