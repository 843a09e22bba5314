"""What starts a flow: a subscription to events of one type, made by the flow itself.

A connector needs an address of its own for each trigger; what it makes is deleted like any other
subscription, at the `Location` of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from shared.api.fields import ProfileName, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.subscriptions import LOCATION, Url, within_bounds
from shared.api.rights import SUBSCRIBES
from shared.api.views.subscriptions import SubscriptionMade, subscription_made
from shared.model.events.event import EventType

TRIGGERS: Mapping[str, EventType] = {
    "transcript-ready": "recording.transcribed",
    "recording-failed": "recording.failed",
    "review-needed": "recording.needs_review",
    "batch-completed": "batch.completed",
}


class NewTrigger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Url
    profile: Annotated[
        ProfileName | None, about("Profile", "Only what is of this profile; none: everything")
    ] = None


def create(call: Call) -> Response:
    asked: NewTrigger = call.body
    trigger = call.path["trigger"]
    made = call.app.subscriptions.create(
        asked.url,
        types=[TRIGGERS[trigger]],
        profiles=within_bounds(call, [asked.profile] if asked.profile else []),
        title=f"Flow: {trigger}",
        owner=call.caller.id,
        is_bound=call.sight.profiles is not None,
    )
    view = subscription_made(made.subscription, made.secret, call.base)
    return answer(view, 201, {"Location": view.links.self})


OPERATIONS = tagged(
    "Subscriptions",
    Operation(
        name="create_trigger",
        method="POST",
        path="triggers/{trigger}",
        summary="Start a flow",
        description="Subscribes a flow to events of one type. Deleting the subscription at the "
        "`Location` of the answer ends it.",
        handle=create,
        rights=SUBSCRIBES,
        body=NewTrigger,
        answers={201: Answer("The subscription", SubscriptionMade, headers=LOCATION)},
        problems=(404, 409, 415, 422),
    ),
)
