"""What became of a recording that was transcribed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from shared.model.conversation.conversation import Conversation
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How far people have corrected a transcript: the last revision, by whom, and where the
    corrected outputs lie, as in `Outcome`. `is_reviewed`: somebody was through with it."""

    number: int
    at: datetime
    author: str
    is_reviewed: bool
    outputs: dict[str, str]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a transcribed recording besides its outputs. No text: rows hold none.

    `outputs` maps a format to "container/blob name". `correction` is set once somebody changed
    something, and `needs_review` and `review_spans` are then of what is left to do.
    `conversation` is of what was said as it is now; None: nobody measured it, or could."""

    outputs: dict[str, str]
    language: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    review_spans: tuple[Span, ...] = ()
    cost: Cost | None = None
    correction: Correction | None = None
    conversation: Conversation | None = None


class Transcribed(NamedTuple):
    """Where a transcript comes from: an endpoint, and its transcription there."""

    endpoint: str | None
    transcription_id: str | None
    submitted_at: datetime | None
