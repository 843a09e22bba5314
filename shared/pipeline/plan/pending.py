"""Which batches will be planned anyway, so that a burst sends one message."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock


class PendingPlans:
    """The plan messages that this process has sent and that have not come due yet. A recording
    inserted before its batch's message comes due needs no message of its own. With `lock` a
    burst of recordings sends one."""

    def __init__(self, most: int = 10_000) -> None:
        self._due: OrderedDict[str, datetime] = OrderedDict()
        self.lock = Lock()
        self._most = most

    def covers(self, batch_id: str, now: datetime) -> bool:
        return self._due.get(batch_id, now) > now

    def note(self, batch_id: str, due_at: datetime) -> None:
        self._due[batch_id] = due_at
        self._due.move_to_end(batch_id)
        while len(self._due) > self._most:
            self._due.popitem(last=False)
