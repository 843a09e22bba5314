"""Made-up input for everything that strangers may hand us: containers of sound, manifests,
webhooks, and what providers answer. `make fuzz` runs it for ten minutes."""
