"""What is left to review, over all batches: the recordings with the most in doubt first.

Looked for among the newest batches, up to a number of rows, so that the cost is bounded; measured
once for all who ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import msgspec

from shared.model.batch.batch import BatchEntry
from shared.model.recording.recording import Recording
from shared.ports.queue import Clock
from shared.ports.state import BatchFilter, BatchStore

MOST_BATCHES = 50
MOST_ROWS = 5_000
MOST_LEFT = 200
KNOWN_FOR = timedelta(seconds=10)
WORTH = 20


class ToReview(msgspec.Struct, frozen=True, kw_only=True):
    """A recording in which something is in doubt. `doubt_ms` is how much speech is, each
    millisecond weighted by how unsure the provider is of it; `listen_ms` how long hearing it
    takes."""

    recording: Recording
    batch: BatchEntry
    doubt_ms: int
    listen_ms: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """`worst` are the worst of all `recordings` that were found; `is_more` tells that there are
    older batches at which nobody looked."""

    recordings: int
    listen_ms: int
    is_more: bool
    worst: tuple[ToReview, ...]


@dataclass(frozen=True, kw_only=True)
class FindDoubts:
    """A query for the list, and one for each batch in it."""

    store: BatchStore

    def __call__(self) -> Left:
        entries, more = self.store.entries(BatchFilter(), after=None, most=MOST_BATCHES)
        found, looked_at = [], 0
        for entry in entries:
            if looked_at >= MOST_ROWS:
                break
            for row in self.store.recordings(entry.id, state="transcribed", page=1_000):
                looked_at += 1
                found += list(_doubtful(row, entry))
        found.sort(key=lambda one: (-one.doubt_ms, one.recording.id))
        return Left(
            recordings=len(found),
            listen_ms=sum(one.listen_ms for one in found),
            is_more=more is not None or looked_at >= MOST_ROWS,
            worst=tuple(found[:MOST_LEFT]),
        )


class TellReview:
    """Looks at most every ten seconds of a process, and never for more than a part of the time."""

    def __init__(self, find: FindDoubts, clock: Clock) -> None:
        self._find, self._clock = find, clock
        self._lock = Lock()
        self._last: Left | None = None
        self._due_at: datetime | None = None

    def __call__(self, is_seen: Callable[[BatchEntry], bool] | None = None) -> Left:
        """With `is_seen`, what is left in the batches of which it is so."""
        with self._lock:
            begun_at = self._clock.now()
            if self._last is None or self._due_at is None or begun_at >= self._due_at:
                self._last = self._find()
                took = self._clock.now() - begun_at
                self._due_at = begun_at + took + max(KNOWN_FOR, WORTH * took)
            left = self._last
        if is_seen is None:
            return left
        worst = tuple(one for one in left.worst if is_seen(one.batch))
        listen_ms = sum(one.listen_ms for one in worst)
        return Left(recordings=len(worst), listen_ms=listen_ms, is_more=left.is_more, worst=worst)

    def look_again(self) -> None:
        """Somebody has just changed what is left."""
        with self._lock:
            self._due_at = None


def _doubtful(row: Recording, entry: BatchEntry) -> Iterator[ToReview]:
    outcome = row.outcome
    if outcome is None or (outcome.correction is not None and outcome.correction.is_reviewed):
        return
    spans = outcome.review_spans
    doubt = sum((1 - span.confidence) * (span.end_ms - span.start_ms) for span in spans)
    if spans:
        listen_ms = sum(span.end_ms - span.start_ms for span in spans)
        yield ToReview(recording=row, batch=entry, doubt_ms=round(doubt), listen_ms=listen_ms)
