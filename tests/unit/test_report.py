from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from shared.model.batch.report import (
    BatchReport,
    Confidence,
    Counts,
    ReportItem,
    build_report,
    reconciled,
)
from shared.model.failure import Failure
from shared.model.transcript.transcript import Cost

AT = datetime(2026, 11, 20, 21, 59, tzinfo=UTC)


def item(**more: Any) -> ReportItem:
    base = {"container": "audio", "name": "a.wav", "etag": "1", "bytes": 1, "attempts": 1}
    return ReportItem(**{"recording_id": "r", "state": "transcribed", **base, **more})


FAILED = item(
    state="failed", failure=Failure(kind="input", code="empty", reason="Empty.", advice="Fill it.")
)


def report(*items: ReportItem, accepted: int | None = None) -> BatchReport:
    return build_report(
        items,
        batch_id="b",
        title="",
        profiles=["calls"],
        origin="api",
        created_at=AT,
        finished_at=AT,
        accepted=len(items) if accepted is None else accepted,
        notes=["A note."],
    )


def test_a_header_adds_up_its_items() -> None:
    header = report(
        item(duration_ms=3000, confidence=0.9, cost=Cost(amount=0.1, currency="USD")),
        item(
            duration_ms=1000,
            confidence=0.5,
            needs_review=True,
            cost=Cost(amount=0.2, currency="USD"),
        ),
        item(confidence=1.0),
        item(),
        FAILED,
    )
    assert header.counts == Counts(accepted=5, transcribed=4, failed=1, needs_review=1)
    assert (header.audio_ms, header.cost) == (4000, Cost(amount=0.3, currency="USD"))
    assert header.confidence == Confidence(
        mean=0.8, histogram=(0, 0, 0, 0, 0, 1, 0, 0, 0, 2), unknown=1
    )
    assert header.notes == ("A note.",)


def test_an_empty_batch_has_a_report() -> None:
    header = report()
    assert header.counts == Counts(accepted=0, transcribed=0, failed=0)
    assert (header.cost, header.confidence) == (None, Confidence())


def test_costs_in_two_currencies_are_not_added_but_told() -> None:
    header = report(
        item(cost=Cost(amount=1, currency="USD")), item(cost=Cost(amount=2, currency="EUR"))
    )
    assert header.cost is None
    assert header.notes[-1] == "The costs are in more than one currency: 1.00 USD, 2.00 EUR."


def test_a_report_in_which_a_recording_is_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="3 recordings accepted, but 1 transcribed and 1 failed"):
        report(item(), FAILED, accepted=3)


def test_counts_that_do_not_add_up_cannot_even_be_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"accepted": 2, "transcribed": 1, "failed": 0}', type=Counts)


def test_more_to_review_than_transcribed_is_refused() -> None:
    with pytest.raises(ValueError, match="more recordings to review"):
        Counts(accepted=1, transcribed=1, failed=0, needs_review=2)


def test_items_that_were_not_counted_are_noticed() -> None:
    header = report(item(), FAILED)
    assert list(reconciled(header, [FAILED, item()])) == [FAILED, item()]
    with pytest.raises(ValueError, match="counted"):
        list(reconciled(header, [item(), item()]))
