"""What one recording went through, as far as its row and that of its job tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal

import msgspec

from shared.model.job.job import Job
from shared.model.recording.recording import Recording

StepKind = Literal[
    "registered",
    "decided",
    "submitted",
    "collected",
    "transcribed",
    "failed",
    "unchanged",
    "corrected",
]

_IN_LINE = ("planning", "planned", "carried")


class TracedStep(msgspec.Struct, frozen=True, kw_only=True):
    """`told` says it in a sentence; `after_ms` is how long after the step before it was."""

    at: datetime
    what: StepKind
    told: str
    after_ms: int | None = None


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """`steps` in the order of their times. `now` says where it stands. Of attempts before the last
    one only decisions are known. `job` is None before it was in one; of a part that travels in a
    carrier it is the carrier."""

    recording: Recording
    job: Job | None
    steps: tuple[TracedStep, ...]
    now: str


def trace(row: Recording, job: Job | None, held: Sequence[str] = ()) -> Trace:
    """Of a recording, and of the last job that carried it. `held` are sentences on what keeps that
    job from being sent now, if it was not."""
    found = sorted(_steps(row, job), key=lambda step: step.at)
    later = [
        msgspec.structs.replace(step, after_ms=_milliseconds(before.at, step.at))
        for before, step in pairwise(found)
    ]
    return Trace(recording=row, job=job, steps=(*found[:1], *later), now=_now(row, job, held))


def _steps(row: Recording, job: Job | None) -> Iterator[TracedStep]:
    yield _step(row.registered_at, "registered", f"{_as_found(row)}. Profile {row.profile.name}")
    for decision in row.decisions:
        yield _step(decision.at, "decided", f"{decision.what}: {decision.why}")
    submitted_at = row.submitted_at or (job.submitted_at if job else None)
    if submitted_at is not None:
        endpoint = row.endpoint or (job.endpoint if job else None)
        told = f"{row.profile.provider}, endpoint {endpoint}, took the job"
        yield _step(submitted_at, "submitted", f"{told}{_in_company(job)}, attempt {row.attempt}")
    if job is not None and job.collecting_at is not None:
        yield _step(job.collecting_at, "collected", f"its results were listed{_so_often(job)}")
    yield from _end(row)


def _end(row: Recording) -> Iterator[TracedStep]:
    """Once somebody corrected it, only when that was is known, and not when it was transcribed."""
    outcome = row.outcome
    if outcome is not None and outcome.correction is not None:
        fix = outcome.correction
        yield _step(fix.at, "corrected", f"revision {fix.number} by {fix.author}")
    elif row.state == "transcribed" and outcome is not None:
        sure = "" if outcome.confidence is None else f", {outcome.confidence:.0%} sure"
        yield _step(row.changed_at, "transcribed", f"{len(outcome.outputs)} outputs{sure}")
    elif row.failure is not None:
        yield _step(row.changed_at, "failed", f"{row.failure.code}: {row.failure.reason}")
    elif row.same_as is not None:
        twin = row.same_as.recording_id
        yield _step(row.changed_at, "unchanged", f"the same bytes as recording {twin}")


def is_in_line(row: Recording, job: Job | None) -> bool:
    """Whether its job is still to be sent."""
    return row.state == "planned" and (job is None or job.state in _IN_LINE)


def _now(row: Recording, job: Job | None, held: Sequence[str]) -> str:
    if row.is_terminal:
        return f"It is {row.state}."
    if row.state == "waiting":
        return _waiting(row)
    since = f", since {_moment(job.changed_at if job else row.changed_at)}"
    if job is None or is_in_line(row, job):
        return " ".join([f"It is part of a job that waits in line to be sent{since}.", *held])
    if job.state == "submitting":
        return f"Its job is being sent{since}."
    if job.state == "submitted":
        return f"The provider has it and the result is awaited{since}."
    again = f", asked for {row.fetches} more times" if row.fetches else ""
    return f"Its result is being fetched and written{again}{since}."


def _waiting(row: Recording) -> str:
    if row.companion_due_at is not None and row.companion is None:
        return f"It waits for a file beside it, until {_moment(row.companion_due_at)}."
    if row.not_before_at is not None:
        return f"It waits for attempt {row.attempt}, not before {_moment(row.not_before_at)}."
    return "It waits to become part of a job."


def _as_found(row: Recording) -> str:
    length = f", {row.duration_ms / 1000:.1f} s" if row.duration_ms else ""
    return f"{row.container}/{row.name}, {row.bytes} bytes{length}"


def _in_company(job: Job | None) -> str:
    return f" of {job.recordings} recordings" if job is not None and job.recordings > 1 else ""


def _so_often(job: Job) -> str:
    return f" {job.collects} times" if job.collects > 1 else ""


def _step(at: datetime, what: StepKind, told: str) -> TracedStep:
    return TracedStep(at=at, what=what, told=f"{told}.".replace("..", "."))


def _milliseconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1000)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
