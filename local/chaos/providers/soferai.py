"""Sofer.ai: manifests, batches in two modes, no webhooks, and nothing can be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import httpx

from local.chaos.provider import ORDERED, Books, Create, Ill, Order, Provider

_CREATE = r"batches\.create"
_READS = r"batches\.status|items\.|transcriptions\.(get|list)"
_MANIFESTS = r"manifests\."
_PAID_IN_CENTS = 1_000


def _storms(random: Random) -> tuple[Order, ...]:
    several = random.randint(1, 5)
    return (
        {"kind": "refuse", "match": {"call": _MANIFESTS}, "status": 503},
        {"kind": "lose_answer", "match": {"call": _MANIFESTS}, "how": "cut", "times": several},
        {"kind": "slow_validation", "seconds": random.uniform(0.5, 5.0), "times": several},
        {"kind": "slow_item", "seconds": random.uniform(0.5, 5.0), "times": several},
        {"kind": "misstate_batch", "status": "FAILED", "times": several},
        {"kind": "hide_item", "times": several},
        {"kind": "forget_client_item_id", "times": several},
        {"kind": "invalid_manifest", "message": ORDERED, "times": 1},
    )


def _read(ledger: Mapping[str, Any]) -> Books:
    """A batch has no field for the mark of its job; those of its items begin with it. Where a
    create call was lost, the job knows what was made by its mark."""
    creates = [
        Create(mark, (one["id"], f"marked:{mark}"))
        for one in ledger["batches"]
        for mark in {label.rpartition("-")[0] for label in one["clientItemIds"]}
    ]
    return Books(
        creates=tuple(creates),
        paid=ledger["transcribed"],
        there=tuple(create.handles for create in creates),
        running=ledger["pending"],
    )


def _pay_in(admin: httpx.Client) -> None:
    admin.post("/deposit", json={"cents": _PAID_IN_CENTS}).raise_for_status()


PROVIDER = Provider(
    # It gives no reasons, so audio that cannot be heard is tried to the end, with pauses that
    # double: 10, 20 and 40 seconds.
    settings={"MAX_ATTEMPTS": "4"},
    options=(),
    profiles="""
[default]
provider = "soferai"
formats = ["vtt"]

[profile.express]
prefixes = ["calls"]
mode = "express"
""",
    create=_CREATE,
    reads=_READS,
    ills=(
        Ill(
            "end_item",
            options={"status": "CANCELLED"},
            final=True,
            code="cancelled_at_provider",
        ),
        Ill("end_item", options={"status": "FAILED"}, strikes=1),
        Ill("end_item", times=2, options={"status": "FAILED"}, strikes=1),
        Ill("end_item", options={"status": "INSUFFICIENT_FUNDS"}),
        Ill("missing_result", strikes=3),
        Ill("missing_result", times=3, strikes=3),
        Ill("malformed_result", times=3, strikes=3),
        Ill("hide_item", times=2),
        Ill("forget_client_item_id", times=2),
        Ill("both_scripts"),
    ),
    storms=_storms,
    failing=frozenset({"invalid_manifest"}),
    read=_read,
    appease=_pay_in,
    deletes=False,
    proves=False,
    explains=False,
)
