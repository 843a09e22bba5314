"""Questions to a service that one call or two can settle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

Verdict = Literal["right", "wrong", "open"]
POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Service:
    """A service as it is, without an adapter in between. `audio` is the address of a recording.
    `removals` are what takes away that which a question made, to be called at the end."""

    http: httpx.Client
    audio: str
    removals: list[str] = field(default_factory=list)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.http.get(path, params=self._with(query))

    def post(self, path: str, body: Mapping[str, Any], **query: str) -> httpx.Response:
        return self.http.post(path, json=dict(body), params=self._with(query))

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path, params=self.http.params)

    def remove_all(self) -> None:
        for path in self.removals:
            self.delete(path)

    def _with(self, query: Mapping[str, str]) -> httpx.QueryParams:
        return self.http.params.merge(query)


@dataclass(frozen=True)
class Guess:
    """`says` is what the emulator or a sheet holds for right; `told_in` where. `looks` answers
    whether it is, None where this run could not tell. `makes` is how many recordings that costs."""

    name: str
    says: str
    told_in: str
    looks: Callable[[Service], bool | None]
    makes: int = 0


@dataclass(frozen=True)
class Answer:
    guess: Guess
    verdict: Verdict
    seen: str = ""


def settle(guess: Guess, service: Service) -> Answer:
    """A service that does not answer settles nothing."""
    try:
        is_right = guess.looks(service)
    except (httpx.HTTPError, LookupError, ValueError, TypeError) as error:
        return Answer(guess, "open", type(error).__name__)
    if is_right is None:
        return Answer(guess, "open")
    return Answer(guess, "right" if is_right else "wrong")
