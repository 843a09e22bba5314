"""What people look at and listen to, and programs that show it to them."""

from __future__ import annotations

import hashlib

import msgspec

from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.batches import is_seen
from shared.api.rights import LISTENS, LOOKS, OWNS, READS
from shared.api.views.reading import (
    AudioLink,
    ListeningCopyView,
    OverviewView,
    ReviewList,
    TraceView,
    audio_link,
    listening_copy_view,
    overview_view,
    review_list,
    trace_view,
)
from shared.errors import BatchMissing
from shared.reading.overview import Overview

LISTENING_SECONDS = 3
_ETAG = {"ETag": "Sent back in `If-None-Match`, it asks only for what is new"}


def overview(call: Call) -> Response:
    found = overview_view(_seen(call, call.app.overview()), call.app.health(), call.base)
    return unless_known(call, answer(found, headers={"Cache-Control": "private, no-cache"}))


def _seen(call: Call, found: Overview) -> Overview:
    """What of it the caller sees. How many are left out is told to those who see all."""
    if call.sight.is_whole:
        return found
    of_header, covers = call.app.belongings.of_header, call.sight.covers
    return msgspec.structs.replace(
        found,
        open=tuple(one for one in found.open if _is_seen(call, one.id)),
        more=0,
        lately=tuple(one for one in found.lately if covers(of_header(one))),
    )


def _is_seen(call: Call, batch_id: str) -> bool:
    """Of one that was deleted meanwhile: no."""
    try:
        return call.sight.covers(call.app.belongings.of_batch(batch_id))
    except BatchMissing:
        return False


def unless_known(call: Call, response: Response) -> Response:
    """304 without a body where the caller has it already."""
    etag = f'"{hashlib.sha256(response.body).hexdigest()[:16]}"'
    headers = {**response.headers, "ETag": etag}
    if etag in call.request.header("if-none-match"):
        return Response(304, headers=headers)
    return response._replace(headers=headers)


def review(call: Call) -> Response:
    found = review_list(call.app.review(is_seen(call)))
    return unless_known(call, answer(found, headers={"Cache-Control": "private, no-cache"}))


def audio(call: Call) -> Response:
    path = call.path
    hears_all = call.caller.sight(OWNS) is not None
    found = call.app.open_audio(
        path["batch_id"], path["recording_id"], call.caller.id, hears_all=hears_all
    )
    return answer(audio_link(found), headers={"Cache-Control": "no-store"})


def listening_copy(call: Call) -> Response:
    path = call.path
    found = call.app.open_listening(path["batch_id"], path["recording_id"], call.caller.id)
    view = listening_copy_view(found)
    if found is None:
        headers = {"Cache-Control": "no-store", "Retry-After": str(LISTENING_SECONDS)}
        return answer(view, 202, headers)
    return answer(view, headers={"Cache-Control": "no-store"})


def trace(call: Call) -> Response:
    return answer(trace_view(call.app.trace(call.path["batch_id"], call.path["recording_id"])))


OPERATIONS = tagged(
    "Reading",
    Operation(
        name="get_overview",
        method="GET",
        path="overview",
        summary="See what is going on",
        description="Gives the batches that have work to do with their progress, the newest of the "
        "list, and the health of the deployment. Measured at most every three seconds, however "
        "many ask.",
        handle=overview,
        rights=LOOKS,
        headers={"If-None-Match": "The `ETag` of an answer: 304 where nothing has changed since"},
        answers={
            200: Answer("What is going on", OverviewView, headers=_ETAG),
            304: Answer("Nothing has changed", headers=_ETAG),
        },
    ),
    Operation(
        name="list_doubts",
        method="GET",
        path="review",
        summary="See what is left to review",
        description="Lists recordings of the newest batches in which something is in doubt and "
        "that nobody was through with, the most in doubt first.",
        handle=review,
        rights=READS,
        headers={"If-None-Match": "The `ETag` of an answer: 304 where nothing has changed since"},
        answers={
            200: Answer("What is left", ReviewList, headers=_ETAG),
            304: Answer("Nothing has changed", headers=_ETAG),
        },
    ),
    Operation(
        name="get_audio",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/audio",
        summary="Listen to a recording",
        description="Gives a link by which the audio of a recording can be read for fifteen "
        "minutes, in ranges. Refused where the audio was replaced since; where personal data is "
        "hidden in the sound, to all but owners: `audio_redacted`.",
        handle=audio,
        rights=LISTENS,
        trail="read",
        answers={200: Answer("Where it can be heard", AudioLink)},
        problems=(404, 409),
    ),
    Operation(
        name="get_listening_copy",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/listening",
        summary="Listen in a browser",
        description="Gives links of fifteen minutes to a copy of a recording that every browser "
        "plays and seeks exactly, and to its wave, and tells where it is silent. A copy that is "
        "not there is made: until then the answer is 202, and this is asked again. Refused where "
        "the audio was replaced since; `no_listening_copy` where there is none, and will be none, "
        "or not before it is transcribed. Where personal data is to be hidden in the sound, it is.",
        handle=listening_copy,
        rights=LISTENS,
        trail="read",
        answers={
            200: Answer("Where it can be heard", ListeningCopyView),
            202: Answer(
                "It is being made",
                ListeningCopyView,
                headers={"Retry-After": "In how many seconds to ask again"},
            ),
        },
        problems=(404, 409),
    ),
    Operation(
        name="get_trace",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/trace",
        summary="Follow a recording",
        description="Tells what a recording went through, step by step: when it came in, what was "
        "decided for it, when who took it, when its results came, what became of it, what it cost; "
        "and what it waits for. Of attempts before the last one only decisions are known.",
        handle=trace,
        rights=LOOKS,
        answers={200: Answer("The steps", TraceView)},
        problems=(404,),
    ),
)
