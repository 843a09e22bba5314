"""How many calls at a time each receiver gets, so that one that is slow delays no other.

Known to this process alone. Who has not answered yet gets one, who answers quickly a few; those who
answer slowly get one each, and all of them together a part of what there is.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from threading import Lock

SLOW_MS = 2_000
MOST_KNOWN = 10_000
AGAIN = timedelta(seconds=5)
"""When somebody comes back to a receiver that has its share of calls, at the soonest."""
APART = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)


class Shares:
    """Of `calls` that this process makes at a time. By whatever tells receivers apart."""

    def __init__(self, calls: int) -> None:
        self._most, self._most_slow = max(1, calls // 4), max(1, calls // 4)
        self._is_slow: OrderedDict[str, bool] = OrderedDict()
        self._turns: OrderedDict[str, datetime] = OrderedDict()
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, target: str, wanted: int) -> int:
        """How many calls at a time it gets for now, 0 for none; they are given back."""
        with self._lock:
            found = min(wanted, self._room(target))
            if found > 0:
                self._taken[target] += found
            return max(found, 0)

    def give_back(self, target: str, calls: int = 1) -> None:
        with self._lock:
            self._taken[target] -= calls
            if self._taken[target] <= 0:
                del self._taken[target]

    def note(self, target: str, ms: int) -> None:
        """How long it took to answer, or not to."""
        with self._lock:
            self._is_slow[target] = ms >= SLOW_MS
            self._is_slow.move_to_end(target)
            if len(self._is_slow) > MOST_KNOWN:
                self._is_slow.popitem(last=False)

    def is_full(self, target: str) -> bool:
        with self._lock:
            return self._room(target) <= 0

    def turn(self, target: str, now: datetime) -> timedelta:
        """How long somebody waits who came too late: those of one receiver come back one after
        the other, so that nobody asks for hundreds of them every few seconds."""
        with self._lock:
            soonest = max(now + AGAIN, self._turns.get(target, now) + APART)
            at = self._turns[target] = min(soonest, now + LONGEST)
            self._turns.move_to_end(target)
            if len(self._turns) > MOST_KNOWN:
                self._turns.popitem(last=False)
            return at - now

    def _room(self, target: str) -> int:
        is_slow = self._is_slow.get(target)
        if is_slow is False:
            return self._most - self._taken[target]
        own = 1 - self._taken[target]
        if is_slow is None:
            return own
        slow = sum(n for name, n in self._taken.items() if self._is_slow.get(name))
        return min(own, self._most_slow - slow)
