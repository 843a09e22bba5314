"""The parts of the sweep have their turns, so that none can starve the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from shared.errors import DropscribeError
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock

DIARY = "sweep"
P = TypeVar("P")


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Where a part of the last sweep never came to its end, the next one begins with the part after
    it. A read and a write for each part."""

    diaries: Diaries
    clock: Clock

    def parts(self, parts: Mapping[str, P]) -> Iterator[tuple[str, P]]:
        """In their order, or from the one on that was not reached the last time."""
        names = list(parts)
        cut_short = self._began_last()
        if cut_short in parts:
            at = (names.index(cut_short) + 1) % len(names)
            names = names[at:] + names[:at]
        for name in names:
            self._note(name)
            yield name, parts[name]
        self._note("")

    def _began_last(self) -> str:
        with suppress(DropscribeError):
            diary = self.diaries.get(DIARY)
            return diary.place if diary is not None else ""
        return ""

    def _note(self, name: str) -> None:
        """A sweep goes on where this cannot be noted."""
        with suppress(DropscribeError):
            now, there = self.clock.now(), self.diaries.get(DIARY)
            diary = there or Diary(name=DIARY, done_at=now)
            self.diaries.save(msgspec.structs.replace(diary, done_at=now, place=name))
