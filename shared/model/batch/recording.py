"""A recording: one version of one audio blob, and what becomes of it.

    waiting --plan--> planned --write--> transcribed
       ^                 |  \\--write--> failed
       +--- next attempt-+               (failed at registration: straight to failed)

Each arrow is a function of this file, and `STEPS` the table of them; nobody else sets `state`.
"Planned" means that a job carries it; how far that job is, the job's row says.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from shared.model.batch.decision import Decision
from shared.model.batch.transition import Steps, after_step
from shared.model.failure import Failure
from shared.model.names import leads_astray
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Labels, Profile
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost

State = Literal["waiting", "planned", "transcribed", "failed"]
TERMINAL: frozenset[State] = frozenset({"transcribed", "failed"})
STEPS: Steps[State] = {
    "planned": (frozenset({"waiting"}), "planned"),
    "asked_again": (frozenset({"planned"}), "planned"),
    "waiting_again": (frozenset({"planned", "failed"}), "waiting"),
    "transcribed": (frozenset({"waiting", "planned"}), "transcribed"),
    "failed": (frozenset({"waiting", "planned", "failed"}), "failed"),
}


def recording_id(container: str, name: str, etag: str) -> str:
    """32 hex digits that are the same wherever and however often the blob version is seen."""
    key = "\n".join([container, name, etag.strip('"')])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a transcribed recording besides its outputs. No text: rows hold none.

    `outputs` maps a format to "container/blob name"."""

    outputs: dict[str, str]
    language: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    review_spans: tuple[Span, ...] = ()
    cost: Cost | None = None


class Transcribed(NamedTuple):
    """Where a transcript comes from: an endpoint, and its transcription there."""

    endpoint: str | None
    transcription_id: str | None
    submitted_at: datetime | None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `version` is the row's ETag in the table, "" for a row not yet stored.

    `cohort` keeps recordings apart that must not share a job: halves of a job that failed as a
    whole. `job_index` is the position in the job's create call. `fetches` counts tries to read
    a result of this attempt. `item` is the position in the batch's request; `web_url` is the
    address of audio that lies elsewhere, without its query, which is a secret. `callback` is the
    `callback_id` of the address that is to hear what becomes of this recording. `asked` are the
    options before a provider's limits were laid on them, where another may take its place.

    `content` tells the audio and what is done with it from any other, where the same is not to be
    paid for again.

    In a batch with a budget, `committed` is what all attempts may cost so far, and `cleared` the
    part of it that is for this attempt; None: it may not be planned yet.
    """

    batch_id: str
    id: str
    container: str
    name: str
    etag: str
    last_modified_at: datetime
    registered_at: datetime
    changed_at: datetime
    profile: Profile
    state: State = "waiting"
    attempt: int = 1
    fetches: int = 0
    not_before_at: datetime | None = None
    cohort: str = ""
    job_id: str | None = None
    job_index: int | None = None
    audio: AudioProperties | None = None
    bytes: int = 0
    media_type: str | None = None
    labels: Labels = Labels()
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    error_report: str | None = None
    endpoint: str | None = None
    transcription_id: str | None = None
    submitted_at: datetime | None = None
    outcome: Outcome | None = None
    item: int | None = None
    web_url: str | None = None
    callback: str | None = None
    asked: Options | None = None
    content: str | None = None
    committed: float = 0.0
    cleared: float | None = None
    decisions: tuple[Decision, ...] = ()
    version: str = ""

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def cost_amount(self) -> float | None:
        cost = self.outcome.cost if self.outcome else None
        return float(cost.amount) if cost else None

    @property
    def cost_currency(self) -> str | None:
        cost = self.outcome.cost if self.outcome else None
        return cost.currency if cost else None

    @property
    def needs_review(self) -> bool | None:
        return self.outcome.needs_review if self.outcome else None

    @property
    def duration_ms(self) -> int:
        """Length of the audio as probed; 0 where the container does not tell."""
        return (self.audio.duration_ms or 0) if self.audio else 0


def output_stem(container: str, name: str) -> str:
    """Outputs lie under the audio's container and full name, extension included, so that
    `call.wav` and `call.mp3` do not collide. Of a name that leads elsewhere only a hash is used."""
    if leads_astray(name):
        name = f"@unnamed/{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:24]}"
    return f"{container}/{name}"


def planned(row: Recording, job_id: str, index: int, now: datetime) -> Recording:
    """In a job, at this position of its create call."""
    return _to(row, "planned", job_id=job_id, job_index=index, not_before_at=None, changed_at=now)


def asked_again(row: Recording, now: datetime) -> Recording:
    """Its result could not be read, and is asked for once more."""
    return _to(row, "asked_again", fetches=row.fetches + 1, changed_at=now)


def waiting_again(
    row: Recording,
    now: datetime,
    *,
    attempt: int,
    not_before_at: datetime | None = None,
    cohort: str | None = None,
) -> Recording:
    """Back in line for a job. What is committed stays so, and is not for what comes: who was
    certainly not sent gets its money back first."""
    return _to(
        row,
        "waiting_again",
        attempt=attempt,
        fetches=0,
        job_id=None,
        job_index=None,
        cohort=row.cohort if cohort is None else cohort,
        cleared=None,
        not_before_at=not_before_at,
        changed_at=now,
    )


def looked_at_again(row: Recording, found: Recording) -> Recording:
    """A recording that was refused, with what was `found` in its place now. It still failed."""
    return msgspec.structs.replace(
        found, state=row.state, registered_at=row.registered_at, version=row.version
    )


def transcribed(row: Recording, outcome: Outcome, source: Transcribed, now: datetime) -> Recording:
    """Its outputs are stored."""
    return _to(
        row,
        "transcribed",
        changed_at=now,
        not_before_at=None,
        endpoint=source.endpoint,
        transcription_id=source.transcription_id,
        submitted_at=source.submitted_at,
        outcome=outcome,
    )


def failed(row: Recording, failure: Failure, error_report: str, now: datetime) -> Recording:
    """Its error report is stored, at that path."""
    return _to(row, "failed", failure=failure, error_report=error_report, changed_at=now)


def _to(row: Recording, step: str, **changes: Any) -> Recording:
    state = after_step(STEPS, step, row.state, f"recording {row.id}")
    return msgspec.structs.replace(row, state=state, **changes)
