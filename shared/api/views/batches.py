"""Batches as the API shows them. What is stored may change; these may only grow."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, NextLink, about
from shared.api.views.links import Links
from shared.batches.batch_status import BatchStatus, Tally
from shared.batches.batch_status import Status as BatchProgress
from shared.model.batch.batch import BatchEntry, BatchState, Origin
from shared.model.keeping.hold import Hold
from shared.model.transcript.transcript import Cost


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, with its progress counted now."""

    id: Annotated[str, about("Batch id", "The id of the batch")]
    title: Annotated[str, about("Title", "What its maker calls it")]
    profile: Annotated[str, about("Profile", "Empty where there are several")]
    owner: Annotated[str, about("Owner", "Who asked for it; empty where it was dropped")]
    origin: Annotated[Origin, about("Origin", "How it came in")]
    status: Annotated[BatchProgress, about("Status", "How far it is")]
    created_at: Annotated[Moment, about("Created at", "When it came in")]
    closes_at: Annotated[Moment, about("Closes at", "Until when more of it is waited for")]
    finished_at: Annotated[Moment | None, about("Finished at", "When its report was written")]
    cancelled_at: Annotated[Moment | None, about("Cancelled at", "When it was cancelled")]
    counts: Annotated[Tally, about("Counts", "Recordings by state")]
    progress: Annotated[float, about("Progress", "How much of it is over, 0 to 1", ge=0, le=1)]
    audio_ms: Annotated[int, about("Audio", "Length of its audio in milliseconds", ge=0)]
    audio_done_ms: Annotated[
        int, about("Audio done", "Of that, what is over, in milliseconds", ge=0)
    ]
    seconds_left: Annotated[int | None, about("Seconds left", "An estimate by the pace so far")]
    cost: Annotated[Cost | None, about("Cost", "Of what is transcribed so far")]
    error_report: Annotated[
        str | None, about("Error report", "Where it says why a manifest was refused")
    ]
    hold: Annotated[Hold | None, about("Hold", "Who keeps all of it from being removed")]
    held: Annotated[int, about("Held", "How many recordings are held by themselves", ge=0)]
    links: Annotated[Links, about("Links", "Where to go from here")]


def batch_view(status: BatchStatus, base: str) -> BatchView:
    own = f"{base}/batches/{status.id}"
    return BatchView(
        **{name: getattr(status, name) for name in status.__struct_fields__},
        links=Links(self=own, result=f"{own}/result", items=f"{own}/items", report=f"{own}/report"),
    )


class BatchSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A batch in the list, as it was when it was last planned or finished. `recordings` and
    `failed` are those of its last report."""

    id: Annotated[str, about("Batch id", "The id of the batch")]
    title: Annotated[str, about("Title", "What its maker calls it")]
    profile: Annotated[str, about("Profile", "Empty where there are several")]
    owner: Annotated[str, about("Owner", "Who asked for it; empty where it was dropped")]
    origin: Annotated[Origin, about("Origin", "How it came in")]
    status: Annotated[BatchState, about("Status", "Whether it is over, and how it ended")]
    state: Annotated[BatchState, about("State", "The same as `status`, under its former name")]
    created_at: Annotated[Moment, about("Created at", "When it came in")]
    finished_at: Annotated[Moment | None, about("Finished at", "When its report was written")]
    recordings: Annotated[int, about("Recordings", "How many its report holds", ge=0)]
    failed: Annotated[int, about("Failed", "How many of them failed", ge=0)]
    links: Annotated[Links, about("Links", "Where to go from here")]


def batch_summary(entry: BatchEntry, base: str) -> BatchSummary:
    names = [
        name for name in entry.__struct_fields__ if name not in ("items", "containers", "removed")
    ]
    return BatchSummary(
        **{name: getattr(entry, name) for name in names},
        status=entry.state,
        links=Links(self=f"{base}/batches/{entry.id}"),
    )


class BatchList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[tuple[BatchSummary, ...], about("Batches", "The newest first")]
    next_link: NextLink = msgspec.field(name="nextLink")
