"""A recording: one version of one audio blob, and what becomes of it.

    waiting --plan--> planned --write--> transcribed
       ^                 |  \\--write--> failed
       +--- next attempt-+               (failed at registration: straight to failed)
       |
       +--plan--> unchanged              (its bytes are those of an earlier version)

While it waits, a copy of it may be asked for, begun and made ("asked_to_prepare", "preparing",
"prepared").

Each arrow is a function of this file, and `STEPS` the table of them; nobody else sets `state`.
"Planned" means that a job carries it; how far that job is, the job's row says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from shared.model.batch.decision import Decision
from shared.model.batch.fingerprint import Fingerprint, Twin
from shared.model.batch.outcome import Outcome, Transcribed
from shared.model.batch.transition import Steps, after_step
from shared.model.batch.understanding import Progress, Understanding
from shared.model.failure import Failure
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Removal
from shared.model.preparing.channels import Heard
from shared.model.preparing.recipe import Preparation
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Labels, Profile

State = Literal["waiting", "planned", "transcribed", "failed", "unchanged"]
TERMINAL: frozenset[State] = frozenset({"transcribed", "failed", "unchanged"})
STEPS: Steps[State] = {
    "planned": (frozenset({"waiting"}), "planned"),
    "asked_again": (frozenset({"planned"}), "planned"),
    "waiting_again": (frozenset({"planned", "failed"}), "waiting"),
    "transcribed": (frozenset({"waiting", "planned"}), "transcribed"),
    "failed": (frozenset({"waiting", "planned", "failed"}), "failed"),
    "unchanged": (frozenset({"waiting"}), "unchanged"),
    "asked_to_prepare": (frozenset({"waiting"}), "waiting"),
    "preparing": (frozenset({"waiting"}), "waiting"),
    "prepared": (frozenset({"waiting"}), "waiting"),
}


def recording_id(container: str, name: str, etag: str) -> str:
    """32 hex digits that are the same wherever and however often the blob version is seen."""
    key = "\n".join([container, name, etag.strip('"')])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a file beside a recording that was read as a description of it."""

    name: str
    etag: str


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

    `stuck_since_at` is since when its result is there and storage does not take its outputs,
    `unread_since_at` since when what is there for a result makes no sense.

    `fingerprint` tells the bytes of a dropped blob from those of other versions of its name.
    `same_as` is set on an unchanged one: the recording that has its bytes, and its `outcome`.

    Until `companion_due_at` a companion is waited for; None: none is, or it was read, and is
    `companion`. `said` are the options that were set for the recording itself: no companion
    changes them, and what comes of them is no fault of the profile.

    `removal` is what of it went, or is to go, while its row stays; `hold` keeps that from being.

    In a batch with a budget, `committed` is what all attempts may cost so far, and `cleared` the
    part of it that is for this attempt; None: it may not be planned yet.

    `preparation` is what is to be done with its audio before it is sent, and how far that is,
    `heard` what its channels hold, where somebody listened, and `copy` the name of the blob that
    the provider gets in its place. `understanding` is how far its insights are, once they were
    begun.
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
    stuck_since_at: datetime | None = None
    unread_since_at: datetime | None = None
    fingerprint: Fingerprint | None = None
    same_as: Twin | None = None
    said: tuple[str, ...] = ()
    companion: Companion | None = None
    companion_due_at: datetime | None = None
    preparation: Preparation | None = None
    heard: Heard | None = None
    copy: str | None = None
    removal: Removal | None = None
    hold: Hold | None = None
    understanding: Understanding | None = None
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

    @property
    def channels_sent(self) -> int | None:
        """Of what the provider gets."""
        recipe = self.preparation.recipe if self.preparation else None
        if recipe is not None:
            return recipe.channels
        return self.audio.channels if self.audio else None


def awaiting_companion(row: Recording, said: Iterable[str], now: datetime) -> Recording:
    """As its profile wants it, if it does. What was `said` for it alone is kept with it."""
    row = msgspec.structs.replace(row, said=tuple(sorted(said)))
    if not row.profile.companions:
        return row
    due_at = now + timedelta(seconds=row.profile.companion_wait_seconds)
    return msgspec.structs.replace(row, companion_due_at=due_at)


