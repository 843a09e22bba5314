"""Copies of audio: what makes them, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

import msgspec

from shared.model.listening.recipe import ListeningRecipe
from shared.model.listening.waveform import Levels
from shared.model.preparing.channels import Window
from shared.model.preparing.recipe import Recipe

Read = Callable[[int, int], bytes]
"""A range of the original: offset, length."""
Take = Callable[[int, bytes], None]
"""A block of the copy, by its number; they come in any order, one with the number 0 last."""


class HasGaps(Exception):
    """Taken as it is, the sound would not be at its times: it has to be decoded."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `duration_ms` is that of the sound, once where its channels stand end to
    end; 0 where nothing was decoded. `unread` tells that the
    content could not be read at all."""

    bytes: int = 0
    duration_ms: int = 0
    packets: int = 0
    bad_packets: int = 0
    unread: bool = False


Speech = Literal["perhaps", "none", "silence"]
"""What is in a file. "none": hiss, hum and tones alone."""


class CopyToHear(NamedTuple):
    """A listening copy that was made, and what was measured of it."""

    copied: Copied
    levels: Levels


class Converter(Protocol):
    """Raises `TooCostly` where the file is to blame, `ReaderUnavailable` where it is not; what
    `read` and `take` raise passes through."""

    def listen(self, size: int, read: Read, windows: int) -> Sequence[Window]:
        """So many short stretches, spread over a file of `size` bytes; fewer where it is short or
        cannot be read."""

    def speech(self, size: int, read: Read) -> Speech:
        """Whether there may be speech in it. Read until that is clear."""

    def copy(self, size: int, read: Read, recipe: Recipe, take: Take) -> Copied:
        """Blocks of at most 4 MiB, never the whole in memory. Raises `HasGaps`."""

    def copy_to_hear(
        self, size: int, read: Read, recipe: ListeningRecipe, take: Take
    ) -> CopyToHear:
        """The same of a listening copy, measured on the way."""


class Copying(Protocol):
    """A copy on its way. While it is not finished, nobody sees it; what is never finished goes by
    itself."""

    def put(self, number: int, block: bytes) -> None:
        """A block; one that was put before under that number is replaced."""

    def finish(self) -> None:
        """All that was put, in the order of the numbers, in place of what was there. Raises
        `StoreConflict` where somebody else finished the same copy meanwhile."""


class Copies(Protocol):
    """Where they are kept. A name is of a copy in its container; `path` puts that before it."""

    def path(self, name: str) -> str:
        """ "container/name"."""

    def begin(self, name: str, media_type: str) -> Copying:
        """A copy that is to be there under that name."""

    def remove_all(self, prefix: str) -> None:
        """Those whose names begin so."""

    def remove_older(self, than: datetime) -> int:
        """Those that were made before; how many."""
