"""The report of a batch, schema `report/1`: a header, and an item for each recording.

Items are streamed: a batch may hold a hundred thousand of them, and only the header is ever in
memory as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from shared.model.conversation.conversation import Conversation
from shared.model.failure import Failure
from shared.model.recording.decision import BatchDecision, Choice, Decision
from shared.model.recording.fingerprint import Twin
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost

SCHEMA = "report/1"
BINS = 10

Count = Annotated[int, msgspec.Meta(ge=0)]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """`needs_review` are some of the transcribed. Raises `ValueError` unless the rest adds up."""

    accepted: Count
    transcribed: Count
    failed: Count
    unchanged: Count = 0
    needs_review: Count = 0

    def __post_init__(self) -> None:
        if self.accepted != self.transcribed + self.failed + self.unchanged:
            raise ValueError(
                f"{self.accepted} recordings accepted, but {self.transcribed} transcribed "
                f"and {self.failed} failed{f', {self.unchanged} unchanged' * bool(self.unchanged)}"
            )
        if self.needs_review > self.transcribed:
            raise ValueError("more recordings to review than transcribed")


class Confidence(msgspec.Struct, frozen=True, kw_only=True):
    """How sure the provider was, over the transcribed recordings.

    `mean` is weighted by their length. `histogram` counts them by tenths: the first number
    those below 0.1, the last those from 0.9 to 1. `unknown` counts those without a confidence.
    """

    mean: float | None = None
    histogram: tuple[Count, ...] = (0,) * BINS
    unknown: Count = 0


class BatchReport(msgspec.Struct, frozen=True, kw_only=True):
    """The header. `audio_ms` and `cost` add up what is known of the recordings; `cost` is None
    where nothing is. `deadline_at` and `budget`, in the currency of the deployment, are as asked;
    `decisions` is what was decided because of them, or because a provider was in trouble, in the
    order of time. `notes` are sentences for the reader."""

    schema: str = SCHEMA
    batch_id: str
    title: str
    profiles: tuple[str, ...]
    origin: Literal["dropped", "manifest", "api"]
    created_at: datetime
    finished_at: datetime
    counts: Counts
    audio_ms: int = 0
    cost: Cost | None = None
    deadline_at: datetime | None = None
    budget: float | None = None
    decisions: tuple[BatchDecision, ...] = ()
    confidence: Confidence = Confidence()
    notes: tuple[str, ...] = ()


class ReportItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one recording.

    `outputs` maps a format to the blob it was written to, `error_report` is the blob that says
    why there is none; both as "container/name". `failure` is set exactly when it failed.
    `same_as` is set exactly when it is unchanged, and `outputs` are then those of that recording.
    `review_spans` are stretches to listen to again. `client_item_id` and `metadata` are its
    caller's own, handed through. `conversation` is how it went, in numbers,
    `sentiment` how those who spoke felt, where that was made before the report.
    """

    recording_id: str
    container: str
    name: str
    etag: str
    bytes: int
    state: Literal["transcribed", "failed", "unchanged"]
    attempts: int
    duration_ms: int | None = None
    channels: int | None = None
    language: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    review_spans: tuple[Span, ...] = ()
    outputs: dict[str, str] = {}
    error_report: str | None = None
    failure: Failure | None = None
    provider: str | None = None
    endpoint: str | None = None
    job_id: str | None = None
    transcription_id: str | None = None
    submitted_at: datetime | None = None
    transcribed_at: datetime | None = None
    cost: Cost | None = None
    title: str | None = None
    client_item_id: str | None = None
    metadata: dict[str, str] = {}
    decisions: tuple[Decision, ...] = ()
    same_as: Twin | None = None
    conversation: Conversation | None = None
    sentiment: str | None = None


