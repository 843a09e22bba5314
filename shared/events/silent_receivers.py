"""Receivers that are left alone for a while, because they do not answer or ask for it.

Known to this process alone. A receiver that hangs would keep every thread waiting, and the pipeline
with them; so after a sign of it no more is tried until a pause is over, and then one call tells.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from shared.model.events.delivery import LONGEST_WAIT, pause

MOST = 10_000
PROBE = timedelta(seconds=20)  # longer than any call takes


class _Pause(NamedTuple):
    """`is_probe`: the pause is over, and somebody is finding out how it is now."""

    streak: int
    until: datetime
    is_probe: bool = False


class Pauses:
    """By whatever tells receivers apart."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Pause] = OrderedDict()
        self._lock = Lock()

    def left(self, target: str, now: datetime) -> timedelta | None:
        """How long it is to be left alone yet; None: not any more."""
        with self._lock:
            there = self._known.get(target)
            return None if there is None or there.until <= now else there.until - now

    def claim(self, target: str, now: datetime) -> timedelta | None:
        """None: it may be called. When a pause is over, the first who asks may, and the others
        wait for what that brings."""
        with self._lock:
            there = self._known.get(target)
            if there is None:
                return None
            if now < there.until:
                return there.until - now
            self._known[target] = _Pause(there.streak, now + PROBE, is_probe=True)
            return None

    def unwell(self, target: str, now: datetime, asked: timedelta | None) -> None:
        """It did not answer, or asked to be left alone for so long. Calls that were made side by
        side count once."""
        with self._lock:
            there = self._known.get(target, _Pause(0, now))
            is_known = now < there.until and not there.is_probe
            streak = there.streak if is_known else there.streak + 1
            least = there.until if is_known else now + pause(streak)
            until = max(least, now + min(asked or timedelta(), LONGEST_WAIT))
            self._known[target] = _Pause(streak, until)
            self._known.move_to_end(target)
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def well(self, target: str) -> None:
        with self._lock:
            self._known.pop(target, None)
