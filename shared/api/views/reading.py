"""What people look at, as the API shows it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.api.fields import Moment, about
from shared.api.views.batches import BatchSummary, BatchView, batch_summary, batch_view
from shared.listening.open import Opened
from shared.model.batch.trace import StepKind, Trace
from shared.model.listening.recipe import FRAME_MS
from shared.model.transcript.transcript import Cost
from shared.pipeline.watch.health import Health
from shared.reading.audio import Sound
from shared.reading.overview import Overview
from shared.reading.queue import Left, ToReview


class OverviewView(msgspec.Struct, frozen=True, kw_only=True):
    """How everything is doing."""

    open: Annotated[
        tuple[BatchView, ...], about("Open", "Batches that have work to do, the newest first")
    ]
    more: Annotated[int, about("More", "How many of these are left out", ge=0)]
    lately: Annotated[
        tuple[BatchSummary, ...], about("Lately", "The newest of the list of batches")
    ]
    health: Annotated[Health, about("Health", "Of storage and endpoints")]


def overview_view(found: Overview, health: Health, base: str) -> OverviewView:
    return OverviewView(
        open=tuple(batch_view(status, base) for status in found.open),
        more=found.more,
        lately=tuple(batch_summary(entry, base) for entry in found.lately),
        health=health,
    )


class AudioLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where the sound of a recording can be heard for a few minutes."""

    url: Annotated[str, about("Audio URL", "Where it is read; treat it as a secret")]
    expires_at: Annotated[Moment, about("Expires at", "Until when the address can be used")]
    media_type: Annotated[str | None, about("Media type", "What its sender says it is")]


def audio_link(sound: Sound) -> AudioLink:
    return AudioLink(url=sound.url, expires_at=sound.expires_at, media_type=sound.media_type)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which nothing is heard."""

    start_ms: Annotated[int, about("Start", "From which millisecond on", ge=0)]
    end_ms: Annotated[int, about("End", "Up to which millisecond", ge=0)]


class ListeningCopyView(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of a recording that every browser plays and seeks exactly, and what is known of its
    sound. All but `state` is null while it is being made."""

    state: Annotated[
        Literal["being_made", "ready"], about("State", "Whether it can be heard, or comes soon")
    ]
    url: Annotated[
        str | None, about("Audio URL", "Where it is read, in ranges; treat it as a secret")
    ] = None
    wave_url: Annotated[
        str | None,
        about("Wave URL", "Where the wave is read, a .dat of audiowaveform; treat it as a secret"),
    ] = None
    expires_at: Annotated[
        Moment | None, about("Expires at", "Until when the addresses can be used")
    ] = None
    media_type: Annotated[str | None, about("Media type", "What the copy is: audio/mpeg")] = None
    bytes: Annotated[int | None, about("Bytes", "The size of the copy")] = None
    duration_ms: Annotated[
        int | None, about("Duration", "The length of the sound in milliseconds")
    ] = None
    frame_ms: Annotated[
        int | None,
        about("Frame", "At multiples of so many milliseconds players begin exactly"),
    ] = None
    channels: Annotated[int | None, about("Channels", "How many the copy has: one or two")] = None
    silences: Annotated[
        tuple[Silence, ...] | None, about("Silences", "Where nothing is heard for a second or more")
    ] = None


def listening_copy_view(opened: Opened | None) -> ListeningCopyView:
    """None: it is being made."""
    if opened is None:
        return ListeningCopyView(state="being_made")
    copy = opened.copy
    return ListeningCopyView(
        state="ready",
        url=opened.url,
        wave_url=opened.wave_url,
        expires_at=opened.expires_at,
        media_type=opened.media_type,
        bytes=copy.bytes,
        duration_ms=copy.duration_ms,
        frame_ms=FRAME_MS,
        channels=copy.channels,
        silences=tuple(Silence(start_ms=start, end_ms=end) for start, end in copy.silences),
    )


