"""What may become of a job: every change of its state is one of these functions, and `STEPS` the
table of them. The drawing is in `job.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

import msgspec

from shared.model.failure import Failure
from shared.model.job.job import OVER, RANKS, Job, JobState
from shared.model.job.standing import standing
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.model.state_machine import Steps, after_step

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
