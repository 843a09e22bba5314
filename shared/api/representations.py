"""How things look from outside. What is stored may change; these may only grow."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.api.fields import Moment
from shared.model.batch import BatchEntry, BatchState, Origin
from shared.model.delivery import Attempt, Delivery, DeliveryState
from shared.model.event import EventType
from shared.model.failure import Failure
from shared.model.recording import Recording, State
from shared.model.report import Span
from shared.model.subscription import Subscription
from shared.model.transcript import Cost
from shared.usecases.overview import BatchStatus, Tally
from shared.usecases.overview import Status as BatchProgress

Milliseconds = Annotated[int, Meta(ge=0, description="In milliseconds")]
Link = Annotated[str, Meta(description="An absolute address")]


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to go from here."""

    self: Link
    result: Link | None = None
    items: Link | None = None
    report: Link | None = None
    batch: Link | None = None
    transcript: Link | None = None


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, with its progress counted now."""

    id: Annotated[str, Meta(title="Batch id", description="The id of the batch")]
    title: Annotated[str, Meta(title="Title", description="What its maker calls it")]
    profile: Annotated[str, Meta(title="Profile", description="Empty where there are several")]
    origin: Annotated[Origin, Meta(title="Origin", description="How it came in")]
    status: Annotated[BatchProgress, Meta(title="Status", description="How far it is")]
    created_at: Annotated[Moment, Meta(title="Created at", description="When it came in")]
    finished_at: Annotated[
        Moment | None, Meta(title="Finished at", description="When its report was written")
    ]
    cancelled_at: Annotated[
        Moment | None, Meta(title="Cancelled at", description="When it was cancelled")
    ]
    counts: Annotated[Tally, Meta(title="Counts", description="Recordings by state")]
    progress: Annotated[
        float, Meta(ge=0, le=1, title="Progress", description="How much of it is over, 0 to 1")
    ]
    audio_ms: Annotated[
        int, Meta(ge=0, title="Audio", description="Length of its audio in milliseconds")
    ]
    audio_done_ms: Annotated[
        int, Meta(ge=0, title="Audio done", description="Of that, what is over, in milliseconds")
    ]
    seconds_left: Annotated[
        int | None, Meta(title="Seconds left", description="An estimate by the pace so far")
    ]
    cost: Annotated[Cost | None, Meta(title="Cost", description="Of what is transcribed so far")]
    error_report: Annotated[
        str | None,
        Meta(title="Error report", description="Where it says why a manifest was refused"),
    ]
    links: Annotated[Links, Meta(title="Links", description="Where to go from here")]


def batch_view(status: BatchStatus, base: str) -> BatchView:
    own = f"{base}/batches/{status.id}"
    return BatchView(
        **{name: getattr(status, name) for name in status.__struct_fields__},
        links=Links(self=own, result=f"{own}/result", items=f"{own}/items", report=f"{own}/report"),
    )


class BatchSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A batch in the list, as it was when it was last planned or finished. `recordings` and
    `failed` are those of its last report."""

    id: Annotated[str, Meta(title="Batch id", description="The id of the batch")]
    title: Annotated[str, Meta(title="Title", description="What its maker calls it")]
    profile: Annotated[str, Meta(title="Profile", description="Empty where there are several")]
    origin: Annotated[Origin, Meta(title="Origin", description="How it came in")]
    state: Annotated[BatchState, Meta(title="State", description="Whether it is over")]
    created_at: Annotated[Moment, Meta(title="Created at", description="When it came in")]
    finished_at: Annotated[
        Moment | None, Meta(title="Finished at", description="When its report was written")
    ]
    recordings: Annotated[
        int, Meta(ge=0, title="Recordings", description="How many its report holds")
    ]
    failed: Annotated[int, Meta(ge=0, title="Failed", description="How many of them failed")]
    links: Annotated[Links, Meta(title="Links", description="Where to go from here")]


def batch_summary(entry: BatchEntry, base: str) -> BatchSummary:
    names = [name for name in entry.__struct_fields__ if name != "items"]
    return BatchSummary(
        **{name: getattr(entry, name) for name in names},
        links=Links(self=f"{base}/batches/{entry.id}"),
    )


class BatchList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[
        tuple[BatchSummary, ...], Meta(title="Batches", description="The newest first")
    ]
    next_link: Annotated[
        str | None, Meta(title="Next link", description="Where the next page is")
    ] = msgspec.field(name="nextLink")


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
        links=Links(self=own, batch=batch, transcript=f"{own}/transcript" if outcome else None),
    )


