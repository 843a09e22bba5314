"""The trail of what was read and changed, for whoever owns the deployment."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Key, Moment, NextLink, Page, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.batches import next_link
from shared.api.rights import OWNS
from shared.model.access.trail import TrailEntry


class TrailQuery(msgspec.Struct, frozen=True, kw_only=True):
    from_at: Annotated[
        Moment | None, about("From", "What was called then or later; a day ago if left out")
    ] = None
    to_at: Annotated[Moment | None, about("To", "What was called before; now if left out")] = None
    limit: Page = 1_000
    after: Annotated[Key | None, about("After", "Taken from `nextLink`")] = None


class TrailPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, by the hour. Without `nextLink` it is the last one."""

    value: Annotated[tuple[TrailEntry, ...], about("Entries", "What was read and changed")]
    next_link: NextLink = msgspec.field(name="nextLink")


def list_all(call: Call) -> Response:
    asked: TrailQuery = call.query
    found, after = call.app.trail.page(
        asked.from_at, asked.to_at, after=asked.after, most=asked.limit
    )
    return answer(TrailPage(value=tuple(found), next_link=next_link(call, after)))


OPERATIONS = tagged(
    "Access",
    Operation(
        name="list_trail",
        method="GET",
        path="trail",
        summary="List what was called",
        description="Lists who read what was said and who changed what, a page at a time, for "
        "export.",
        handle=list_all,
        rights=OWNS,
        trail="read",
        query=TrailQuery,
        answers={200: Answer("A page of the trail", TrailPage)},
    ),
)
