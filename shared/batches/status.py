"""Reading: how a batch is doing, what is in it, and which batches there are."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from threading import Lock
from typing import Literal, NamedTuple

import msgspec

from shared.errors import BatchMissing
from shared.model.batch.batch import (
    Batch,
    BatchEntry,
    Origin,
    Totals,
    entry_key,
    item_recording_id,
    state_of,
)
from shared.model.batch.recording import TERMINAL, Recording, State
from shared.model.keeping.hold import Hold
from shared.model.transcript.transcript import Cost
from shared.ports.queue import Clock
from shared.ports.state import BatchFilter, BatchStore, RecordingFacts

MOST_IN_PAGE = 1_000
LOOKED_THROUGH = 5_000
Status = Literal[
    "registering", "running", "cancelling", "deleting", "completed", "cancelled", "refused"
]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Recordings by state. `unregistered` are entries of the request that nobody has looked at
    yet; a prefix or a container among them counts as one. `accepted` is the sum of all."""

    accepted: int
    unregistered: int
    waiting: int
    planned: int
    transcribed: int
    failed: int
    needs_review: int
    unchanged: int = 0


class BatchStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`progress` runs from 0 to 1. `seconds_left` is an estimate by the pace so far, None where
    there is none yet. `cost` is of what is transcribed, None where nothing has a price.
    `closes_at` is until when more of its recordings are waited for."""

    id: str
    title: str
    profile: str
    owner: str
    origin: Origin
    status: Status
    created_at: datetime
    closes_at: datetime
    finished_at: datetime | None
    cancelled_at: datetime | None
    counts: Tally
    progress: float
    audio_ms: int
    audio_done_ms: int
    seconds_left: int | None
    cost: Cost | None
    error_report: str | None
    hold: Hold | None = None
    held: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`after` asks for the next page; None: this is the last."""

    recordings: tuple[Recording, ...]
    after: str | None


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`after` asks for the next page; None: this is the last."""

    batches: tuple[BatchEntry, ...]
    after: str | None


LATE = timedelta(minutes=1)
"""After its window has closed, a plan that is due for a batch comes within that."""
TOLD_FOR = timedelta(seconds=5)
LARGE = 1_000
MOST_TOLD = 1_000


class _Said(NamedTuple):
    version: str
    until_at: datetime
    status: BatchStatus


class Told:
    """What this process told lately of large batches, by their id. It holds for seconds, or as long
    as counting them took, and while the header says the same. With `turn` one counts while the
    others wait for what it tells."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, _Said] = OrderedDict()
        self._turns: OrderedDict[str, AbstractContextManager[object]] = OrderedDict()
        self._lock = Lock()

    def turn(self, batch_id: str) -> AbstractContextManager[object]:
        with self._lock:
            turn = self._turns.setdefault(batch_id, Lock())
            self._turns.move_to_end(batch_id)
            while len(self._turns) > MOST_TOLD:
                self._turns.popitem(last=False)
            return turn

    def again(self, batch: Batch, now: datetime) -> BatchStatus | None:
        with self._lock:
            said = self._told.get(batch.id)
        if said is None or said.version != batch.version or said.until_at <= now:
            return None
        return said.status

    def note(self, batch: Batch, status: BatchStatus, began_at: datetime, now: datetime) -> None:
        if status.counts.accepted < LARGE:
            return
        with self._lock:
            until_at = now + max(TOLD_FOR, now - began_at)
            self._told[batch.id] = _Said(batch.version, until_at, status)
            self._told.move_to_end(batch.id)
            while len(self._told) > MOST_TOLD:
                self._told.popitem(last=False)


