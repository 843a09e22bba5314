"""A recording: one version of one audio blob, and what becomes of it.

    waiting --plan--> planned --write--> transcribed
       ^                 |  \\--write--> failed
       +--- next attempt-+               (failed at registration: straight to failed)
       |
       +--plan--> unchanged              (its bytes are those of an earlier version)

While it waits, a copy of it may be asked for, begun and made ("asked_to_prepare", "preparing",
"prepared").

Each arrow is a function of `transitions.py`, and `STEPS` the table of them; nobody else sets
`state`.
"Planned" means that a job carries it; how far that job is, the job's row says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from shared.model.failure import Failure
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Removal
from shared.model.preparing.channels import Heard
from shared.model.preparing.recipe import Preparation, sent_ms
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Labels, Profile
from shared.model.recording.decision import Decision
from shared.model.recording.fingerprint import Fingerprint, Twin
from shared.model.recording.outcome import Outcome
from shared.model.recording.translating import Translating
from shared.model.recording.understanding import Progress, Understanding

State = Literal["waiting", "planned", "transcribed", "failed", "unchanged"]
TERMINAL: frozenset[State] = frozenset({"transcribed", "failed", "unchanged"})


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
    begun, and `translating` how far its translations are.
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
    translating: Translating | None = None
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
    def sent_ms(self) -> int:
        """Length of what the provider gets; 0 where nobody knows."""
        return sent_ms(self.duration_ms, self.preparation.recipe if self.preparation else None)

    @property
    def channels_sent(self) -> int | None:
        """Of what the provider gets."""
        recipe = self.preparation.recipe if self.preparation else None
        if recipe is not None:
            return recipe.channels
        return self.audio.channels if self.audio else None


def with_notes(notes: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Each once."""
    return (*notes, *(note for note in more if note not in notes))


def understood(row: Recording, there: Understanding) -> Recording:
    """How far its insights are, which changes nothing about what became of it."""
    return msgspec.structs.replace(row, understanding=there)


def sentiment_of(row: Recording) -> str | None:
    """Of the whole conversation; None: nobody asked for it, or it is not made yet."""
    return row.understanding.sentiment if row.understanding else None


def insights_of(row: Recording) -> Progress | None:
    """Of a transcribed one whose profile wants some."""
    there = row.understanding
    if there is not None and there.stored_at is not None:
        return "made" if there.has_all else "partly"
    return "asked" if row.state == "transcribed" and row.profile.insights else None
