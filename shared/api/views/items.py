"""Recordings as the API shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import Moment
from shared.api.views.common import Links
from shared.model.batch.fingerprint import Twin
from shared.model.batch.recording import Recording, State
from shared.model.failure import Failure
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of a batch."""

    id: Annotated[str, Meta(title="Recording id", description="The id of the recording")]
    batch_id: Annotated[str, Meta(title="Batch id", description="The batch that it is in")]
    client_item_id: Annotated[
        str | None, Meta(title="Client item id", description="The id that its sender gave it")
    ]
    state: Annotated[State, Meta(title="State", description="How far it is")]
    container: Annotated[
        str, Meta(title="Container", description='Where the audio lies; "@web" is elsewhere')
    ]
    name: Annotated[str, Meta(title="Name", description="The name of the audio")]
    title: Annotated[str | None, Meta(title="Title", description="What its sender calls it")]
    metadata: Annotated[
        dict[str, str], Meta(title="Metadata", description="What was sent with it, untouched")
    ]
    profile: Annotated[str, Meta(title="Profile", description="How it is transcribed")]
    provider: Annotated[str, Meta(title="Provider", description="Who transcribes it")]
    attempt: Annotated[int, Meta(ge=1, title="Attempt", description="Which attempt this is")]
    bytes: Annotated[int, Meta(ge=0, title="Bytes", description="The size of the audio")]
    duration_ms: Annotated[
        int | None, Meta(title="Duration", description="The length of the audio in milliseconds")
    ]
    registered_at: Annotated[
        Moment, Meta(title="Registered at", description="When it was first seen")
    ]
    changed_at: Annotated[Moment, Meta(title="Changed at", description="When it last changed")]
    language: Annotated[str | None, Meta(title="Language", description="What is spoken in it")]
    confidence: Annotated[
        float | None, Meta(title="Confidence", description="How sure the provider is, 0 to 1")
    ]
    needs_review: Annotated[
        bool, Meta(title="Needs review", description="Whether a person should look at it")
    ]
    review_spans: Annotated[
        tuple[Span, ...], Meta(title="Review spans", description="Where to listen again")
    ]
    cost: Annotated[Cost | None, Meta(title="Cost", description="What the provider will bill")]
    formats: Annotated[tuple[str, ...], Meta(title="Formats", description="What it was written as")]
    notes: Annotated[
        tuple[str, ...], Meta(title="Notes", description="What was settled on the way")
    ]
    failure: Annotated[
        Failure | None, Meta(title="Failure", description="Why it failed, and what to do")
    ]
    same_as: Annotated[
        Twin | None,
        Meta(title="Same as", description="Of an unchanged one: the recording with its bytes"),
    ]
    links: Annotated[Links, Meta(title="Links", description="Where to go from here")]


def item_view(row: Recording, base: str) -> Item:
    batch = f"{base}/batches/{row.batch_id}"
    own = f"{batch}/items/{row.id}"
    outcome = row.outcome
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
        notes=row.notes,
        failure=row.failure,
        same_as=row.same_as,
        links=Links(self=own, batch=batch, transcript=f"{own}/transcript" if outcome else None),
    )


class ItemList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[tuple[Item, ...], Meta(title="Recordings", description="In a fixed order")]
    next_link: Annotated[
        str | None, Meta(title="Next link", description="Where the next page is")
    ] = msgspec.field(name="nextLink")