@dataclass(frozen=True, kw_only=True)
class TellStatus:
    """Of a batch that is over two reads, however large it is: its report added it up. Of another
    one, a query of five columns, a page of a thousand rows a call; then the answer may be some
    seconds old, or as old as counting takes, however many ask. Raises `BatchMissing`."""

    store: BatchStore
    clock: Clock
    told: Told = field(default_factory=Told)

    def __call__(self, batch_id: str) -> BatchStatus:
        batch = existing(batch_id, self.store)
        if batch.totals is not None and self._is_closed(batch):
            return _added_up(batch, batch.totals)
        return self.told.again(batch, self.clock.now()) or self._counted_once(batch)

    def _is_closed(self, batch: Batch) -> bool:
        """Whether nothing came of it since its report. The header is read before its note: what
        comes in later opens it first, but in its window, where a plan is due anyway."""
        is_over = state_of(batch) != "running" and batch.is_settled
        is_past = self.clock.now() - batch.closes_at >= LATE
        return is_over and is_past and self.store.note_version(batch.id) is None

    def _counted_once(self, batch: Batch) -> BatchStatus:
        with self.told.turn(batch.id):
            began_at = self.clock.now()
            status = self.told.again(batch, began_at)
            if status is None:
                status = self._counted(batch)
                self.told.note(batch, status, began_at, self.clock.now())
            return status

    def _counted(self, batch: Batch) -> BatchStatus:
        sums = _Sums(self.store.facts(batch.id))
        unregistered = self._unregistered(batch)
        accepted = sums.states.total() + unregistered
        is_over = sums.over == accepted and batch.is_settled
        left = 0 if is_over else _seconds_left(batch, sums, accepted, self.clock.now())
        return BatchStatus(
            id=batch.id,
            title=batch.title,
            profile=batch.profile,
            owner=batch.owner,
            origin=batch.origin,
            status=_status(batch, is_over),
            created_at=batch.created_at,
            closes_at=batch.closes_at,
            finished_at=batch.finished_at if is_over else None,
            cancelled_at=batch.cancelled_at,
            counts=_tally(sums, unregistered),
            progress=round(sums.over / accepted, 4) if accepted else float(is_over),
            audio_ms=sums.audio_ms,
            audio_done_ms=sums.done_ms,
            seconds_left=left,
            cost=sums.cost(),
            error_report=batch.error_report,
            hold=batch.hold,
            held=batch.held,
        )

    def _unregistered(self, batch: Batch) -> int:
        if not batch.is_expanding:
            return 0
        return sum(part.items - part.at for part in self.store.parts(batch.id))


@dataclass(frozen=True, kw_only=True)
class ReadItems:
    """The recordings of a batch in a fixed order, a page at a time; or one of them. Raises
    `BatchMissing`."""

    store: BatchStore

    def __call__(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        after: str | None = None,
        most: int = 100,
        fits: Callable[[Recording], bool] | None = None,
    ) -> Page:
        """With `fits` only those of which it says so; then a page may hold less than `most`,
        or nothing, although it is not the last."""
        existing(batch_id, self.store)
        most = _in_page(most)
        first = f"{after}!" if after else None
        if fits is not None:
            return self._fitting(batch_id, state, first, most, fits)
        rows = self.store.recordings(batch_id, state=state, first=first, page=most + 1)
        found = list(islice(rows, most + 1))
        more = found[most - 1].id if len(found) > most else None
        return Page(recordings=tuple(found[:most]), after=more)

    def _fitting(
        self,
        batch_id: str,
        state: State | None,
        first: str | None,
        most: int,
        fits: Callable[[Recording], bool],
    ) -> Page:
        """No column holds it, so rows are looked through, a few thousand in one go."""
        found: list[Recording] = []
        rows = self.store.recordings(batch_id, state=state, first=first, page=MOST_IN_PAGE)
        for count, row in enumerate(rows, 1):
            if fits(row):
                found.append(row)
            if len(found) == most or count == LOOKED_THROUGH:
                return Page(recordings=tuple(found), after=row.id)
        return Page(recordings=tuple(found), after=None)

    def one(self, batch_id: str, recording_id: str) -> Recording | None:
        existing(batch_id, self.store)
        return self.store.recording(batch_id, recording_id)

    def one_of_client(self, batch_id: str, client_item_id: str) -> Recording | None:
        """The recording that its caller gave this id: its own id follows from that, so this is one
        read. Not of dropped audio."""
        return self.one(batch_id, item_recording_id(batch_id, 0, client_item_id, ""))


