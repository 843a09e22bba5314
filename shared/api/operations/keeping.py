"""What is held, and the deletion of one recording."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.rights import DELETES, HOLDS, RELEASES
from shared.model.keeping.hold import MOST_REASON, Hold


class RecordingDeletion(msgspec.Struct, frozen=True, kw_only=True):
    audio: Annotated[bool, about("Audio too", "Also the audio itself")] = False


class NewHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Annotated[
        str,
        Meta(title="Reason", max_length=MOST_REASON, description="Such as the number of a case"),
    ] = ""


def delete(call: Call) -> Response:
    path, by = call.path, _who(call)
    call.app.delete_recording(
        path["batch_id"], path["recording_id"], with_audio=call.query.audio, by=by
    )
    return Response(204)


def hold_batch(call: Call) -> Response:
    return answer(call.app.holds.hold_batch(call.path["batch_id"], _who(call), call.body.reason))


def release_batch(call: Call) -> Response:
    call.app.holds.release_batch(call.path["batch_id"], _who(call))
    return Response(204)


def hold_item(call: Call) -> Response:
    path = call.path
    one = path["batch_id"], path["recording_id"]
    return answer(call.app.holds.hold_recording(*one, _who(call), call.body.reason))


def release_item(call: Call) -> Response:
    path = call.path
    call.app.holds.release_recording(path["batch_id"], path["recording_id"], _who(call))
    return Response(204)


def _who(call: Call) -> str:
    return call.caller.name or call.caller.id


_BATCH, _ITEM = "batches/{batch_id}", "batches/{batch_id}/items/{recording_id}"
_HELD = "Nothing of it is deleted or ages out until an owner releases it. "

OPERATIONS = tagged(
    "Keeping",
    Operation(
        name="delete_item",
        method="DELETE",
        path=_ITEM,
        summary="Delete a recording",
        description="Removes all that was made of a recording of a batch that is over, the "
        "provider's copy if it was kept, and what is known of it but ids, times, length and cost; "
        "if wanted, the audio. The report is written anew. The same once more does no harm.",
        handle=delete,
        rights=DELETES,
        query=RecordingDeletion,
        answers={204: Answer("The recording is being deleted")},
        problems=(404, 409),
    ),
    Operation(
        name="hold_batch",
        method="POST",
        path=f"{_BATCH}/hold",
        summary="Hold a batch",
        description=f"{_HELD}Who held it first stands there.",
        handle=hold_batch,
        rights=HOLDS,
        body=NewHold,
        answers={200: Answer("Since when it is held, and by whom", Hold)},
        problems=(404, 409, 415),
    ),
    Operation(
        name="release_batch",
        method="DELETE",
        path=f"{_BATCH}/hold",
        summary="Release a batch",
        description="Ends the hold of a batch. Recordings that are held by themselves stay so.",
        handle=release_batch,
        rights=RELEASES,
        answers={204: Answer("The batch is not held")},
        problems=(404, 409),
    ),
    Operation(
        name="hold_item",
        method="POST",
        path=f"{_ITEM}/hold",
        summary="Hold a recording",
        description=f"{_HELD}Its batch cannot be deleted before that.",
        handle=hold_item,
        rights=HOLDS,
        body=NewHold,
        answers={200: Answer("Since when it is held, and by whom", Hold)},
        problems=(404, 409, 415),
    ),
    Operation(
        name="release_item",
        method="DELETE",
        path=f"{_ITEM}/hold",
        summary="Release a recording",
        description="Ends the hold of a recording. That of its batch stays.",
        handle=release_item,
        rights=RELEASES,
        answers={204: Answer("The recording is not held by itself")},
        problems=(404, 409),
    ),
)
