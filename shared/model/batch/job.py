"""A job: one create call at a provider, carrying up to that provider's maximum of recordings.

    planning -> planned -> submitting -> submitted -> collecting -> finished
                   ^           |              |            |
                   +-- not sent+              +------------+--> failed (as a whole)
                               |
                               +--> unresolved (nobody can find out whether it was carried out)

A planned job may end as failed, too: another provider or another mode takes its recordings over,
which its `failure` says first.

"Submitting" is the intent written before the call that costs money. Whoever finds a job in it
for too long looks at the provider for the job's mark before anything is sent again. Where nobody
can look, or looking proves nothing, the job stops as "unresolved" and is never sent again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from shared.model.batch.failure import Failure
from shared.model.profile.options import Mode, Options
from shared.model.profile.profile import Profile

JobState = Literal[
    "planning",
    "planned",
    "submitting",
    "submitted",
    "collecting",
    "finished",
    "failed",
    "unresolved",
]
OVER: frozenset[JobState] = frozenset({"finished", "failed", "unresolved"})


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One row. Its recordings are those that name it and lie between `first` and `last`.

    Small jobs are planned many at a time and wait in a `line`, whose messages send them; their ids
    are in the order of the line.
    `whole_container` is the name of the container that goes to the provider as one URL.
    `tries` counts create calls that were not carried out; `collects` how often results were
    listed. `faults` counts steps that were refused or that failed in the end. `waiting_since_at`
    is when it could not be sent for the first time, and `told_at` when the log last told so.
    `collecting_at` is when results were listed first, or when the last one came, as far as somebody
    had to know; `last_round_at` when they were for the last time before the job is given up.
    `version` is the row's ETag, "" for a row not yet stored.
    """

    batch_id: str
    id: str
    provider: str
    options: Options
    mode: Mode = "standard"
    keep_provider_copy: bool = False
    state: JobState = "planning"
    changed_at: datetime
    first: str
    last: str
    recordings: int
    audio_ms: int
    whole_container: str | None = None
    line: str | None = None
    endpoint: str | None = None
    transcription_id: str | None = None
    model: str | None = None
    tries: int = 0
    collects: int = 0
    faults: int = 0
    waiting_since_at: datetime | None = None
    told_at: datetime | None = None
    collecting_at: datetime | None = None
    last_round_at: datetime | None = None
    submitted_at: datetime | None = None
    completed_at: str | None = None
    failure: Failure | None = None
    version: str = ""

    @property
    def is_sent(self) -> bool:
        """Of a job whose create call is not open any more: whether it was carried out."""
        return self.transcription_id is not None


class ActiveJob(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of a job that is at a provider, or about to be, in the index of all of them.

    `out_of_reach_at` is since when its endpoint cannot be asked what only it can tell."""

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
    version: str = ""


class JobItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a create call and its results need to know of a recording of the job."""

    batch_id: str
    id: str
    container: str
    name: str
    web_url: str | None = None
    item: int | None = None
    job_index: int | None = None


def job_key(profile: Profile, cohort: str) -> str:
    """Recordings with equal keys may share a job."""
    order = (profile.provider, profile.next_providers)
    shared = (order, profile.mode, profile.options, profile.keep_provider_copy, cohort)
    return hashlib.sha256(msgspec.msgpack.encode(shared)).hexdigest()[:16]
