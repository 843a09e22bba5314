"""Find what was said, over all recordings."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import BatchId, Moment, ProfileName, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.rights import READS
from shared.api.views.search import SearchPage, search_page
from shared.api.words import written
from shared.model.batch.batch import Batch
from shared.model.search.query import LONGEST, Filters
from shared.searching.search import Order, Search

_Place = Annotated[
    str, Meta(pattern="^[0-9]{1,20}$", extra=written("the `after` of the page before"))
]


class SearchWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for."""

    q: Annotated[
        str,
        Meta(
            title="Words",
            min_length=1,
            max_length=LONGEST,
            description='All of these words, in any order; `"a phrase"`, `begin*`, `-without`',
        ),
    ]
    speaker: Annotated[
        str,
        Meta(title="Speaker", max_length=200, description="By whom: the role or the label"),
    ] = ""
    profile: Annotated[ProfileName | None, about("Profile", "Only those of this profile")] = None
    batch_id: Annotated[BatchId | None, about("Batch id", "Only those of this batch")] = None
    metadata: Annotated[dict[str, str], about("Metadata", "Only those that have these values")] = {}
    from_at: Annotated[Moment | None, about("From", "Only those that came in then or later")] = None
    to_at: Annotated[Moment | None, about("To", "Only those that came in before")] = None
    in_doubt: Annotated[
        bool, about("In doubt", "Only where the recording is to be heard again")
    ] = False
    order: Annotated[
        Order,
        about("Order", "The newest first, or the best of the newest 300, in one page"),
    ] = "newest"
    limit: Annotated[int, about("Page size", "At most so many in a page", ge=1, le=100)] = 20
    after: Annotated[_Place | None, about("After", "Taken from the page before")] = None


def run(call: Call) -> Response:
    asked: SearchWanted = call.body
    filters = Filters(
        speaker=asked.speaker,
        profile=asked.profile or "",
        batch_id=asked.batch_id or "",
        metadata=tuple(asked.metadata.items()),
        from_at=asked.from_at,
        to_at=asked.to_at,
        in_doubt=asked.in_doubt,
    )
    after = None if asked.after is None else int(asked.after)
    search = Search(asked.q, filters, asked.order, asked.limit, after)
    hits = call.app.search(search, lambda batch: _is_seen(call, batch))
    return answer(search_page(hits), headers={"Cache-Control": "no-store"})


def _is_seen(call: Call, batch: Batch) -> bool:
    return call.sight.is_whole or call.sight.covers(call.app.belongings.of_header(batch))


OPERATIONS = tagged(
    "Search",
    Operation(
        name="search_words",
        method="POST",
        path="search",
        summary="Find what was said",
        description="Finds recordings in which something was said, as people corrected it where "
        "they did, the newest first, each with the first places. What is looked for stands in the "
        "body, so that no log has it.",
        handle=run,
        rights=READS,
        trail="read",
        is_question=True,
        body=SearchWanted,
        answers={200: Answer("A page of what was found", SearchPage)},
        problems=(409, 415, 422),
    ),
)
