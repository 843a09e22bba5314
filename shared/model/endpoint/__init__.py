"""How an endpoint is doing, and what it takes."""
