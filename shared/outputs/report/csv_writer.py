"""The report for spreadsheets: RFC 4180, one recording a row.

UTF-8 with a byte order mark; cells are safe to open (`shared/outputs/spreadsheet.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from shared.model.batch.report import BatchReport, ReportItem, reconciled
from shared.model.conversation.conversation import Conversation
from shared.model.transcript.review import Span
from shared.outputs.report.pieces import in_pieces
from shared.outputs.report.wording import stretch
from shared.outputs.spreadsheet import BYTE_ORDER_MARK, cell

_COLUMNS: dict[str, Callable[[ReportItem], object]] = {
    "state": lambda item: item.state,
    "container": lambda item: item.container,
    "name": lambda item: item.name,
    "bytes": lambda item: item.bytes,
    "attempts": lambda item: item.attempts,
    "duration_ms": lambda item: item.duration_ms,
    "channels": lambda item: item.channels,
    "language": lambda item: item.language,
    "confidence": lambda item: item.confidence,
    "needs_review": lambda item: item.needs_review,
    "review_spans": lambda item: _spans(item.review_spans),
    "outputs": lambda item: "; ".join(f"{kind}={path}" for kind, path in item.outputs.items()),
    "failure_kind": lambda item: item.failure and item.failure.kind,
    "failure_code": lambda item: item.failure and item.failure.code,
    "failure_reason": lambda item: item.failure and item.failure.reason,
    "failure_advice": lambda item: item.failure and item.failure.advice,
    "error_report": lambda item: item.error_report,
    "cost_amount": lambda item: item.cost and f"{item.cost.amount:.6f}",
    "cost_currency": lambda item: item.cost and item.cost.currency,
    "provider": lambda item: item.provider,
    "endpoint": lambda item: item.endpoint,
    "job_id": lambda item: item.job_id,
    "transcription_id": lambda item: item.transcription_id,
    "submitted_at": lambda item: item.submitted_at,
    "transcribed_at": lambda item: item.transcribed_at,
    "recording_id": lambda item: item.recording_id,
    "etag": lambda item: item.etag,
    "title": lambda item: item.title,
    "client_item_id": lambda item: item.client_item_id,
    "same_as": lambda item: item.same_as and item.same_as.recording_id,
    "speakers": lambda item: item.conversation and len(item.conversation.speakers),
    "talk": lambda item: item.conversation and _talk(item.conversation),
    "words_per_minute": lambda item: item.conversation and item.conversation.words_per_minute,
    "silence_ms": lambda item: item.conversation and item.conversation.silence_ms,
    "longest_silence_ms": lambda item: item.conversation and item.conversation.longest_silence_ms,
    "overlap_ms": lambda item: item.conversation and item.conversation.overlap_ms,
    "interruptions": lambda item: item.conversation and item.conversation.interruptions,
    "response_ms": lambda item: item.conversation and item.conversation.response_ms,
    "longest_monologue_ms": lambda item: item.conversation and item.conversation.longest_ms,
    "metadata": lambda item: "; ".join(f"{key}={text}" for key, text in item.metadata.items()),
    "sentiment": lambda item: item.sentiment,
}


def write_csv(header: BatchReport, items: Iterable[ReportItem]) -> Iterator[bytes]:
    """A row of column names, then a row for each of `items`, in their order.

    Raises `ValueError` at the end if the items are not those that the header counted.
    """
    return in_pieces(_parts(header, items))


def _parts(header: BatchReport, items: Iterable[ReportItem]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    yield BYTE_ORDER_MARK
    writer.writerow(_COLUMNS)
    for item in reconciled(header, items):
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        writer.writerow([cell(value(item)) for value in _COLUMNS.values()])
    yield line.getvalue()


def _talk(found: Conversation) -> str:
    """`Agent=0.46; Customer=0.54`."""
    return "; ".join(
        f"{one.role or one.speaker or one.channel}={found.share_of(one):.2f}"
        for one in found.speakers
    )


def _spans(spans: Iterable[Span]) -> str:
    return "; ".join(
        f"{stretch(span.start_ms, span.end_ms)} ({span.confidence:.2f})" for span in spans
    )
