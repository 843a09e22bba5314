"""Copies of audio in memory, and what makes them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime

from shared.errors import StoreConflict
from shared.model.listening.recipe import ListeningRecipe
from shared.model.listening.waveform import Levels
from shared.model.preparing.channels import Window
from shared.model.preparing.recipe import Recipe
from shared.ports.copies import Copied, CopyToHear, HasGaps, Read, Speech, Take
from tests.fakes.clock import FakeClock

STEP = 16


class FakeCopies:
    """`ports.copies.Copies`. `kept` are those that are finished, by name; `lost_races` counts the
    runs that others were quicker than; `beside` is what else lies in the container."""

    def __init__(
        self,
        clock: FakeClock,
        container: str = "prepared",
        beside: dict[str, tuple[bytes, str]] | None = None,
    ) -> None:
        self.clock, self.container = clock, container
        self.beside = {} if beside is None else beside
        self.kept: dict[str, bytes] = {}
        self.media_types: dict[str, str] = {}
        self.made_at: dict[str, datetime] = {}
        self.runs: dict[str, int] = {}
        self.lost_races = 0

    def path(self, name: str) -> str:
        return f"{self.container}/{name}"

    def begin(self, name: str, media_type: str) -> FakeCopying:
        self.runs[name] = self.runs.get(name, 0) + 1
        return FakeCopying(self, name, media_type)

    def remove_all(self, prefix: str) -> None:
        for name in [name for name in self.kept if name.startswith(prefix)]:
            del self.kept[name]
        for name in [name for name in self.beside if name.startswith(prefix)]:
            del self.beside[name]

    def remove_older(self, than: datetime) -> int:
        old = [name for name in self.kept if self.made_at[name] < than]
        for name in old:
            del self.kept[name]
        return len(old)


class FakeCopying:
    """Like storage: who finishes drops the blocks of all others."""

    def __init__(self, copies: FakeCopies, name: str, media_type: str) -> None:
        self._copies, self._name, self._media_type = copies, name, media_type
        self._blocks: dict[int, bytes] = {}
        self._finished = copies.kept.get(name)

    def put(self, number: int, block: bytes) -> None:
        self._blocks[number] = block

    def finish(self) -> None:
        kept = self._copies.kept
        if kept.get(self._name) is not self._finished:
            self._copies.lost_races += 1
            raise StoreConflict("finish copy: somebody else was first")
        kept[self._name] = b"".join(self._blocks[number] for number in sorted(self._blocks))
        self._copies.media_types[self._name] = self._media_type
        self._copies.made_at[self._name] = self._copies.clock.now()


class FakeConverter:
    """`ports.copies.Converter`. `windows` is what it hears, `found` whether that is speech;
    `gaps` that no sound can be taken out as it is; a file of `unread` bytes cannot
    be read. What is in `errors` is raised by the next copies, after some of it was read."""

    def __init__(self) -> None:
        self.windows: Sequence[Window] = ()
        self.found: Speech = "perhaps"
        self.asked_for_speech = 0
        self.gaps = False
        self.unread = 0
        self.copied = Copied()
        self.errors: list[Exception] = []
        self.listened = 0
        self.made: list[Recipe] = []
        self.made_to_hear: list[ListeningRecipe] = []

    def listen(self, size: int, read: Read, windows: int) -> Sequence[Window]:
        self.listened += 1
        read(0, min(size, STEP))
        return self.windows[:windows]

    def speech(self, size: int, read: Read) -> Speech:
        self.asked_for_speech += 1
        read(0, min(size, STEP))
        return self.found

    def copy(self, size: int, read: Read, recipe: Recipe, take: Take) -> Copied:
        data = b"".join(read(at, min(STEP, size - at)) for at in range(0, size, STEP)[:4])
        take(1, data)
        if self.errors:
            raise self.errors.pop(0)
        if recipe.way == "remux" and self.gaps:
            raise HasGaps
        take(0, f"{recipe.format}:".encode())
        self.made.append(recipe)
        if size == self.unread:
            return Copied(unread=True)
        if self.copied != Copied():
            return self.copied
        return Copied(bytes=len(data), duration_ms=10**9, packets=10)

    def copy_to_hear(
        self, size: int, read: Read, recipe: ListeningRecipe, take: Take
    ) -> CopyToHear:
        """The sound of three seconds, of which the second is silent."""
        data = b"".join(read(at, min(STEP, size - at)) for at in range(0, size, STEP)[:4])
        take(1, data)
        if self.errors:
            raise self.errors.pop(0)
        take(0, b"MP3:")
        self.made_to_hear.append(recipe)
        loud, quiet = (-9_000, 9_000), (-1, 1)
        stretches = [loud] * 20 + [quiet] * 30 + [loud] * 10
        values = array("h", [each for pair in stretches for each in pair * len(recipe.mix)])
        copied = Copied(unread=True) if size == self.unread else Copied(bytes=12, duration_ms=3_000)
        return CopyToHear(copied, Levels(values, len(recipe.mix), 16_000, 800))
