"""What people look at, as the API shows it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, about
from shared.api.views.batches import BatchSummary, BatchView, batch_summary, batch_view
from shared.pipeline.watch.health import Health
from shared.reading.audio import Sound
from shared.reading.overview import Overview


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
