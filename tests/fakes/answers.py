"""Answers in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from shared.errors import StoreUnavailable
from shared.ports.answers import KeptAnswer

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class FakeAnswers:
    """`ports.answers.Answers`. While `is_shut` no slot is to be had, and `refusals` are how often
    an answer is not taken."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.sealed: set[str] = set()
        self.is_shut = False
        self.refusals = 0

    def slot(self, mark: str, *, is_sealed: bool) -> FakeSlot:
        if self.is_shut:
            raise StoreUnavailable("no key")
        if is_sealed:
            self.sealed.add(mark)
        return FakeSlot(self, mark)

    def read(self, mark: str) -> bytes | None:
        return self.answers.get(mark)

    def has(self, mark: str) -> bool:
        return mark in self.answers

    def kept(self, beginning: str) -> Iterator[tuple[KeptAnswer, ...]]:
        yield tuple(KeptAnswer(m, AT) for m in self.answers if m.startswith(beginning))

    def remove(self, mark: str) -> None:
        self.answers.pop(mark, None)


class FakeSlot:
    """`ports.answers.Slot`."""

    def __init__(self, of: FakeAnswers, mark: str) -> None:
        self._of, self._mark = of, mark

    def put(self, answer: bytes) -> None:
        if self._of.refusals:
            self._of.refusals -= 1
            raise StoreUnavailable("503")
        self._of.answers.setdefault(self._mark, answer)
