"""How a batch stands, as it is told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from shared.model.batch.batch import Origin
from shared.model.keeping.hold import Hold
from shared.model.transcript.transcript import Cost

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
