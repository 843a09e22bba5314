"""AssemblyAI: a job is one recording and its own result; each asks for a webhook of its own."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from local.chaos.provider import ORDERED, PASSING, Books, Create, Ill, Order, Provider

_CREATE = r"transcripts\.create"
_READS = r"transcripts\.(get|list)"
_PASSES = {"error": f"Server error, developers have been alerted. {PASSING}"}
_FINAL = {"error": f"Audio duration is too short. {ORDERED}"}


def _storms(random: Random) -> tuple[Order, ...]:
    several = random.randint(1, 5)
    anything = random.choice(({}, {"call": _CREATE}, {"call": _READS}))
    return (
        {"kind": "refuse", "match": anything, "status": 504, "error": None},
        {"kind": "refuse", "match": {"call": r"transcripts\.delete"}, "status": 500},
        {"kind": "slow_start", "seconds": random.uniform(0.5, 3.0), "times": several},
        {"kind": "slow_job", "seconds": random.uniform(0.5, 5.0), "times": several},
        {"kind": "drop_webhook"},
        {"kind": "double_webhook"},
        {"kind": "fail_job", **_PASSES, "times": several},
        {"kind": "fail_job", **_FINAL, "times": 1},
        # Cut off where its status is asked for, too: a webhook or the poll comes again.
        {"kind": "malformed_result", "times": several},
    )


def _read(ledger: Mapping[str, Any]) -> Books:
    """The mark of a job stands in the query of the link to its audio."""
    return Books(
        creates=tuple(
            Create(one["labels"].get("dropscribe", ""), (one["id"],)) for one in ledger["creates"]
        ),
        paid=ledger["transcribed"],
        there=tuple((transcript_id,) for transcript_id in ledger["live"]),
    )


PROVIDER = Provider(
    settings={"MAX_ATTEMPTS": "6"},
    options=("--webhook-retry-seconds", "1"),
    profiles="""
[default]
provider = "assemblyai"
formats = ["vtt"]
""",
    create=_CREATE,
    reads=_READS,
    ills=(
        Ill("fail_job", options=_FINAL, final=True),
        Ill("fail_job", options=_PASSES, strikes=1),
        Ill("fail_job", times=2, options=_PASSES, strikes=1),
        # One 404 is enough where the status is asked for: the service knows no such transcript.
        Ill("missing_result", strikes=1),
        Ill("missing_result", times=3, strikes=1),
        Ill("malformed_result", strikes=3),
        Ill("malformed_result", times=3, strikes=3),
    ),
    storms=_storms,
    failing=frozenset(),
    read=_read,
)
