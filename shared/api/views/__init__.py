"""How things look from outside: what the API answers with."""
