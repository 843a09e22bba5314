"""The command `dropscribe`."""

from dropscribe.cli.app import main

__all__ = ["main"]
