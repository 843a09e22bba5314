"""Who may do what: roles, callers, keys, and what is written down of it."""
