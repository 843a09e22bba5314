"""Faults that a test orders: what shall go wrong, where, and how often.

A fault is `{kind, match, times, skip, ...options}`. `match` maps a fact of the place where it
could strike to a regular expression that must be found in it; all given ones must match.
`times` null strikes for ever, `skip` lets that many chances pass first. Faults live in memory:
a restart forgets them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CALL = frozenset({"call", "method", "path"})


@dataclass(frozen=True)
class Kind:
    """Which facts a fault may match on, and its options with their defaults."""

    facts: frozenset[str]
    options: Mapping[str, Any] = field(default_factory=dict)


CALL_KINDS: dict[str, Kind] = {
    # A call waits before it is carried out.
    "slow_call": Kind(CALL, {"seconds": 1.0}),
    # A call is carried out, but the client sees `how`: "500", "hang" (no answer for `seconds`)
    # or "cut" (the connection breaks in the middle of the answer).
    "lose_answer": Kind(CALL, {"how": "500", "seconds": 60.0}),
    # The process ends with os._exit, after the call and before (or after) its answer.
    "die": Kind(CALL, {"answered": False}),
}
"""What can happen to a call of any emulator; how one is refused is its own."""


class FaultRejected(ValueError):
    """An order that makes no sense; the text says why."""


@dataclass
class Fault:
    id: str
    kind: str
    match: dict[str, re.Pattern[str]]
    times: int | None
    skip: int
    options: dict[str, Any]
    struck: int = 0

    def fits(self, kind: str, facts: Mapping[str, str]) -> bool:
        return (
            self.kind == kind
            and (self.times is None or self.struck < self.times)
            and all(fact in facts and p.search(facts[fact]) for fact, p in self.match.items())
        )

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "match": {fact: pattern.pattern for fact, pattern in self.match.items()},
            "times": self.times,
            "skip": self.skip,
            "struck": self.struck,
            **self.options,
        }


class Faults:
    """The faults on order; `kinds` are those that the emulator has."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._faults: list[Fault] = []

    def order(self, body: Any) -> Fault:
        """Take an order. Raises `FaultRejected`."""
        fault = _read(body, self._kinds)
        self._faults.append(fault)
        return fault

    def strike(self, kind: str, /, **facts: str) -> Fault | None:
        """The first fault of that kind that fits here, counted as struck; usually None."""
        for fault in self._faults:
            if not fault.fits(kind, facts):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.struck += 1
            return fault
        return None

    def cancel(self, fault_id: str | None = None) -> int:
        """Forget one fault or all; returns how many."""
        kept = [] if fault_id is None else [f for f in self._faults if f.id != fault_id]
        gone = len(self._faults) - len(kept)
        self._faults = kept
        return gone

    def bodies(self) -> list[dict[str, Any]]:
        return [fault.body() for fault in self._faults]


def _read(body: Any, kinds: Mapping[str, Kind]) -> Fault:
    if not isinstance(body, dict) or body.get("kind") not in kinds:
        raise FaultRejected(f"kind must be one of {', '.join(kinds)}")
    kind = kinds[body["kind"]]
    unknown = set(body) - {"kind", "match", "times", "skip"} - set(kind.options)
    if unknown:
        raise FaultRejected(f"{body['kind']} has no option {', '.join(sorted(unknown))}")
    times, skip = body.get("times", 1), body.get("skip", 0)
    if not (times is None or (type(times) is int and times > 0)):
        raise FaultRejected("times must be a positive number or null")
    if type(skip) is not int or skip < 0:
        raise FaultRejected("skip must be 0 or more")
    options = {name: body.get(name, default) for name, default in kind.options.items()}
    match = _read_match(body["kind"], kind.facts, body.get("match") or {})
    return Fault(uuid.uuid4().hex, body["kind"], match, times, skip, options)


def _read_match(name: str, allowed: frozenset[str], match: Any) -> dict[str, re.Pattern[str]]:
    if not isinstance(match, dict) or set(match) - allowed:
        raise FaultRejected(f"{name} can match on {', '.join(sorted(allowed))}")
    try:
        return {fact: re.compile(pattern) for fact, pattern in match.items()}
    except (re.error, TypeError) as error:
        raise FaultRejected(f"not a regular expression: {error}") from None
