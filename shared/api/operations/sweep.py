"""Look after everything now, without waiting for a timer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation
from shared.api.rights import RUNS

TAG = "Deployment"


class SweepWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be looked after."""

    part: Annotated[
        str,
        Meta(
            title="Part",
            max_length=40,
            description="`poll`, or one part of the sweep; all of it and the poll if left out",
        ),
    ] = ""


class SweepAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What will be looked after, in a moment."""

    parts: Annotated[tuple[str, ...], Meta(title="Parts", description="By name")]


def run(call: Call) -> Response:
    asked: SweepWanted = call.body
    call.app.ask_for_sweep(asked.part)
    parts = (asked.part,) if asked.part else call.app.sweep_parts
    return answer(SweepAsked(parts=parts), 202)


OPERATIONS = (
    Operation(
        name="run_sweep",
        method="POST",
        path="sweep",
        summary="Look after everything now",
        description="Has what is stuck or lost looked after now, as the timers do it every few "
        "minutes. It is done through a queue, so it works where the timers do not.",
        tag=TAG,
        handle=run,
        rights=RUNS,
        body=SweepWanted,
        answers={202: Answer("It will be done in a moment", SweepAsked)},
        problems=(415, 422),
    ),
)
