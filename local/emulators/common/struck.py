"""Faults that strike a call on its way: before it is carried out, and before its answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.emulators.common.faults import Fault, Faults

_SETTLE_SECONDS = 0.05


async def refusal(faults: Faults, facts: Mapping[str, str]) -> Fault | None:
    """Wait if the call is to be slow; the fault if it is to be refused."""
    slow = faults.strike("slow_call", **facts)
    if slow is not None:
        await asyncio.sleep(slow.options["seconds"])
    return faults.strike("refuse", **facts)


async def send_answer(
    response: Response,
    instead: Response,
    faults: Faults,
    facts: Mapping[str, str],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Send the answer, unless it is to be lost (`instead` is what the client sees of an answer
    lost as a 500) or the process is to die."""
    death = faults.strike("die", **facts)
    if death is not None and not death.options["answered"]:
        os._exit(1)
    lost = faults.strike("lose_answer", **facts)
    if lost is None:
        await response(scope, receive, send)
    else:
        await _lose(lost, instead, scope, receive, send)
    if death is not None:
        await asyncio.sleep(_SETTLE_SECONDS)  # the answer has to leave the socket
        os._exit(1)


async def _lose(
    fault: Fault, instead: Response, scope: Scope, receive: Receive, send: Send
) -> None:
    """The call was carried out, but its answer is an error, never comes or is cut off."""
    how = fault.options["how"]
    if how == "hang":
        await _until_gone(receive, fault.options["seconds"])
    if how == "cut":
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        return
    await instead(scope, receive, send)


async def _until_gone(receive: Receive, seconds: float) -> None:
    """Wait until the client hangs up, but no longer than `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
