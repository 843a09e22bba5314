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

Each arrow is a function of this file, and `STEPS` the table of them; nobody else sets `state`.
"Submitting" is the intent written before the call that costs money. Whoever finds a job in it for
too long looks at the provider for its mark before anything is sent again. Where nobody can look, or
looking proves nothing, the job stops as "unresolved" and is never sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from shared.model.batch.job_item import JobItem
from shared.model.batch.policy import Policy
from shared.model.batch.transition import Steps, after_step
from shared.model.failure import Failure
from shared.model.profile.options import Mode, Options, Priority
from shared.model.profile.profile import Profile

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
_OPEN: frozenset[JobState] = frozenset(get_args(JobState)) - OVER
STEPS: Steps[JobState] = {
    "filled": (frozenset({"planning"}), "planning"),
    "planned": (frozenset({"planning"}), "planned"),
    "intended": (frozenset({"planned"}), "submitting"),
    "carried": (frozenset({"planned"}), "carried"),
    "put_back": (frozenset({"submitting", "carried"}), "planned"),
    "dissolved": (frozenset({"submitting"}), "failed"),
    "begun": (frozenset({"submitting"}), "submitting"),
    "taken_by_provider": (frozenset({"submitting"}), "submitted"),
    "collecting": (frozenset({"submitted", "collecting"}), "collecting"),
    "finished": (frozenset({"carried", "submitting", "submitted", "collecting"}), "finished"),
    "failed": (_OPEN, "failed"),
    "unresolved": (frozenset({"submitting"}), "unresolved"),
}
RANKS: dict[Priority, int] = {"urgent": 1, "normal": 5, "bulk": 9}
"""The place in the line by priority; smaller goes first."""
NORMAL, BULK = RANKS["normal"], RANKS["bulk"]
LONGEST_ANSWER = 440.0
"""Seconds."""
Standing = Literal["fresh", "stuck", "last round", "late"]


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


def planning(
    job_id: str,
    batch_id: str,
    profile: Profile,
    first: str,
    container: str | None,
    kind: str = "",
    lane: str = "",
) -> Job:
    """A job without recordings. `first` is the id of the first that it will get, `container` the
    name of one that goes to the provider as a whole. Where it has a `kind`, it may share a call."""
    return Job(
        batch_id=batch_id,
        id=job_id,
        provider=profile.provider,
        profile=profile.name,
        options=profile.options,
        mode=profile.mode,
        keep_provider_copy=profile.keep_provider_copy,
        endpoints=profile.endpoints,
        changed_at=datetime.min,
        first=first,
        last=first,
        recordings=0,
        audio_ms=0,
        whole_container=container,
        kind=kind,
        rank=RANKS[profile.priority],
        lane=lane,
    )


def filled(
    job: Job,
    last: str,
    recordings: int,
    audio_ms: int,
    now: datetime,
    price: float = 0.0,
    since_at: datetime | None = None,
) -> Job:
    """With so many more recordings, which cost about that; the id of the last of them is `last`,
    and the oldest of them came in at `since_at`."""
    oldest = [at for at in (job.since_at, since_at) if at is not None]
    return _to(
        job,
        "filled",
        last=last,
        recordings=job.recordings + recordings,
        audio_ms=job.audio_ms + audio_ms,
        price=round(job.price + price, 6),
        since_at=min(oldest, default=None),
        changed_at=now,
    )


def planned(job: Job, now: datetime) -> Job:
    """Nothing more goes into it; it waits in line to be sent."""
    return _to(job, "planned", changed_at=now)


def with_turn(job: Job, at: datetime) -> Job:
    """It does not stand among those that wait for the provider before that."""
    return msgspec.structs.replace(job, turn_at=at)


def come_due(job: Job, now: datetime) -> Job:
    """Its turn has come: it waits like any other, as if it had come in then."""
    return msgspec.structs.replace(job, turn_at=None, since_at=job.turn_at, changed_at=now)


def intended(job: Job, endpoint: str, now: datetime, sender: str = "") -> Job:
    """The create call may have been carried out from here on. `sender` is who wrote it."""
    return _to(job, "intended", endpoint=endpoint, changed_at=now, sender=sender, answer_by_at=None)


def begun(job: Job, answer_by_at: datetime, now: datetime) -> Job:
    """The call that answers at once is made by whoever writes this, and by nobody else; it is over
    by then, whatever comes of it."""
    return _to(job, "begun", answer_by_at=answer_by_at, changed_at=now)