class ItemList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[tuple[Item, ...], Meta(title="Recordings", description="In a fixed order")]
    next_link: Annotated[
        str | None, Meta(title="Next link", description="Where the next page is")
    ] = msgspec.field(name="nextLink")


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription. Its address may be a secret: only the origin of it is shown."""

    id: Annotated[str, Meta(title="Subscription id", description="The id of the subscription")]
    origin: Annotated[
        str, Meta(title="Origin", description="Scheme, host and port of where events go")
    ]
    title: Annotated[str, Meta(title="Title", description="What its maker calls it")]
    types: Annotated[
        tuple[EventType, ...], Meta(title="Types", description="Which events; empty: all")
    ]
    profiles: Annotated[
        tuple[str, ...], Meta(title="Profiles", description="Of which profiles; empty: all")
    ]
    state: Annotated[
        Literal["active", "disabled"], Meta(title="State", description="Whether it is served")
    ]
    reason: Annotated[str, Meta(title="Reason", description="Why it is disabled")]
    created_at: Annotated[Moment, Meta(title="Created at", description="When it was made")]
    changed_at: Annotated[Moment, Meta(title="Changed at", description="When it last changed")]
    failing_since_at: Annotated[
        Moment | None,
        Meta(title="Failing since", description="The first failure after the last success"),
    ]
    links: Annotated[Links, Meta(title="Links", description="Where to go from here")]


class SubscriptionMade(SubscriptionView, frozen=True, kw_only=True):
    """With the secret by which its deliveries are signed, which is shown this once."""

    secret: Annotated[
        str, Meta(title="Secret", description="Signs the deliveries; it is not shown again")
    ]


def subscription_view(there: Subscription, base: str) -> SubscriptionView:
    return SubscriptionView(**_subscription(there, base))


def subscription_made(there: Subscription, secret: str, base: str) -> SubscriptionMade:
    return SubscriptionMade(**_subscription(there, base), secret=secret)


def _subscription(there: Subscription, base: str) -> dict[str, Any]:
    names = [n for n in SubscriptionView.__struct_fields__ if n != "links"]
    links = Links(self=f"{base}/subscriptions/{there.id}")
    return {**{name: getattr(there, name) for name in names}, "links": links}


class SubscriptionList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    value: Annotated[
        tuple[SubscriptionView, ...], Meta(title="Subscriptions", description="The oldest first")
    ]


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to one receiver, with its last attempts."""

    event_id: Annotated[str, Meta(title="Event id", description="The id of the event")]
    type: Annotated[EventType, Meta(title="Type", description="What happened")]
    at: Annotated[Moment, Meta(title="At", description="When it happened")]
    batch_id: Annotated[str | None, Meta(title="Batch id", description="In which batch")]
    recording_id: Annotated[
        str | None, Meta(title="Recording id", description="To which recording")
    ]
    state: Annotated[DeliveryState, Meta(title="State", description="How far it is")]
    due_at: Annotated[Moment | None, Meta(title="Due at", description="When it is tried next")]
    attempts: Annotated[
        tuple[Attempt, ...], Meta(title="Attempts", description="The last ones, with the answers")
    ]


def delivery_view(there: Delivery) -> DeliveryView:
    return DeliveryView(**{n: getattr(there, n) for n in DeliveryView.__struct_fields__})


class DeliveryList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[
        tuple[DeliveryView, ...], Meta(title="Deliveries", description="The newest events first")
    ]
    next_link: Annotated[
        str | None, Meta(title="Next link", description="Where the next page is")
    ] = msgspec.field(name="nextLink")


class EventSent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was put in line."""

    event_id: Annotated[str, Meta(title="Event id", description="The id of the event")]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to upload one recording. `container` and `blob` are what a manifest or a
    batch then names it by."""

    url: Annotated[
        str, Meta(title="Upload URL", description="Where to send the audio; treat it as a secret")
    ]
    method: Annotated[Literal["PUT"], Meta(title="Method", description="How to send it")]
    headers: Annotated[
        dict[str, str], Meta(title="Headers", description="What has to be sent with it")
    ]
    container: Annotated[str, Meta(title="Container", description="Where the audio will lie")]
    blob: Annotated[str, Meta(title="Blob", description="The name that it will have")]
    expires_at: Annotated[
        Moment, Meta(title="Expires at", description="Until when the address can be used")
    ]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose from."""

    value: Annotated[str, Meta(title="Value", description="What to send")]
    title: Annotated[str, Meta(title="Title", description="What to show")]


class ChoiceList(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to choose from."""

    value: Annotated[tuple[Choice, ...], Meta(title="Choices", description="In their order")]
