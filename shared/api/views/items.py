"""Recordings as the API shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, NextLink, about
from shared.api.views.keeping import RemovalView, removal_view
from shared.api.views.links import Links
from shared.api.views.revisions import CorrectionView, correction_view
from shared.api.views.translations import TranslationView, translation_views
from shared.model.failure import Failure
from shared.model.keeping.hold import Hold
from shared.model.recording.fingerprint import Twin
from shared.model.recording.recording import Recording, State, insights_of, sentiment_of
from shared.model.recording.understanding import Progress
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of a batch."""

    id: Annotated[str, about("Recording id", "The id of the recording")]
    batch_id: Annotated[str, about("Batch id", "The batch that it is in")]
    client_item_id: Annotated[str | None, about("Client item id", "The id that its sender gave it")]
    state: Annotated[State, about("State", "How far it is")]
    container: Annotated[str, about("Container", 'Where the audio lies; "@web" is elsewhere')]
    name: Annotated[str, about("Name", "The name of the audio")]
    title: Annotated[str | None, about("Title", "What its sender calls it")]
    metadata: Annotated[dict[str, str], about("Metadata", "What was sent with it, untouched")]
    profile: Annotated[str, about("Profile", "How it is transcribed")]
    provider: Annotated[str, about("Provider", "Who transcribes it")]
    attempt: Annotated[int, about("Attempt", "Which attempt this is", ge=1)]
    bytes: Annotated[int, about("Bytes", "The size of the audio", ge=0)]
    duration_ms: Annotated[int | None, about("Duration", "The length of the audio in milliseconds")]
    registered_at: Annotated[Moment, about("Registered at", "When it was first seen")]
    changed_at: Annotated[Moment, about("Changed at", "When it last changed")]
    language: Annotated[str | None, about("Language", "What is spoken in it")]
    confidence: Annotated[float | None, about("Confidence", "How sure the provider is, 0 to 1")]
    needs_review: Annotated[bool, about("Needs review", "Whether a person should look at it")]
    review_spans: Annotated[tuple[Span, ...], about("Review spans", "Where to listen again")]
    cost: Annotated[Cost | None, about("Cost", "What the provider will bill")]
    formats: Annotated[tuple[str, ...], about("Formats", "What it was written as")]
    insights: Annotated[
        Progress | None,
        about("Insights", "Whether they are made, partly, or asked for; null: nobody wants some"),
    ]
    translations: Annotated[
        tuple[TranslationView, ...], about("Translations", "The languages that are wanted of it")
    ]
    sentiment: Annotated[
        str | None,
        about(
            "Sentiment",
            "positive, neutral, negative or mixed, taken together; null: not asked for, or not yet",
        ),
    ]
    notes: Annotated[tuple[str, ...], about("Notes", "What was settled on the way")]
    failure: Annotated[Failure | None, about("Failure", "Why it failed, and what to do")]
    correction: Annotated[
        CorrectionView | None, about("Correction", "How far people have corrected its transcript")
    ]
    same_as: Annotated[
        Twin | None, about("Same as", "Of an unchanged one: the recording with its bytes")
    ]
    removal: Annotated[
        RemovalView | None, about("Removal", "What of it was removed before the batch was")
    ]
    hold: Annotated[Hold | None, about("Hold", "Who keeps it from being removed")]
    links: Annotated[Links, about("Links", "Where to go from here")]


def item_view(row: Recording, base: str) -> Item:
    batch = f"{base}/batches/{row.batch_id}"
    own = f"{batch}/items/{row.id}"
    outcome = row.outcome
    has_outputs = outcome is not None and bool(outcome.outputs)
    has_insights = has_outputs and row.understanding is not None and bool(row.understanding.path)
    return Item(
        id=row.id,
        batch_id=row.batch_id,
        client_item_id=row.labels.client_item_id,
        state=row.state,
        container=row.container,
        name=row.name,
        title=row.labels.title,
        metadata=row.labels.metadata,
        profile=row.profile.name,
        provider=row.profile.provider,
        attempt=row.attempt,
        bytes=row.bytes,
        duration_ms=row.duration_ms or None,
        registered_at=row.registered_at,
        changed_at=row.changed_at,
        language=outcome.language if outcome else None,
        confidence=outcome.confidence if outcome else None,
        needs_review=outcome.needs_review if outcome else False,
        review_spans=outcome.review_spans if outcome else (),
        cost=outcome.cost if outcome else None,
        formats=tuple(sorted(outcome.outputs)) if outcome else (),
        insights=insights_of(row),
        translations=translation_views(row),
        sentiment=sentiment_of(row),
        notes=row.notes,
        failure=row.failure,
        correction=correction_view(outcome.correction if outcome else None),
        same_as=row.same_as,
        removal=removal_view(row.removal),
        hold=row.hold,
        links=Links(
            self=own,
            batch=batch,
            transcript=f"{own}/transcript" if has_outputs else None,
            insights=f"{own}/insights" if has_insights else None,
        ),
    )


class ItemList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[tuple[Item, ...], about("Recordings", "In a fixed order")]
    next_link: NextLink = msgspec.field(name="nextLink")
