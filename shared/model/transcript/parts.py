"""Things that come one after the other, in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def parts(things: Iterable[_T], begins: Callable[[Sequence[_T], _T], bool]) -> Iterator[list[_T]]:
    """`begins` tells of the part so far, which holds something, and what comes next whether that
    begins a part of its own."""
    part: list[_T] = []
    for thing in things:
        if part and begins(part, thing):
            yield part
            part = []
        part.append(thing)
    if part:
        yield part