def planned(row: Recording, job_id: str, index: int, now: datetime) -> Recording:
    """In a job, at this position of its create call."""
    return _to(row, "planned", job_id=job_id, job_index=index, not_before_at=None, changed_at=now)


def asked_again(row: Recording, now: datetime) -> Recording:
    """Its result could not be read, and is asked for once more."""
    return _to(row, "asked_again", fetches=row.fetches + 1, changed_at=now)


def unread(row: Recording, now: datetime) -> Recording:
    """What there is makes no sense, and is asked for once more. The first time counts."""
    return asked_again(
        msgspec.structs.replace(row, unread_since_at=row.unread_since_at or now), now
    )


def stuck(row: Recording, now: datetime) -> Recording:
    """Something keeps its result from being read or stored. The first time counts."""
    return msgspec.structs.replace(row, stuck_since_at=row.stuck_since_at or now)


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
        stuck_since_at=None,
        unread_since_at=None,
        not_before_at=not_before_at,
        changed_at=now,
    )


def asked_to_prepare(row: Recording, now: datetime) -> Recording:
    """Somebody is to make its copy; the message is sent after this."""
    before = row.preparation
    assert before is not None
    tries = 0 if before.made_at else before.tries
    preparation = msgspec.structs.replace(before, asked_at=now, made_at=None, tries=tries)
    return _to(row, "asked_to_prepare", preparation=preparation)


def preparing(row: Recording, tries: int = 1) -> Recording:
    """Somebody begins; or did not, after all, through no fault of its own: then `tries` is -1."""
    assert row.preparation is not None
    preparation = msgspec.structs.replace(row.preparation, tries=row.preparation.tries + tries)
    return _to(row, "preparing", preparation=preparation)


def prepared(row: Recording, copy: str | None, now: datetime, *notes: str) -> Recording:
    """All that was to be done with its audio is done. `copy` is the name of the blob that its
    provider gets, None where it reads the recording as it is after all."""
    preparation = row.preparation if copy is not None else None
    if preparation is not None:
        preparation = msgspec.structs.replace(preparation, made_at=now)
    return _to(
        row,
        "prepared",
        preparation=preparation,
        copy=copy,
        notes=with_notes(row.notes, notes),
        changed_at=now,
    )


def with_notes(notes: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Each once."""
    return (*notes, *(note for note in more if note not in notes))


def looked_at_again(row: Recording, found: Recording) -> Recording:
    """A recording that was refused, with what was `found` in its place now. It still failed."""
    return msgspec.structs.replace(
        found,
        state=row.state,
        registered_at=row.registered_at,
        hold=row.hold,
        removal=row.removal,
        version=row.version,
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


def understood(row: Recording, there: Understanding) -> Recording:
    """How far its insights are, which changes nothing about what became of it."""
    return msgspec.structs.replace(row, understanding=there)


def insights_of(row: Recording) -> Progress | None:
    """Of a transcribed one whose profile wants some."""
    there = row.understanding
    if there is not None and there.stored_at is not None:
        return "made" if there.has_all else "partly"
    return "asked" if row.state == "transcribed" and row.profile.insights else None


def unchanged(row: Recording, twin: Recording, now: datetime) -> Recording:
    """Its bytes are those of `twin`, which is transcribed: so are its outputs, and nothing was paid
    for them again."""
    outcome = twin.outcome
    return _to(
        row,
        "unchanged",
        changed_at=now,
        not_before_at=None,
        same_as=Twin(batch_id=twin.batch_id, recording_id=twin.id),
        outcome=msgspec.structs.replace(outcome, cost=None) if outcome else None,
    )


def failed(row: Recording, failure: Failure, error_report: str, now: datetime) -> Recording:
    """Its error report is stored, at that path."""
    return _to(row, "failed", failure=failure, error_report=error_report, changed_at=now)


def _to(row: Recording, step: str, **changes: Any) -> Recording:
    state = after_step(STEPS, step, row.state, f"recording {row.id}")
    return msgspec.structs.replace(row, state=state, **changes)
