"""What this process knows of the active jobs without a question to the table."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from shared.model.job.active_job import ActiveJob

MOST_SEEN = 2_000


class SeenJobs:
    """The active jobs by id, as this process listed or wrote them last. They may be anything by
    now: whoever believes an entry saves on the version that it carries, or reads the job. Who
    lists them anew holds `turn`, so that one listing is enough for many who miss theirs at once."""

    def __init__(self, most: int = MOST_SEEN) -> None:
        self._entries: OrderedDict[str, ActiveJob] = OrderedDict()
        self._most, self._lock = most, Lock()
        self.turn = Lock()

    def get(self, job_id: str) -> ActiveJob | None:
        with self._lock:
            return self._entries.get(job_id)

    def note(self, entries: Iterable[ActiveJob]) -> None:
        """All that there are."""
        with self._lock:
            self._entries = OrderedDict((entry.job_id, entry) for entry in entries)

    def add(self, entries: Iterable[ActiveJob]) -> None:
        """Those that were just written. Of too many the oldest are forgotten."""
        with self._lock:
            self._entries.update((entry.job_id, entry) for entry in entries)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
