"""Deliveries as the client verifies them: signed by the app's own code, and by strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dropscribe import Dropscribe, Inbox, NotGenuine, steps, verify

from shared.model.events.signature import signed_headers
from tests.client.deployment import BASE, Played, batch

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
OTHER = "whsec_" + "WlhZV1ZVVFNSUVBPTk1MS0pJSEdGRURDQkE="
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()


def delivered(*secrets: str, at: float = NOW, body: bytes = b'{"type": "x"}') -> tuple[Any, bytes]:
    return signed_headers(secrets, "evt_1", int(at), body), body


def test_what_the_app_signs_is_genuine_with_either_secret() -> None:
    headers, body = delivered(SECRET, OTHER)
    for known in (SECRET, OTHER, [OTHER, SECRET]):
        assert verify(known, headers, body, now=lambda: NOW) == {"type": "x"}


@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_delivery_is_refused(late: int) -> None:
    headers, body = delivered(SECRET)
    with pytest.raises(NotGenuine, match="old"):
        verify(SECRET, headers, body, now=lambda: NOW + late)


def test_another_secret_another_body_and_no_signature_are_refused() -> None:
    headers, body = delivered(SECRET)
    for known, told, content in (
        (OTHER, headers, body),
        (SECRET, headers, body + b" "),
        (SECRET, {**headers, "webhook-signature": ""}, body),
        (SECRET, {**headers, "webhook-id": "evt_2"}, body),
        (SECRET, {}, body),
    ):
        with pytest.raises(NotGenuine):
            verify(known, told, content, now=lambda: NOW)


def test_an_inbox_ends_the_waiting_without_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look at the beginning, one at the end."""
    monkeypatch.setattr(verify, "__kwdefaults__", {"now": lambda: NOW})
    inbox = Inbox(SECRET)
    told = b'{"type": "batch.completed", "data": {"batch_id": "b-1"}}'
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 10:
            inbox.take(*delivered(SECRET, body=told))

    monkeypatch.setattr(steps.time, "sleep", sleep)
    played = Played(b_1=[batch("running"), batch("completed")])
    there = Dropscribe(BASE, transport=httpx.MockTransport(played))
    assert there.wait("b-1", inbox=inbox)["status"] == "completed"
    assert len(slept) == 10 and len(played.asked) == 2
    assert not inbox.has_ended("b-1")
