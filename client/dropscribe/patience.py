"""Requests that are sent once more, where that does no harm and may help."""

from __future__ import annotations

import random
from itertools import count

import httpx

from dropscribe.errors import Unreachable, problem_of
from dropscribe.steps import Pause, Request, Steps

REPEATS = 4
LONGEST_PAUSE = 60.0
_BUSY = (429,)  # surely not carried out
_FAILED = (500, 502, 503, 504)  # carried out or not


def sent(request: Request) -> Steps[httpx.Response]:
    """The answer, whatever it is. Raises `Unreachable`."""
    for attempt in count(1):
        try:
            answer = yield request
        except httpx.TransportError as error:
            if attempt > REPEATS or not (request.again or isinstance(error, httpx.ConnectError)):
                raise Unreachable(_told(request, error)) from None
            yield Pause(_pause(attempt))
            continue
        assert answer is not None
        if attempt > REPEATS or not _is_worth_another(request, answer.status_code):
            return answer
        yield Pause(_asked_for(answer) or _pause(attempt))
    raise AssertionError


def accepted(request: Request) -> Steps[httpx.Response]:
    """The same. Raises `Problem` for what was refused."""
    answer = yield from sent(request)
    if answer.is_error:
        raise problem_of(answer)
    return answer


def _is_worth_another(request: Request, status: int) -> bool:
    return status in _BUSY or (request.again and status in _FAILED)


def _asked_for(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE) if text.isdigit() else 0.0


def _pause(attempt: int) -> float:
    return float(min(0.5 * 2**attempt, 20.0) * random.uniform(0.75, 1.25))


def _told(request: Request, error: httpx.TransportError) -> str:
    """Host and kind alone: the address may be a link that opens something."""
    host = httpx.URL(request.url).host or "the deployment"
    return f"{host} cannot be reached ({type(error).__name__}). Is the address right?"
