"""Refusals, in the form of the service and in that of the gateway in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A call that is answered with an error. `inner` is the more exact code."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.code, self.message, self.inner = status, code, message, inner
        self.headers = dict(headers or {})
        super().__init__(f"{status}: {code}")

    def body(self) -> dict[str, Any]:
        return {"error": error_body(self.code, self.message, self.inner)}


def error_body(code: str, message: str, inner: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"code": code, "message": message}
    if inner is not None:
        body["innererror"] = {"code": inner, "message": message}
    return body


def invalid(message: str, inner: str = "InvalidRequestBodyFormat") -> Refusal:
    return Refusal(400, "InvalidRequest", message, inner=inner)


def throttled(wait_seconds: int) -> Refusal:
    text = (
        "Requests to the Analyze Text Operation have exceeded rate limit of your current "
        f"TextAnalytics S pricing tier. Please retry after {wait_seconds} second."
    )
    return Refusal(429, "429", text, headers={"Retry-After": str(wait_seconds)})


def no_key() -> Refusal:
    text = "Access denied due to invalid subscription key or wrong API endpoint."
    return Refusal(401, "401", text)


def no_volume(wait_seconds: int) -> Refusal:
    text = "Out of call volume quota for TextAnalytics F0 pricing tier."
    return Refusal(403, "403", text, headers={"Retry-After": str(wait_seconds)})
