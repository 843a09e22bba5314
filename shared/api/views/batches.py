"""Batches as the API shows them. What is stored may change; these may only grow."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import Moment
from shared.api.views.common import Links
from shared.batches.status import BatchStatus, Tally
from shared.batches.status import Status as BatchProgress
from shared.model.batch.batch import BatchEntry, BatchState, Origin
from shared.model.transcript.transcript import Cost


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
