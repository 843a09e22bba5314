"""The HTTP API: what programs ask, and how they are answered. Functions only pass it on."""
