"""Files that a command reads, and the folder that it writes into. What cannot be done with them is
told before anything is sent."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer


def read(file: Path) -> bytes:
    """Raises `typer.BadParameter`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.") from None


def text_of(file: Path) -> str:
    """Raises `typer.BadParameter`, also where it is not UTF-8."""
    try:
        return read(file).decode("utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8 text.") from None


def make_ready(folder: Path) -> None:
    """Makes it. Raises `typer.BadParameter` where nothing can be put into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        text = f"Nothing can be put into {folder}: {error.strerror}."
        raise typer.BadParameter(text) from None
