"""A recording: one version of one audio blob, and what becomes of it.

    waiting --plan--> planned --write--> transcribed
       ^                 |  \\--write--> failed
       +--- next attempt-+               (failed at registration: straight to failed)

"Planned" means that a job carries it; how far that job is, the job's row says.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from shared.model.batch.decision import Decision
from shared.model.batch.failure import Failure
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Labels, Profile
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost

State = Literal["waiting", "planned", "transcribed", "failed"]
TERMINAL: frozenset[State] = frozenset({"transcribed", "failed"})


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
    `call.wav` and `call.mp3` do not collide."""
    return f"{container}/{name}"
