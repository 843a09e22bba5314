"""A job: one create call at a provider, carrying up to that provider's maximum of recordings.

    planning -> planned -> submitting -> submitted -> collecting -> finished
                   ^           |              |            |
                   +-- not sent+              +------------+--> failed (as a whole)
                               |
                               +--> unresolved (nobody can find out whether it was carried out)

A planned job may leave the line together with others, in a carrier (`carrier.py`): then it is a
part of that, "carried", until its own recordings are over or the carrier is dissolved.

A planned job may end as failed, too: another provider or another mode takes its recordings over,
which its `failure` says first.

Each arrow is a function of `transitions.py`, and `STEPS` the table of them; nobody else sets
`state`.
"Submitting" is the intent written before the call that costs money. Whoever finds a job in it for
too long looks at the provider for its mark before anything is sent again. Where nobody can look, or
looking proves nothing, the job stops as "unresolved" and is never sent again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from shared.model.failure import Failure
from shared.model.job.job_item import JobItem
from shared.model.profile.options import Mode, Options, Priority

JobState = Literal[
    "planning",
    "planned",
    "carried",
    "submitting",
    "submitted",
    "collecting",
    "finished",
    "failed",
    "unresolved",
]
OVER: frozenset[JobState] = frozenset({"finished", "failed", "unresolved"})
RANKS: dict[Priority, int] = {"urgent": 1, "normal": 5, "bulk": 9}
"""The place in the line by priority; smaller goes first."""
NORMAL, BULK = RANKS["normal"], RANKS["bulk"]
LONGEST_ANSWER = 440.0
"""Seconds."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One row. Its recordings are those that name it and lie between `first` and `last`.

    Jobs of one `kind` may share a call. `since_at` is when its oldest recording came in, and with
    `rank` decides its place; `deadline_at` is when its batch wants the transcripts. A part names
    its `carrier`; of a carrier, `carried` are the parts, packed, and `settled` the numbers of those
    that are over, as bits. `line` is of releases before. `endpoints` are those that may do it, ()
    for all of its provider. `whole_container` is the container that goes to it as one URL. `tries`
    counts create calls that were not carried out; `collects` how often results were listed.
    `faults` counts steps that were refused or that failed in the end. `waiting_since_at` and
    `told_at` are of releases before. `slice_most` is how many results go into a slice at most, once
    slices of it failed as a whole; 0: as many as usual. `collecting_at` is when results were listed
    first, or when the last one came, as far as somebody had to know; `last_round_at` when they were
    for the last time before the job is given up. `sender` is who wrote its intent; `is_emptied`
    that its recordings left it where it was cancelled. `price` is about what it costs, as far as
    that is known, and `is_counted` whether that counts for the day's ceilings already. `doubted_at`
    is when it was first refused in words that blame nobody. `item` is its recording, where it has
    one: it cannot leave a job that is planned for the first time, unless the job's row changes
    first. `turn_at` is when it may be sent, where that was put off. `lane` is that of its mode, ""
    where it has none; there the call begins after the intent, and `answer_by_at` is when it is over
    at the latest, None: it has not begun. `title` is what its makers call it, for the list of its
    provider; like `item` it is kept no longer than the job may be sent. `version` is the row's
    ETag, "" for a row not yet stored.
    """

    batch_id: str
    id: str
    provider: str
    options: Options
    mode: Mode = "standard"
    keep_provider_copy: bool = False
    endpoints: tuple[str, ...] = ()
    state: JobState = "planning"
    changed_at: datetime
    first: str
    last: str
    recordings: int
    audio_ms: int
    whole_container: str | None = None
    line: str | None = None
    kind: str = ""
    rank: int = NORMAL
    since_at: datetime | None = None
    deadline_at: datetime | None = None
    carrier: str | None = None
    carried: bytes = b""
    settled: str = ""
    endpoint: str | None = None
    transcription_id: str | None = None
    model: str | None = None
    tries: int = 0
    collects: int = 0
    faults: int = 0
    slice_most: int = 0
    waiting_since_at: datetime | None = None
    told_at: datetime | None = None
    collecting_at: datetime | None = None
    last_round_at: datetime | None = None
    submitted_at: datetime | None = None
    completed_at: str | None = None
    failure: Failure | None = None
    sender: str = ""
    is_emptied: bool = False
    profile: str = ""
    price: float = 0.0
    is_counted: bool = False
    doubted_at: datetime | None = None
    item: JobItem | None = None
    turn_at: datetime | None = None
    lane: str = ""
    answer_by_at: datetime | None = None
    title: str = ""
    version: str = ""

    @property
    def waits_for(self) -> str:
        """Whose line it stands in: that of its lane, else of its provider."""
        return self.lane or self.provider

    @property
    def is_sent(self) -> bool:
        """Of a job whose create call is not open any more: whether it was carried out."""
        return self.transcription_id is not None


def answer_seconds(job: Job) -> float:
    """How long a provider that answers at once may take once it has all: a sixteenth of the length
    and a minute, and less than an execution of a function lasts, also where the length is not
    known."""
    heard = job.audio_ms / 16_000
    return min(LONGEST_ANSWER, 60 + heard) if job.audio_ms else LONGEST_ANSWER
