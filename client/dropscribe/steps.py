"""What a client does, apart from how: steps that ask for requests and pauses, and two who carry
them out, one that blocks and one that awaits. Nothing else knows which of the two it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from typing import NamedTuple, TypeVar

import httpx

T = TypeVar("T")


class Request(NamedTuple):
    """`signed`: with the key or the token of the deployment, which goes nowhere else. `again`: the
    same once more does no harm, even if the first one was carried out."""

    method: str
    url: str
    params: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    content: bytes | None = None
    signed: bool = True
    again: bool = True


class Pause(NamedTuple):
    seconds: float


Steps = Generator[Request | Pause, httpx.Response | None, T]


def run(steps: Steps[T], http: httpx.Client) -> T:
    try:
        step = next(steps)
        while True:
            try:
                answer = _perform(step, http)
            except httpx.TransportError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _perform(step: Request | Pause, http: httpx.Client) -> httpx.Response | None:
    if isinstance(step, Pause):
        time.sleep(step.seconds)
        return None
    return http.send(_built(step, http), auth=_auth(step))


async def run_async(steps: Steps[T], http: httpx.AsyncClient) -> T:
    try:
        step = next(steps)
        while True:
            try:
                answer = await _perform_async(step, http)
            except httpx.TransportError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def _perform_async(step: Request | Pause, http: httpx.AsyncClient) -> httpx.Response | None:
    if isinstance(step, Pause):
        await asyncio.sleep(step.seconds)
        return None
    return await http.send(_built(step, http), auth=_auth(step))


def _built(step: Request, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    return http.build_request(
        step.method, step.url, params=step.params, headers=step.headers, content=step.content
    )


def _auth(step: Request) -> httpx._client.UseClientDefault | None:
    return httpx.USE_CLIENT_DEFAULT if step.signed else None