def build_report(
    items: Iterable[ReportItem],
    *,
    batch_id: str,
    title: str,
    profiles: Iterable[str],
    origin: Literal["dropped", "manifest", "api"],
    created_at: datetime,
    finished_at: datetime,
    accepted: int,
    deadline_at: datetime | None = None,
    budget: float | None = None,
    notes: Iterable[str] = (),
) -> BatchReport:
    """The header over `items`, read once.

    `accepted` is how many recordings the batch took in by its own books. Raises `ValueError`
    if the items do not add up to it: a recording would be missing from the report.
    """
    tally = _Tally()
    for item in items:
        tally.add(item)
    return BatchReport(
        batch_id=batch_id,
        title=title,
        profiles=tuple(profiles),
        origin=origin,
        created_at=created_at,
        finished_at=finished_at,
        counts=tally.counts(accepted),
        audio_ms=tally.audio_ms,
        cost=tally.cost(),
        deadline_at=deadline_at,
        budget=budget,
        decisions=tally.decisions(),
        confidence=tally.confidence(),
        notes=(*notes, *tally.notes()),
    )


def reconciled(header: BatchReport, items: Iterable[ReportItem]) -> Iterator[ReportItem]:
    """`items` as they come; `ValueError` at their end if they are not those that were counted.

    Writers read through this, so that a report whose parts contradict each other is never
    written to its end.
    """
    seen = Counter[str]()
    for item in items:
        seen[item.state] += 1
        yield item
    counts = header.counts
    counted = {
        "transcribed": counts.transcribed,
        "failed": counts.failed,
        "unchanged": counts.unchanged,
    }
    if any(seen[state] != count for state, count in counted.items()):
        raise ValueError(f"report of {header.batch_id}: counted {counted}, listed {dict(seen)}")


class _Tally:
    """The sums of a batch, of a fixed size however many items are added."""

    def __init__(self) -> None:
        self.audio_ms = 0
        self._states = Counter[str]()
        self._needs_review = 0
        self._costs: dict[str, float] = {}
        self._decisions: dict[tuple[Choice, str], BatchDecision] = {}
        self._bins = [0] * BINS
        self._unknown = 0
        self._weighted, self._weight_ms = 0.0, 0

    def add(self, item: ReportItem) -> None:
        self._states[item.state] += 1
        self.audio_ms += item.duration_ms or 0
        if item.cost is not None:
            currency = item.cost.currency
            self._costs[currency] = self._costs.get(currency, 0.0) + item.cost.amount
        for decision in item.decisions:
            self._add_decision(decision)
        if item.state == "transcribed":
            self._needs_review += item.needs_review
            self._add_confidence(item.confidence, max(item.duration_ms or 0, 1))

    def _add_decision(self, decision: Decision) -> None:
        """Reasons name providers and amounts of the batch, so there are few of them."""
        key = (decision.what, decision.why)
        there = self._decisions.get(key)
        self._decisions[key] = BatchDecision(
            at=min(there.at, decision.at) if there else decision.at,
            what=decision.what,
            why=decision.why,
            recordings=there.recordings + 1 if there else 1,
        )

    def decisions(self) -> tuple[BatchDecision, ...]:
        return tuple(sorted(self._decisions.values(), key=lambda made: (made.at, made.what)))

    def _add_confidence(self, confidence: float | None, weight_ms: int) -> None:
        if confidence is None:
            self._unknown += 1
            return
        self._bins[min(int(confidence * BINS), BINS - 1)] += 1
        self._weighted += confidence * weight_ms
        self._weight_ms += weight_ms

    def counts(self, accepted: int) -> Counts:
        return Counts(
            accepted=accepted,
            transcribed=self._states["transcribed"],
            failed=self._states["failed"],
            unchanged=self._states["unchanged"],
            needs_review=self._needs_review,
        )

    def cost(self) -> Cost | None:
        """None also for two currencies, which a change of the price table may bring."""
        if len(self._costs) != 1:
            return None
        [(currency, amount)] = self._costs.items()
        return Cost(amount=round(amount, 6), currency=currency)

    def confidence(self) -> Confidence:
        mean = round(self._weighted / self._weight_ms, 4) if self._weight_ms else None
        return Confidence(mean=mean, histogram=tuple(self._bins), unknown=self._unknown)

    def notes(self) -> Iterator[str]:
        if len(self._costs) > 1:
            sums = ", ".join(f"{amount:.2f} {unit}" for unit, amount in self._costs.items())
            yield f"The costs are in more than one currency: {sums}."
