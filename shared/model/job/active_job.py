"""A job in the index of those that a provider has."""

from __future__ import annotations

from datetime import datetime

import msgspec

from shared.model.job.job import Job


class ActiveJob(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of a job that is at a provider, or about to be, in the index of all of them.

    `out_of_reach_at` is since when its endpoint cannot be asked what only it can tell. `job` is the
    one whose entry this is, as it was when the provider had taken it, where it has one recording:
    so its result can be written without reading it again."""

    job_id: str
    batch_id: str
    endpoint: str
    audio_ms: int
    since_at: datetime
    transcription_id: str | None = None
    polls: int = 0
    polled_at: datetime | None = None
    next_poll_at: datetime | None = None
    out_of_reach_at: datetime | None = None
    job: Job | None = None
    version: str = ""