def put_back(job: Job, now: datetime, *, counts: bool = False) -> Job:
    """The create call was certainly not carried out. `counts`: the provider was asked. Recordings
    may have left it after its intent."""
    return _to(job, "put_back", tries=job.tries + counts, carrier=None, changed_at=now, item=None)


def put_back_alone(job: Job, now: datetime) -> Job:
    """The same of what is to go by its own mark the next time, and with nobody else."""
    return msgspec.structs.replace(put_back(job, now, counts=True), kind="")


def carried(job: Job, carrier_id: str, now: datetime) -> Job:
    """It leaves the line with others, as a part of that carrier."""
    return _to(job, "carried", carrier=carrier_id, changed_at=now)


def dissolved(job: Job, now: datetime) -> Job:
    """A carrier whose call was certainly not carried out: its parts go back in line."""
    return _to(job, "dissolved", changed_at=now)


def answer_seconds(job: Job) -> float:
    """How long a provider that answers at once may take once it has all: a sixteenth of the length
    and a minute, and less than an execution of a function lasts, also where the length is not
    known."""
    heard = job.audio_ms / 16_000
    return min(LONGEST_ANSWER, 60 + heard) if job.audio_ms else LONGEST_ANSWER


def taken_by_provider(job: Job, transcription_id: str, now: datetime) -> Job:
    return _to(
        job,
        "taken_by_provider",
        transcription_id=transcription_id,
        submitted_at=now,
        changed_at=now,
        waiting_since_at=None,
        told_at=None,
    )


def collecting(
    job: Job, model: str | None, completed_at: str | None, policy: Policy, now: datetime
) -> Job:
    """Its results are handed on, for the first time or once more."""
    is_last_round = standing(job, policy, now) == "last round" and job.last_round_at is None
    return _to(
        job,
        "collecting",
        changed_at=now,
        collects=job.collects + 1,
        collecting_at=job.collecting_at or now,
        last_round_at=now if is_last_round else job.last_round_at,
        model=model,
        completed_at=job.completed_at or completed_at,
    )


def with_smaller_slices(job: Job, failed: int) -> Job:
    """A slice of `failed` results failed as a whole: it comes in halves the next time."""
    half = max(1, failed // 2)
    return msgspec.structs.replace(job, slice_most=min(half, job.slice_most or half))


def over(job: Job, now: datetime) -> Job:
    """Every recording of it went its way."""
    step = "failed" if job.failure else "finished"
    return _to(job, step, changed_at=now, item=None, title="")


def failed(job: Job, failure: Failure, now: datetime) -> Job:
    """As a whole, and nothing of it is awaited any more."""
    return _to(job, "failed", failure=failure, changed_at=now, item=None, title="")


def unresolved(job: Job, failure: Failure, now: datetime) -> Job:
    """Nobody can find out what became of its create call."""
    return _to(job, "unresolved", failure=failure, changed_at=now, item=None, title="")


def _to(job: Job, step: str, **changes: Any) -> Job:
    state = after_step(STEPS, step, job.state, f"job {job.id}")
    return msgspec.structs.replace(job, state=state, **changes)


def standing(job: Job, policy: Policy, now: datetime) -> Standing:
    """How long the job has stood where it is, and what follows.

    "stuck": nothing was heard for too long, and somebody has to look. "last round": results that
    could not be had are asked for once more (`last_round_at` tells whether they were). "late":
    nothing more is waited for. As far as the job's row tells: a recording that got its result
    meanwhile is progress, too.
    """
    patience = timedelta(seconds=policy.stuck_after_seconds)
    if job.state == "collecting":
        if job.last_round_at is not None:
            return "late" if now - job.last_round_at > patience else "last round"
        since = job.collecting_at
        if since is not None and now - since > timedelta(seconds=policy.give_up_seconds):
            return "last round"
    elif now - (job.submitted_at or job.changed_at) > timedelta(seconds=policy.submitted_seconds):
        return "late"
    return "stuck" if is_silent(job, policy, now) else "fresh"


def is_silent(job: Job, policy: Policy, now: datetime) -> bool:
    """Whether nothing was heard of it for too long, however long it stands there altogether."""
    return now - job.changed_at >= timedelta(seconds=policy.stuck_after_seconds)


def is_being_collected(job: Job, policy: Policy, now: datetime) -> bool:
    """Whether somebody is at it, so that one more hint changes nothing."""
    if job.state != "collecting":
        return False
    stands = standing(job, policy, now)
    return stands == "fresh" or (stands == "last round" and job.last_round_at is not None)
