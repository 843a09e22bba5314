"""What people look at, as the API shows it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, about
from shared.api.views.batches import BatchSummary, BatchView, batch_summary, batch_view
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
