"""Batches: made, looked at, cancelled, tried again, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from shared.api.fields import BatchKey, Moment, Page, ProfileName, about
from shared.api.http import Request, Response, answer
from shared.api.manifests import MANIFEST_TYPES, kind_of_body
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.problems import Refused
from shared.api.rights import ASKS, DELETES, LOOKS, STEERS
from shared.api.views.batches import BatchList, BatchView, batch_summary, batch_view
from shared.model.batch.batch import BatchEntry, BatchState, Origin
from shared.ports.state import BatchFilter

POLL_SECONDS = 10
LONGEST_KEY = 200
_OVER = ("completed", "cancelled", "refused", "deleting")
_LOCATION = {"Location": "The absolute address of it"}
_WAITING = {**_LOCATION, "Retry-After": "In how many seconds to ask again"}


class BatchCreation(msgspec.Struct, frozen=True, kw_only=True):
    wait: Annotated[
        bool,
        about(
            "Wait until done", "Answer 202, and let `Location` answer 202 until the batch is over"
        ),
    ] = False
    again: Annotated[
        bool, about("Once more", "Make another batch, although the same was asked for just before")
    ] = False


class BatchQuery(msgspec.Struct, frozen=True, kw_only=True):
    status: Annotated[BatchState | None, about("Status", "Only those of this status")] = None
    profile: Annotated[ProfileName | None, about("Profile", "Only those of this profile")] = None
    origin: Annotated[Origin | None, about("Origin", "Only those that came in this way")] = None
    created_from: Annotated[
        Moment | None, about("Created from", "Only those created then or later")
    ] = None
    created_to: Annotated[Moment | None, about("Created before", "Only those created before")] = (
        None
    )
    limit: Page = 50
    after: Annotated[BatchKey | None, about("After", "Taken from `nextLink`")] = None


class BatchDeletion(msgspec.Struct, frozen=True, kw_only=True):
    outputs: Annotated[bool, about("Outputs too", "Also what was written for it")] = False


def create(call: Call) -> Response:
    request = call.request
    kind = kind_of_body(request)
    key = _key(call)
    if key is None and not call.query.again:
        batch = call.app.accept_once(request.body, kind=kind, caller=_sender(call), by=call.asker)
    else:
        batch = call.app.accept(request.body, kind=kind, idempotency_key=key, by=call.asker)
    status = call.app.batch_status(batch.id)
    own = call.url(f"batches/{batch.id}")
    if call.query.wait or _asks_to_wait(request):
        return _come_again(batch_view(status, call.base), own)
    return answer(batch_view(status, call.base), 201, {"Location": own})


def _key(call: Call) -> str | None:
    key = call.request.header("idempotency-key")
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        text = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters."
        raise Refused(400, "invalid_idempotency_key", text)
    return f"{_told_apart(call)}\n{key}"


def _told_apart(call: Call) -> str:
    """Idempotency keys of whoever brings keys of the host are of one space: a key that takes the
    place of another must not make what was asked for by the other come twice."""
    return "" if call.caller.kind == "host" else call.caller.id


def _sender(call: Call) -> str:
    """Whose the same request within minutes is: keys of the host are told apart by themselves."""
    request = call.request
    host_key = request.header("x-functions-key") or request.query.get("code", "")
    return _told_apart(call) or host_key


def _asks_to_wait(request: Request) -> bool:
    preferences = request.header("prefer").lower().replace(";", ",").split(",")
    return "respond-async" in (text.strip() for text in preferences)


def _come_again(view: BatchView, own: str) -> Response:
    headers = {"Location": f"{own}/result", "Retry-After": str(POLL_SECONDS)}
    return answer(view, 202, headers)


def list_all(call: Call) -> Response:
    asked: BatchQuery = call.query
    wanted = BatchFilter(
        state=asked.status,
        profile=asked.profile,
        origin=asked.origin,
        created_from=asked.created_from,
        created_to=asked.created_to,
    )
    page = call.app.batches(wanted, after=asked.after, most=asked.limit, is_seen=is_seen(call))
    entries = tuple(batch_summary(entry, call.base) for entry in page.batches)
    return answer(BatchList(value=entries, next_link=next_link(call, page.after)))


def is_seen(call: Call) -> Callable[[BatchEntry], bool] | None:
    """Which batches the caller sees; None: all of them."""
    if call.sight.is_whole:
        return None
    of_header, covers = call.app.belongings.of_header, call.sight.covers
    return lambda entry: covers(of_header(entry))


def next_link(call: Call, after: str | None) -> str | None:
    """The same request for what comes after this page."""
    if after is None:
        return None
    usual = msgspec.to_builtins(type(call.query)())
    asked: Mapping[str, str] = msgspec.to_builtins(call.query)
    sent = {key: str(value) for key, value in asked.items() if value != usual[key]}
    path = call.request.url.partition("/api/")[2]
    return f"{call.url(path)}?{urlencode({**sent, 'after': after})}"


def get(call: Call) -> Response:
    return answer(_view(call))


def result(call: Call) -> Response:
    view = _view(call)
    if view.status in _OVER:
        return answer(view)
    return _come_again(view, view.links.self)


def cancel(call: Call) -> Response:
    call.app.cancel(call.path["batch_id"])
    return answer(_view(call))


def retry(call: Call) -> Response:
    call.app.retry(call.path["batch_id"])
    return answer(_view(call))


def delete(call: Call) -> Response:
    call.app.delete_batch(call.path["batch_id"], call.query.outputs)
    return Response(204)


def _view(call: Call) -> BatchView:
    return batch_view(call.app.batch_status(call.path["batch_id"]), call.base)


OPERATIONS = tagged(
    "Batches",
    Operation(
        name="create_batch",
        method="POST",
        path="batches",
        summary="Create a batch",
        description="Takes a manifest: what to transcribe, and how. It is taken whole or not at "
        "all. The same once more within five minutes is the same batch, unless it says `again`; "
        "with an `Idempotency-Key` it is, however long after.",
        handle=create,
        rights=ASKS,
        query=BatchCreation,
        body_types=MANIFEST_TYPES,
        headers={
            "Idempotency-Key": "Makes the request repeatable: the same key and the same manifest "
            "give the same batch, however long after",
            "Prefer": "`respond-async` asks for the answer 202 with a `Location` to wait at",
        },
        answers={
            201: Answer("The batch was accepted", BatchView, headers=_LOCATION),
            202: Answer("The batch was accepted; wait at `Location`", BatchView, headers=_WAITING),
        },
        problems=(409, 413, 415, 422),
    ),
    Operation(
        name="list_batches",
        method="GET",
        path="batches",
        summary="List batches",
        description="Lists batches, the newest first. Batches of dropped audio are in the list "
        "once their window has closed.",
        handle=list_all,
        rights=LOOKS,
        query=BatchQuery,
        former={"state": "status"},  # the word that a batch itself has for it
        answers={200: Answer("A page of batches", BatchList)},
    ),
    Operation(
        name="get_batch",
        method="GET",
        path="batches/{batch_id}",
        summary="Get a batch",
        description="Tells how a batch is doing: counts, progress, cost so far, what remains. Who "
        "sends `Cache-Control: max-age=3` takes what another was told so many seconds ago.",
        handle=get,
        rights=LOOKS,
        is_shared=True,
        answers={200: Answer("The batch", BatchView)},
        problems=(404,),
    ),
    Operation(
        name="get_batch_result",
        method="GET",
        path="batches/{batch_id}/result",
        summary="Wait for a batch",
        description="Answers 202 until the batch is over, then 200. Made for whoever follows "
        "`Location` by themselves, as flows do.",
        handle=result,
        rights=LOOKS,
        answers={
            200: Answer("The batch is over", BatchView),
            202: Answer("The batch is not over yet", BatchView, headers=_WAITING),
        },
        problems=(404,),
    ),
    Operation(
        name="cancel_batch",
        method="POST",
        path="batches/{batch_id}/cancel",
        summary="Cancel a batch",
        description="Sends nothing more to a provider, and deletes what is there. What is "
        "transcribed stays. A batch that is over stays as it is.",
        handle=cancel,
        rights=STEERS,
        answers={200: Answer("The batch, being cancelled", BatchView)},
        problems=(404, 409),
    ),
    Operation(
        name="retry_batch",
        method="POST",
        path="batches/{batch_id}/retry",
        summary="Retry failed recordings",
        description="Puts the failed recordings of a batch back in line, each for a new attempt.",
        handle=retry,
        rights=STEERS,
        answers={200: Answer("The batch, going on", BatchView)},
        problems=(404, 409),
    ),
    Operation(
        name="delete_batch",
        method="DELETE",
        path="batches/{batch_id}",
        summary="Delete a batch",
        description="Forgets a batch that is over and, if wanted, removes what was written for "
        "it. The audio stays where it is.",
        handle=delete,
        rights=DELETES,
        query=BatchDeletion,
        answers={204: Answer("The batch is being deleted")},
        problems=(404, 409),
    ),
)
