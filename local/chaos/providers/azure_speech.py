"""Azure Speech: jobs of many recordings, with a report, results in files, and webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from local.chaos.provider import ORDERED, PASSING, Books, Create, Ill, Order, Provider

_CREATE = r"transcriptions\.create"
_READS = r"transcriptions\.get|files\."


def _storms(random: Random) -> tuple[Order, ...]:
    several = random.randint(1, 5)
    anything = random.choice(({}, {"call": _CREATE}, {"call": _READS}))
    return (
        {"kind": "refuse", "match": anything, "status": 500, "envelope": "service"},
        {"kind": "slow_start", "seconds": random.uniform(0.5, 3.0), "times": several},
        {"kind": "slow_job", "seconds": random.uniform(0.5, 5.0), "times": several},
        {"kind": "drop_webhook"},
        {"kind": "double_webhook"},
        {"kind": "drop_report", "times": several},
        {"kind": "fail_job", "code": "Internal", "message": PASSING, "times": 1},
        {"kind": "fail_job", "code": "InvalidData", "message": ORDERED, "times": 1},
    )


def _mark(create: Mapping[str, Any]) -> str:
    mark: str = (create["customProperties"] or {}).get("dropscribe") or create["displayName"]
    return mark


def _read(ledger: Mapping[str, Any]) -> Books:
    live = ledger["live"]
    return Books(
        creates=tuple(Create(_mark(one), (one["id"],)) for one in ledger["creates"]),
        paid=ledger["transcribed"],
        there=tuple((transcription_id,) for transcription_id in live),
        silent=frozenset(ledger["withoutReport"]),
    )


PROVIDER = Provider(
    settings={"MAX_ATTEMPTS": "6"},
    options=(),
    profiles="""
[default]
provider = "azure-speech"
formats = ["vtt"]
""",
    create=_CREATE,
    reads=_READS,
    ills=(
        Ill("fail_recording", options={"message": ORDERED}, final=True),
        Ill("drop_result", strikes=1),
        Ill("missing_result", strikes=3),
        Ill("missing_result", times=3, strikes=3),
        Ill("malformed_result", strikes=3),
        Ill("malformed_result", times=3, strikes=3),
        Ill("omit_from_report"),
    ),
    storms=_storms,
    failing=frozenset({"fail_job"}),
    read=_read,
)
