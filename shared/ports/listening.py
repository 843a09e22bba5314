"""Where listening copies are kept, and what is known of them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from shared.ports.copies import Copies


class ListeningNotes(Protocol):
    """What is known of each copy, by name."""

    def read(self, name: str, /) -> tuple[bytes, str] | None:
        """With its version; None: nobody asked for it yet."""

    def write(self, name: str, content: bytes, version: str | None, /) -> bool:
        """In place of that version, None: of nothing. False: somebody was first."""


class ListeningPorts(NamedTuple):
    """What listening copies stand on: `notes` and the copies themselves lie side by side."""

    copies: Copies
    notes: ListeningNotes
