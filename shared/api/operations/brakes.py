"""Stop sending, let it go on, lift a ceiling for the day."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation
from shared.api.problems import Refused
from shared.api.rights import OWNS, RUNS_OR_OWNS
from shared.model.money.brakes import Action, Held

TAG = "Deployment"
_Scope = Annotated[
    str,
    Meta(
        title="Scope",
        max_length=80,
        description="`deployment`, `profile/<name>` or `endpoint/<name>`",
    ),
]


class BrakeChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to become of a brake."""

    scope: _Scope
    action: Annotated[
        Action,
        Meta(
            title="Action",
            description="`stop`: nothing of it is sent or paid for any more. `go_on`: it is. "
            "`lift_ceiling`: its ceiling does not hold today",
        ),
    ]
    reason: Annotated[
        str, Meta(title="Reason", max_length=200, description="What others read in health")
    ] = ""


class BrakeList(msgspec.Struct, frozen=True, kw_only=True):
    """What holds something back at the moment."""

    value: Annotated[tuple[Held, ...], Meta(title="Held", description="By scope")]


def list_all(call: Call) -> Response:
    return answer(BrakeList(value=tuple(call.app.brakes())))


def change(call: Call) -> Response:
    asked: BrakeChange = call.body
    if asked.action == "lift_ceiling" and call.caller.sight(OWNS) is None:
        raise Refused(403, "role_missing", "A ceiling is lifted by whoever has the role Own.")
    call.app.change_brake(asked.scope, asked.action, asked.reason)
    return list_all(call)


OPERATIONS = (
    Operation(
        name="list_brakes",
        method="GET",
        path="brakes",
        summary="List what holds back",
        description="Lists what is stopped, and which ceilings of the day are reached.",
        tag=TAG,
        handle=list_all,
        rights=RUNS_OR_OWNS,
        answers={200: Answer("What holds something back", BrakeList)},
    ),
    Operation(
        name="change_brake",
        method="POST",
        path="brakes",
        summary="Stop, or go on",
        description="Stops sending for the deployment, a profile or an endpoint, lets it go on, "
        "or lifts a ceiling for the day. What was sent before is fetched all the same.",
        tag=TAG,
        handle=change,
        rights=RUNS_OR_OWNS,
        body=BrakeChange,
        answers={200: Answer("What holds something back then", BrakeList)},
        problems=(409, 415, 422),
    ),
)
