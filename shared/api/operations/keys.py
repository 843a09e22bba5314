"""Keys of ours, made and revoked by an owner; and who one is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import Moment, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.rights import ANYBODY, OWNS
from shared.api.views.keys import (
    CallerView,
    KeyList,
    KeyMade,
    KeyView,
    caller_view,
    key_made,
    key_view,
)
from shared.api.words import written
from shared.model.access.roles import Role

_Bounds = Annotated[tuple[str, ...], Meta(max_length=50)]


class NewKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[
        str,
        Meta(
            title="Name",
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
            description="Whose it is, or what for",
            extra=written("a name without control characters"),
        ),
    ]
    roles: Annotated[
        tuple[Role, ...],
        Meta(title="Roles", min_length=1, max_length=6, description="What it may do"),
    ]
    profiles: Annotated[_Bounds, about("Profiles", "What it is bound to; none: all of them")] = ()
    containers: Annotated[
        _Bounds, about("Containers", "What it is bound to; none: all of them")
    ] = ()
    ends_at: Annotated[Moment | None, about("Ends at", "When it lets nobody in any more")] = None


def create(call: Call) -> Response:
    asked: NewKey = call.body
    made = call.app.keys.make(
        asked.name,
        asked.roles,
        profiles=asked.profiles,
        containers=asked.containers,
        ends_at=asked.ends_at,
        by=call.caller,
    )
    view = key_made(made.there, made.secret)
    headers = {"Location": call.url(f"keys/{made.there.id}"), "Cache-Control": "no-store"}
    return answer(view, 201, headers)


def list_all(call: Call) -> Response:
    return answer(KeyList(value=tuple(map(key_view, call.app.keys.all()))))


def revoke(call: Call) -> Response:
    return answer(key_view(call.app.keys.revoke(call.path["key_id"], call.caller)))


def whoami(call: Call) -> Response:
    return answer(caller_view(call.caller), headers={"Cache-Control": "no-store"})


OPERATIONS = tagged(
    "Access",
    Operation(
        name="get_caller",
        method="GET",
        path="me",
        summary="Ask who one is",
        description="Tells whoever calls by which id it is known, and what it may do.",
        handle=whoami,
        rights=ANYBODY,
        answers={200: Answer("Who calls", CallerView)},
    ),
    Operation(
        name="create_key",
        method="POST",
        path="keys",
        summary="Make a key",
        description="Makes a key with roles, bound to profiles and containers where these are "
        "named. The key is shown this once.",
        handle=create,
        rights=OWNS,
        body=NewKey,
        answers={
            201: Answer("The key", KeyMade, headers={"Location": "The absolute address of it"})
        },
        problems=(409, 415, 422),
    ),
    Operation(
        name="list_keys",
        method="GET",
        path="keys",
        summary="List keys",
        description="Lists keys with what they may do, those that have ended as well.",
        handle=list_all,
        rights=OWNS,
        trail="read",
        answers={200: Answer("All keys", KeyList)},
    ),
    Operation(
        name="revoke_key",
        method="DELETE",
        path="keys/{key_id}",
        summary="Revoke a key",
        description="Lets nobody in by this key any more, after half a minute at the latest.",
        handle=revoke,
        rights=OWNS,
        answers={200: Answer("The key, revoked", KeyView)},
        problems=(404, 409),
    ),
)