@dataclass(frozen=True, kw_only=True)
class ListBatches:
    """The newest first. Batches of dropped audio are in the list once their window has closed."""

    store: BatchStore

    def __call__(
        self,
        wanted: BatchFilter,
        *,
        after: str | None = None,
        most: int = 50,
        is_seen: Callable[[BatchEntry], bool] | None = None,
    ) -> BatchPage:
        """With `is_seen` only those of which it is so; a page may then hold less than `most`, or
        nothing, although it is not the last."""
        most = _in_page(most)
        if is_seen is None:
            entries, more = self.store.entries(wanted, after=after, most=most)
            return BatchPage(batches=tuple(entries), after=more)
        found: list[BatchEntry] = []
        for _ in range(LOOKED_THROUGH // MOST_IN_PAGE):
            entries, more = self.store.entries(wanted, after=after, most=MOST_IN_PAGE)
            for entry in filter(is_seen, entries):
                found.append(entry)
                if len(found) == most:
                    return BatchPage(batches=tuple(found), after=_key(entry))
            if more is None:
                break
            after = more
        return BatchPage(batches=tuple(found), after=more)


def _key(entry: BatchEntry) -> str:
    return entry_key(entry.id, entry.created_at)


def existing(batch_id: str, store: BatchStore) -> Batch:
    """The header. Raises `BatchMissing`."""
    batch = store.batch(batch_id)
    if batch is None or batch.deleted_at is not None:
        raise BatchMissing(f"there is no batch {batch_id}")
    return batch


def _in_page(most: int) -> int:
    return min(max(most, 1), MOST_IN_PAGE)


def _added_up(batch: Batch, totals: Totals) -> BatchStatus:
    """By the report, which is the last word."""
    cost = None
    if totals.cost_amount is not None:
        cost = Cost(amount=totals.cost_amount, currency=totals.cost_currency)
    return BatchStatus(
        id=batch.id,
        title=batch.title,
        profile=batch.profile,
        owner=batch.owner,
        origin=batch.origin,
        status=_status(batch, is_over=True),
        created_at=batch.created_at,
        closes_at=batch.closes_at,
        finished_at=batch.finished_at,
        cancelled_at=batch.cancelled_at,
        counts=Tally(
            accepted=batch.reported,
            unregistered=0,
            waiting=0,
            planned=0,
            transcribed=totals.transcribed,
            failed=batch.failed,
            unchanged=batch.unchanged,
            needs_review=totals.needs_review,
        ),
        progress=1.0,
        audio_ms=totals.audio_ms,
        audio_done_ms=totals.audio_ms,
        seconds_left=0,
        cost=cost,
        error_report=batch.error_report,
    )


def _tally(sums: _Sums, unregistered: int) -> Tally:
    states = sums.states
    return Tally(
        accepted=states.total() + unregistered,
        unregistered=unregistered,
        waiting=states["waiting"],
        planned=states["planned"],
        transcribed=states["transcribed"],
        failed=states["failed"],
        unchanged=states["unchanged"],
        needs_review=sums.needs_review,
    )


def _status(batch: Batch, is_over: bool) -> Status:
    if batch.deleting is not None:
        return "deleting"
    if batch.error_report is not None:
        return "refused"
    if batch.is_expanding:
        return "registering"
    state = state_of(batch)
    if is_over and state != "running":
        return state
    return "cancelling" if batch.cancelled_at is not None else "running"


def _seconds_left(batch: Batch, sums: _Sums, accepted: int, now: datetime) -> int | None:
    """By audio where its length is known, else by number."""
    done, left = (sums.done_ms, sums.audio_ms - sums.done_ms)
    if not done or not left:
        done, left = sums.over, accepted - sums.over
    passed = (now - batch.created_at).total_seconds()
    return round(passed * left / done) if done else None


class _Sums:
    """Of a fixed size however many recordings there are."""

    def __init__(self, facts: Iterable[RecordingFacts]) -> None:
        self.states: Counter[str] = Counter()
        self.needs_review = self.audio_ms = self.done_ms = 0
        self._costs: dict[str, float] = {}
        for fact in facts:
            self.states[fact.state] += 1
            self.needs_review += fact.needs_review and fact.state == "transcribed"
            self.audio_ms += fact.duration_ms
            if fact.state in TERMINAL:
                self.done_ms += fact.duration_ms
            if fact.cost_amount is not None and fact.cost_currency is not None:
                there = self._costs.get(fact.cost_currency, 0.0)
                self._costs[fact.cost_currency] = there + fact.cost_amount

    @property
    def over(self) -> int:
        return sum(self.states[state] for state in TERMINAL)

    def cost(self) -> Cost | None:
        """None also for two currencies, which a change of the price table may bring."""
        if len(self._costs) != 1:
            return None
        [(currency, amount)] = self._costs.items()
        return Cost(amount=round(amount, 6), currency=currency)
