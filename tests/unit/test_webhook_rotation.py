"""Before, while and after a secret is replaced, receivers accept every call that was delivered:
with the libraries of the standard, and with one that drops the last of several signatures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tests.fakes.world import World
from tests.unit.test_webhook_signature import verifies_without_the_last

JAVASCRIPT = Path(__file__).resolve().parents[1] / "validators" / "webhooks.mjs"
OVERLAP = timedelta(seconds=60)
STEPS = ("before", "while", "while twice", "after")
ACCEPTED = {
    "before": ("first",),
    "while": ("first", "second"),
    "while twice": ("first", "second", "third"),
    "after": ("third",),
}
Verify = Callable[[list[dict[str, Any]]], list[bool]]


@pytest.fixture(scope="module")
def told() -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """The secrets, and what was delivered in each step, with the headers that arrived."""
    world = World()
    world.clock.advance_to(datetime.now(UTC) - timedelta(seconds=100))
    subscriptions = world.app.subscriptions
    made = subscriptions.create("https://hooks.example/")
    own, secrets = made.subscription.id, {"first": made.secret}
    calls: dict[str, dict[str, Any]] = {}

    def deliver(step: str) -> None:
        world.app.deliveries.send_test_event(own)
        world.drain()
        received = world.sender.received[-1]
        calls[step] = {"headers": dict(received.headers), "body": received.body.decode()}

    deliver("before")
    for step, name in (("while", "second"), ("while twice", "third")):
        secrets[name] = subscriptions.rotate_secret(own, OVERLAP).secret
        deliver(step)
    world.clock.advance(OVERLAP.total_seconds() + 1)
    deliver("after")
    return secrets, calls


def by_python(calls: list[dict[str, Any]]) -> list[bool]:
    return [_accepts(**call) for call in calls]


def _accepts(secret: str, headers: Mapping[str, str], body: str) -> bool:
    try:
        return bool(Webhook(secret).verify(body, dict(headers)))
    except WebhookVerificationError:
        return False


def by_javascript(calls: list[dict[str, Any]]) -> list[bool]:
    done = subprocess.run(
        ["node", JAVASCRIPT], input=json.dumps(calls), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[bool] = json.loads(done.stdout)
    return found


def by_csharp(calls: list[dict[str, Any]]) -> list[bool]:
    """As its verifiers do that drop the last of several."""
    return [
        verifies_without_the_last(call["secret"], call["headers"], call["body"].encode())
        for call in calls
    ]


@pytest.mark.parametrize("verify", [by_python, by_javascript, by_csharp])
def test_each_secret_verifies_for_as_long_as_it_is_to(
    told: tuple[dict[str, str], dict[str, dict[str, Any]]], verify: Verify
) -> None:
    secrets, calls = told
    assert tuple(calls) == STEPS
    asked = [(step, name) for step in STEPS for name in secrets]
    accepted = verify([{"secret": secrets[name], **calls[step]} for step, name in asked])
    found = [pair for pair, is_accepted in zip(asked, accepted, strict=True) if is_accepted]
    assert found == [(step, name) for step in STEPS for name in ACCEPTED[step]]