class ReviewItem(msgspec.Struct, frozen=True, kw_only=True):
    """A recording in which something is in doubt."""

    id: Annotated[str, about("Recording id", "The id of the recording")]
    batch_id: Annotated[str, about("Batch id", "The batch that it is in")]
    batch_title: Annotated[str, about("Batch title", "What its maker calls the batch")]
    name: Annotated[str, about("Name", "The name of the audio")]
    title: Annotated[str | None, about("Title", "What its sender calls it")]
    profile: Annotated[str, about("Profile", "How it was transcribed")]
    registered_at: Annotated[Moment, about("Registered at", "When it was first seen")]
    duration_ms: Annotated[int | None, about("Duration", "The length of the audio in milliseconds")]
    confidence: Annotated[float | None, about("Confidence", "How sure the provider is, 0 to 1")]
    listen_ms: Annotated[int, about("To hear", "How long hearing what is in doubt takes", ge=0)]
    stretches: Annotated[int, about("Stretches", "How many are in doubt, 20 at most", ge=0)]


class ReviewList(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to review."""

    recordings: Annotated[int, about("Recordings", "In how many something is in doubt", ge=0)]
    listen_ms: Annotated[int, about("To hear", "How long hearing all of it takes", ge=0)]
    is_more: Annotated[bool, about("Is more", "Whether older ones were not looked at")]
    value: Annotated[tuple[ReviewItem, ...], about("Worst", "The most in doubt first")]


def review_list(left: Left) -> ReviewList:
    return ReviewList(
        recordings=left.recordings,
        listen_ms=left.listen_ms,
        is_more=left.is_more,
        value=tuple(map(_review_item, left.worst)),
    )


def _review_item(one: ToReview) -> ReviewItem:
    row = one.recording
    return ReviewItem(
        id=row.id,
        batch_id=row.batch_id,
        batch_title=one.batch.title,
        name=row.name,
        title=row.labels.title,
        profile=row.profile.name,
        registered_at=row.registered_at,
        duration_ms=row.duration_ms or None,
        confidence=row.outcome.confidence if row.outcome else None,
        listen_ms=one.listen_ms,
        stretches=len(row.outcome.review_spans) if row.outcome else 0,
    )


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a recording."""

    at: Annotated[Moment, about("At", "When")]
    what: Annotated[StepKind, about("What", "Which step it is")]
    told: Annotated[str, about("Told", "The step in a sentence")]
    after_ms: Annotated[
        int | None, about("After", "Milliseconds since the step before; null for the first")
    ]


class TraceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording went through. The log names its steps by the ids that are here."""

    id: Annotated[str, about("Recording id", "The id of the recording")]
    batch_id: Annotated[str, about("Batch id", "The batch that it is in")]
    name: Annotated[str, about("Name", "The name of the audio")]
    now: Annotated[str, about("Now", "Where it stands, and what it waits for")]
    attempt: Annotated[int, about("Attempt", "Which attempt this is", ge=1)]
    job_id: Annotated[str | None, about("Job id", "The job that carries it, or carried it last")]
    transcription_id: Annotated[
        str | None, about("Transcription id", "What the provider calls that job")
    ]
    cost: Annotated[Cost | None, about("Cost", "What the provider will bill")]
    steps: Annotated[tuple[TraceStep, ...], about("Steps", "In the order of their times")]


def trace_view(found: Trace) -> TraceView:
    row, job = found.recording, found.job
    steps = (msgspec.structs.asdict(step) for step in found.steps)
    return TraceView(
        id=row.id,
        batch_id=row.batch_id,
        name=row.name,
        now=found.now,
        attempt=row.attempt,
        job_id=job.id if job else None,
        transcription_id=row.transcription_id or (job.transcription_id if job else None),
        cost=row.outcome.cost if row.outcome else None,
        steps=tuple(TraceStep(**step) for step in steps),
    )
