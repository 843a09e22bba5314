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

_CALL = frozenset({"call", "method", "path"})
_JOB = frozenset({"id", "displayName"})
_RECORDING = _JOB | {"source"}
_EVENT = frozenset({"event", "self"})


@dataclass(frozen=True)
class Kind:
    """Which facts a fault may match on, and its options with their defaults."""

    facts: frozenset[str]
    options: Mapping[str, Any] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    # A call waits before it is carried out.
    "slow_call": Kind(_CALL, {"seconds": 1.0}),
    # A call is refused and not carried out. `envelope`: service or gateway.
    "refuse": Kind(_CALL, {"status": 503, "retryAfter": None, "envelope": "gateway"}),
    # A call is carried out, but the client sees `how`: "500", "hang" (no answer for `seconds`)
    # or "cut" (the connection breaks in the middle of the answer).
    "lose_answer": Kind(_CALL, {"how": "500", "seconds": 60.0}),
    # The process ends with os._exit, after the call and before (or after) its answer.
    "die": Kind(_CALL, {"answered": False}),
    # A job stays NotStarted, or Running, that much longer.
    "slow_start": Kind(_JOB, {"seconds": 1.0}),
    "slow_job": Kind(_JOB, {"seconds": 1.0}),
    "fail_job": Kind(_JOB, {"code": "Internal", "message": "An internal error occurred."}),
    "fail_recording": Kind(
        _RECORDING,
        {"code": "InvalidData", "message": "The recordings URI contains invalid data."},
    ),
    # The result exists nowhere, though the report says that the recording succeeded.
    "drop_result": Kind(_RECORDING),
    # The result is listed, but its content answers with `status`.
    "missing_result": Kind(_RECORDING, {"status": 404}),
    "malformed_result": Kind(_RECORDING, {"body": '{"source": "cut off in the mid'}),
    "drop_report": Kind(_JOB),
    "omit_from_report": Kind(_RECORDING),
    "drop_webhook": Kind(_EVENT),
    "double_webhook": Kind(_EVENT),
}


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
    """The faults on order."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, body: Any) -> Fault:
        """Take an order. Raises `FaultRejected`."""
        fault = _read(body)
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


def _read(body: Any) -> Fault:
    if not isinstance(body, dict) or body.get("kind") not in KINDS:
        raise FaultRejected(f"kind must be one of {', '.join(KINDS)}")
    kind = KINDS[body["kind"]]
    unknown = set(body) - {"kind", "match", "times", "skip"} - set(kind.options)
    if unknown:
        raise FaultRejected(f"{body['kind']} has no option {', '.join(sorted(unknown))}")
    times, skip = body.get("times", 1), body.get("skip", 0)
    if not (times is None or (type(times) is int and times > 0)):
        raise FaultRejected("times must be a positive number or null")
    if type(skip) is not int or skip < 0:
        raise FaultRejected("skip must be 0 or more")
    options = {name: body.get(name, default) for name, default in kind.options.items()}
    match = _read_match(body["kind"], body.get("match") or {})
    return Fault(uuid.uuid4().hex, body["kind"], match, times, skip, options)


def _read_match(name: str, match: Any) -> dict[str, re.Pattern[str]]:
    allowed = KINDS[name].facts
    if not isinstance(match, dict) or set(match) - allowed:
        raise FaultRejected(f"{name} can match on {', '.join(sorted(allowed))}")
    try:
        return {fact: re.compile(pattern) for fact, pattern in match.items()}
    except (re.error, TypeError) as error:
        raise FaultRejected(f"not a regular expression: {error}") from None
