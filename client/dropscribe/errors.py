"""What can go wrong for a caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class DropscribeError(Exception):
    """The text says what is wrong and what would be right; it holds no key and no link."""


class NotConfigured(DropscribeError):
    """No deployment is named, or what is known of it cannot be read."""


class Unreachable(DropscribeError):
    """Nothing answered, however often it was asked."""


class TookTooLong(DropscribeError):
    """The batch was not over in the time that was given; it goes on."""


class NotGenuine(DropscribeError):
    """A delivery that nobody who knows the secret has signed, or an old one."""


class Problem(DropscribeError):
    """A refusal of the API (RFC 9457). `code` stays the same between releases; `faults` are what is
    wrong with a request, each with `at`, where it is."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(told.get("code", f"http_{status}"))
        self.detail = str(told.get("detail") or told.get("title") or f"The answer is {status}.")
        self.faults: list[Mapping[str, Any]] = list(told.get("faults") or ())
        lines = dict.fromkeys([self.detail, *map(_line, self.faults)])
        super().__init__("\n".join(lines))


def _line(fault: Mapping[str, Any]) -> str:
    at, message = fault.get("at"), str(fault.get("message") or "")
    return f"{at}: {message}" if at else message


class NotAllowed(Problem):
    """The key or the token is missing or wrong, or its owner may not do this."""


_HINTS = {
    401: "The key or the token is missing or wrong. Sign in once more.",
    403: "Whoever this key or token belongs to may not do this.",
    404: "There is no such address. Does the address of the deployment end in /api?",
}


def problem_of(answer: httpx.Response) -> Problem:
    """What the platform answers before the app does has no body, so it gets words of ours."""
    told: Any = None
    if "json" in answer.headers.get("content-type", ""):
        try:
            told = answer.json()
        except ValueError:
            told = None
    if not isinstance(told, dict):
        told = {"detail": _HINTS.get(answer.status_code, "")}
    kind = NotAllowed if answer.status_code in (401, 403) else Problem
    return kind(answer.status_code, told)
