"""Refusals, in the form of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(
        self, status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.message, self.code = status, message, code
        self.headers = dict(headers or {})
        super().__init__(f"{status}: {message}")

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message}}


def invalid(message: str) -> Refusal:
    return Refusal(400, message)


def no_index(name: str) -> Refusal:
    return Refusal(404, f"No index with the name '{name}' was found in a service named 'local'.")
