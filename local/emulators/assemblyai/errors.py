"""Error answers of the service: a status and `{"error": "..."}`."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(f"{status}")


def unauthorised() -> Refusal:
    return Refusal(401, "Authentication error, API token missing/invalid")


def not_found() -> Refusal:
    return Refusal(404, "Not found")


def throttled(wait_seconds: int) -> Refusal:
    return Refusal(429, "Too Many Requests", headers={"Retry-After": str(wait_seconds)})
