"""Seals: a key for each thing that is sealed, wrapped by a key of the vault or of the machine."""
