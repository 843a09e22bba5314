"""What somebody asks of a batch does not fail because a step changed its header that moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shared.errors import StoreConflict

TRIES = 5
_T = TypeVar("_T")


def insist(ask: Callable[[], _T]) -> _T:
    """`ask` reads anew each time. Raises `StoreConflict` where others change it again and again."""
    for _ in range(TRIES - 1):
        try:
            return ask()
        except StoreConflict:
            continue
    return ask()
