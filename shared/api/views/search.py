"""What was found, as the API shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from shared.api.fields import Moment, about
from shared.model.search.found import Found, Place
from shared.searching.search import Hits


class HitPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was said."""

    start_ms: Annotated[int, about("Start", "When, in milliseconds from the beginning", ge=0)]
    speaker: Annotated[str, about("Speaker", "By whom: the role or, without one, the label")]
    before: Annotated[str, about("Before", "What was said before")]
    found: Annotated[str, about("Found", "What was looked for, as it was said")]
    after: Annotated[str, about("After", "What was said after")]
    parts: Annotated[
        tuple[str, ...],
        about("Parts", "All of this once more: every second part is what was looked for"),
    ]
    in_doubt: Annotated[bool, about("In doubt", "Whether it is to be heard again")]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A recording in which it was said."""

    id: Annotated[str, about("Recording id", "The id of the recording")]
    batch_id: Annotated[str, about("Batch id", "The batch that it is in")]
    container: Annotated[str, about("Container", "Where the audio lies")]
    name: Annotated[str, about("Name", "The name of the audio")]
    title: Annotated[str | None, about("Title", "What its sender calls it")]
    profile: Annotated[str, about("Profile", "How it was transcribed")]
    metadata: Annotated[dict[str, str], about("Metadata", "What is known of it besides")]
    language: Annotated[str | None, about("Language", "What was spoken most, as BCP 47 names it")]
    registered_at: Annotated[Moment, about("Registered at", "When it was first seen")]
    duration_ms: Annotated[int | None, about("Duration", "The length of the audio in milliseconds")]
    corrected: Annotated[bool, about("Corrected", "Whether people corrected the transcript")]
    times: Annotated[int, about("Times", "How often it was said", ge=1)]
    places: Annotated[tuple[HitPlace, ...], about("Places", "The first three places")]


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `after` it is the last one; with it there may be more, also where this page
    is empty: a call looks through so many recordings at most."""

    value: Annotated[tuple[Hit, ...], about("Found", "Recordings in which it was said")]
    after: Annotated[str | None, about("After", "To be sent along for the next page")]


def search_page(hits: Hits) -> SearchPage:
    after = None if hits.after is None else str(hits.after)
    return SearchPage(value=tuple(map(_found, hits.found)), after=after)


def _found(one: Found) -> Hit:
    entry = one.entry
    return Hit(
        id=entry.recording_id,
        batch_id=entry.batch_id,
        container=entry.container,
        name=entry.name,
        title=entry.title or None,
        profile=entry.profile,
        metadata=entry.metadata,
        language=entry.language or None,
        registered_at=datetime.fromtimestamp(entry.came_ms / 1_000, UTC),
        duration_ms=entry.duration_ms or None,
        corrected=entry.revision > 0,
        times=one.times,
        places=tuple(map(_place, one.places)),
    )


def _place(place: Place) -> HitPlace:
    return HitPlace(
        start_ms=place.start_ms,
        speaker=place.speaker,
        before=place.before,
        found=place.found,
        after=place.after,
        parts=place.parts,
        in_doubt=place.is_in_doubt,
    )
