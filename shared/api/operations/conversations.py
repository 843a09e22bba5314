"""How conversations went: of a recording, and of many."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from shared.api.fields import BatchId, Entry, ProfileName, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.batches import is_seen
from shared.api.operations.reading import unless_known
from shared.api.rights import READS
from shared.api.views.conversations import (
    CallsView,
    ConversationView,
    calls_view,
    conversation_view,
)
from shared.api.words import written
from shared.errors import BatchMissing, OutputMissing
from shared.reading.conversations import Wanted

Grouping = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(day|language|metadata\..{1,200})$",
        extra=written("day, language, or an entry of the metadata, such as metadata.agent"),
    ),
]


class CallsQuery(msgspec.Struct, frozen=True, kw_only=True):
    by: Annotated[
        Grouping,
        about("Grouped by", "`day`, `language`, or an entry of the metadata: `metadata.agent`"),
    ] = "day"
    first_day: Annotated[
        date | None, about("First day", "Of batches that came in then or later, in UTC")
    ] = None
    last_day: Annotated[
        date | None, about("Last day", "Of batches that came in then or before, in UTC")
    ] = None
    batch_id: Annotated[BatchId | None, about("Batch id", "Only those of this batch")] = None
    profile: Annotated[ProfileName | None, about("Profile", "Only batches of this profile")] = None
    metadata: Annotated[
        Entry | None, about("Metadata", "Only those with this entry, as `name=value`")
    ] = None


def of_recording(call: Call) -> Response:
    found = call.app.conversation(call.path["batch_id"], call.path["recording_id"])
    if found is None:
        raise OutputMissing("the provider gave no times by which it could be measured")
    return answer(conversation_view(found))


def of_many(call: Call) -> Response:
    asked: CallsQuery = call.query
    if asked.batch_id is not None and not call.sight.covers(
        call.app.belongings.of_batch(asked.batch_id)
    ):
        raise BatchMissing("there is no batch of that id")
    name, _, text = (asked.metadata or "").partition("=")
    wanted = Wanted(
        by=asked.by,
        batch_id=asked.batch_id,
        first_day=asked.first_day,
        last_day=asked.last_day,
        profile=asked.profile,
        metadata=((name, text),) if name else (),
    )
    seen_by = None if call.sight.is_whole else call.sight
    found = calls_view(call.app.calls(wanted, seen_by, is_seen(call)))
    return unless_known(call, answer(found, headers={"Cache-Control": "private, no-cache"}))


_ETAG = {"ETag": "Sent back in `If-None-Match`, it asks only for what is new"}

OPERATIONS = tagged(
    "Conversations",
    Operation(
        name="get_conversation",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/conversation",
        summary="See how a conversation went",
        description="Tells who spoke how long and how fast, silence, overlaps, interruptions, how "
        "long answers took, and the longest monologue, by the times of the transcript as it is "
        "corrected by now.",
        handle=of_recording,
        rights=READS,
        answers={200: Answer("How it went", ConversationView)},
        problems=(404,),
    ),
    Operation(
        name="list_conversations",
        method="GET",
        path="conversations",
        summary="See how conversations went",
        description="Sums up the conversations of a batch, or of all batches of some days, by day, "
        "language, or any entry of their metadata. Looks at up to 20,000 recordings of the newest "
        "batches; summed up at most every ten seconds, however many ask.",
        handle=of_many,
        rights=READS,
        query=CallsQuery,
        headers={"If-None-Match": "The `ETag` of an answer: 304 where nothing has changed since"},
        answers={
            200: Answer("How they went", CallsView, headers=_ETAG),
            304: Answer("Nothing has changed", headers=_ETAG),
        },
        problems=(404,),
    ),
)
