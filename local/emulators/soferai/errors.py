"""Refusals. The service documents no body for them: `{"detail": ...}` is a guess."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.detail, self.headers = status, detail, dict(headers or {})
        super().__init__(f"{status}: {detail}")


def bad_request(detail: str) -> Refusal:
    return Refusal(400, detail)


def not_found(what: str) -> Refusal:
    return Refusal(404, f"{what} not found")


def throttled(wait_seconds: int) -> Refusal:
    return Refusal(429, "Rate limit exceeded", headers={"Retry-After": str(wait_seconds)})
