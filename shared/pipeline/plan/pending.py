"""Which batches will be planned anyway, so that a burst sends one message."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock


class PendingPlans:
    """The plan messages that this process has sent and that have not come due yet. A recording
    inserted before its batch's message comes due needs no message of its own. With `lock` a
    burst of recordings sends one. And the batches whose header this process knows to be there."""

    def __init__(self, most: int = 10_000) -> None:
        self._due: OrderedDict[str, datetime] = OrderedDict()
        self._stored: OrderedDict[str, None] = OrderedDict()
        self.lock = Lock()
        self._most = most

    def covers(self, batch_id: str, now: datetime) -> bool:
        return self._due.get(batch_id, now) > now

    def note(self, batch_id: str, due_at: datetime) -> None:
        self._due[batch_id] = due_at
        self._due.move_to_end(batch_id)
        while len(self._due) > self._most:
            self._due.popitem(last=False)

    def is_stored(self, batch_id: str) -> bool:
        return batch_id in self._stored

    def note_stored(self, batch_id: str) -> None:
        with self.lock:
            self._stored[batch_id] = None
            while len(self._stored) > self._most:
                self._stored.popitem(last=False)


class UnderWay:
    """What this process is at, such as the planning of a batch, each with whether it was asked to
    do so again."""

    def __init__(self) -> None:
        self._asked: dict[str, bool] = {}
        self._lock = Lock()

    def begin(self, name: str) -> bool:
        """False: somebody is at it already, and will be once more."""
        with self._lock:
            is_new = name not in self._asked
            self._asked[name] = not is_new
            return is_new

    def end(self, name: str) -> bool:
        """Whether somebody asked meanwhile."""
        with self._lock:
            return self._asked.pop(name)
