"""Reading: how a batch is doing, what is in it, and which batches there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from shared.batches.batch_status import BatchStatus, Status, Tally
from shared.batches.told import LATE, Told
from shared.errors import BatchMissing
from shared.model.batch.batch import Batch, Totals, state_of
from shared.model.recording.recording import TERMINAL
from shared.model.transcript.transcript import Cost
from shared.ports.queue import Clock
from shared.ports.state import BatchStore, RecordingFacts


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
        counted = _Counted(
            counts=_tally(sums, unregistered),
            progress=round(sums.over / accepted, 4) if accepted else float(is_over),
            audio_ms=sums.audio_ms,
            audio_done_ms=sums.done_ms,
            seconds_left=0 if is_over else _seconds_left(batch, sums, accepted, self.clock.now()),
            cost=sums.cost(),
        )
        return _stated(batch, counted, is_over=is_over)

    def _unregistered(self, batch: Batch) -> int:
        if not batch.is_expanding:
            return 0
        return sum(part.items - part.at for part in self.store.parts(batch.id))


def existing(batch_id: str, store: BatchStore) -> Batch:
    """The header. Raises `BatchMissing`."""
    batch = store.batch(batch_id)
    if batch is None or batch.deleted_at is not None:
        raise BatchMissing(f"there is no batch {batch_id}")
    return batch


class _Counted(NamedTuple):
    """What is told of a batch beside what its header says."""

    counts: Tally
    progress: float
    audio_ms: int
    audio_done_ms: int
    seconds_left: int | None
    cost: Cost | None


def _stated(batch: Batch, counted: _Counted, *, is_over: bool) -> BatchStatus:
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
        error_report=batch.error_report,
        hold=batch.hold,
        held=batch.held,
        **counted._asdict(),
    )


def _added_up(batch: Batch, totals: Totals) -> BatchStatus:
    """By the report, which is the last word."""
    cost = None
    if totals.cost_amount is not None:
        cost = Cost(amount=totals.cost_amount, currency=totals.cost_currency)
    counts = Tally(
        accepted=batch.reported,
        unregistered=0,
        waiting=0,
        planned=0,
        transcribed=totals.transcribed,
        failed=batch.failed,
        unchanged=batch.unchanged,
        needs_review=totals.needs_review,
    )
    counted = _Counted(counts, 1.0, totals.audio_ms, totals.audio_ms, 0, cost)
    return _stated(batch, counted, is_over=True)


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
