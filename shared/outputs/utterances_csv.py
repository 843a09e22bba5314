"""Utterances for spreadsheets: RFC 4180, one a row, safe to open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from shared.model.transcript.transcript import Transcript, Utterance
from shared.outputs.clock import timestamp
from shared.outputs.plain import plain
from shared.outputs.spreadsheet import BYTE_ORDER_MARK, cell

_COLUMNS: dict[str, Callable[[Utterance], object]] = {
    "id": lambda one: one.id,
    "turn": lambda one: one.turn,
    "start": lambda one: timestamp(one.start_ms, "."),
    "end": lambda one: timestamp(one.end_ms, "."),
    "start_ms": lambda one: one.start_ms,
    "end_ms": lambda one: one.end_ms,
    "channel": lambda one: one.channel,
    "speaker": lambda one: one.speaker,
    "role": lambda one: one.role,
    "language": lambda one: one.language,
    "confidence": lambda one: one.confidence,
    "needs_review": lambda one: one.needs_review,
    "overlaps": lambda one: one.overlaps,
    "text": lambda one: plain(one.text),
}


def write_utterances(transcript: Transcript) -> str:
    """A row of column names, then a row for each utterance, in their order."""
    written = io.StringIO()
    written.write(BYTE_ORDER_MARK)
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for utterance in transcript.utterances:
        writer.writerow([cell(value(utterance)) for value in _COLUMNS.values()])
    return written.getvalue()
