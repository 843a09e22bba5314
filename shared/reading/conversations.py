"""How many conversations went, by what they have in common.

The numbers were written into the rows together with the outcome, so that reading a thousand
recordings is one query. How many are looked at is bounded, and measured once for all who ask.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from threading import Lock

import msgspec

from shared.batches.status import existing
from shared.model.batch.batch import BatchEntry
from shared.model.conversation.sums import Measured, Sums, summed
from shared.ports.queue import Clock
from shared.ports.state import BatchFilter, BatchStore, ConversationFacts

MOST_BATCHES = 1_000
MOST_ROWS = 20_000
KNOWN_FOR = timedelta(seconds=10)
WORTH = 20
"""At most so much of the time, one part in this many, is spent on one answer."""
MOST_KNOWN = 50


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations: those of one batch, or of all that came in on these days, both included
    (None: without an end), of a profile, with these entries of their metadata. `by` is what they
    are grouped by, as in `summed`."""

    by: str
    batch_id: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    profile: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """`is_more`: there are older ones at which nobody looked."""

    sums: Sums
    is_more: bool


@dataclass(frozen=True, kw_only=True)
class SumConversations:
    """A query for a thousand batches, and one for each thousand recordings of each. The newest
    batches come first. Raises `BatchMissing`."""

    store: BatchStore

    def __call__(
        self, wanted: Wanted, is_seen: Callable[[BatchEntry], bool] | None = None
    ) -> Calls:
        batches, is_cut = self._batches(wanted, is_seen)
        found = list(islice(self._found(wanted, batches), MOST_ROWS + 1))
        is_more = is_cut or len(found) > MOST_ROWS
        fitting = (one for one in found[:MOST_ROWS] if _fits(one, wanted))
        return Calls(sums=summed(fitting, wanted.by), is_more=is_more)

    def _batches(
        self, wanted: Wanted, is_seen: Callable[[BatchEntry], bool] | None
    ) -> tuple[list[tuple[str, date]], bool]:
        """With the day on which each came in."""
        if wanted.batch_id is not None:
            batch = existing(wanted.batch_id, self.store)
            return [(batch.id, batch.created_at.date())], False
        which = BatchFilter(
            profile=wanted.profile,
            created_from=_begins(wanted.first_day),
            created_to=_begins(wanted.last_day, days=1),
        )
        entries, more = self.store.entries(which, after=None, most=MOST_BATCHES)
        seen = [one for one in entries if is_seen is None or is_seen(one)]
        return [(one.id, one.created_at.date()) for one in seen], more is not None

    def _found(self, wanted: Wanted, batches: list[tuple[str, date]]) -> Iterator[Measured]:
        for batch_id, day in batches:
            for facts in self.store.conversations(batch_id):
                yield _measured(day, facts)


class TellCalls:
    """What was asked is summed up at most every ten seconds of a process, and never for more than a
    part of the time."""

    def __init__(self, add_up: SumConversations, clock: Clock) -> None:
        self._add_up, self._clock = add_up, clock
        self._lock = Lock()
        self._known: OrderedDict[Hashable, tuple[datetime, Calls]] = OrderedDict()

    def __call__(
        self,
        wanted: Wanted,
        seen_by: Hashable = None,
        is_seen: Callable[[BatchEntry], bool] | None = None,
    ) -> Calls:
        """`seen_by` tells those apart who do not see the same, `is_seen` what each of them sees.
        Raises `BatchMissing`."""
        asked = (wanted, seen_by)
        with self._lock:
            begun_at = self._clock.now()
            due_at, known = self._known.get(asked, (begun_at, None))
            if known is not None and begun_at < due_at:
                return known
            found = self._add_up(wanted, is_seen)
            took = self._clock.now() - begun_at
            self._known[asked] = (begun_at + took + max(KNOWN_FOR, WORTH * took), found)
            self._known.move_to_end(asked)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            return found


def _measured(day: date, facts: ConversationFacts) -> Measured:
    outcome = facts.outcome
    return Measured(
        day,
        outcome.conversation if outcome else None,
        outcome.language if outcome else None,
        outcome.confidence if outcome else None,
        facts.labels.metadata,
    )


def _fits(one: Measured, wanted: Wanted) -> bool:
    return all(one.metadata.get(key) == text for key, text in wanted.metadata)


def _begins(day: date | None, *, days: int = 0) -> datetime | None:
    return datetime.combine(day, time(), UTC) + timedelta(days=days) if day else None
