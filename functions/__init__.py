"""Thin triggers: each decodes what came, calls one use-case and encodes what came of it."""
