"""Web hooks of the Azure Speech emulator against a receiver on this machine."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.emulators.azure_speech.server import running
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import (
    V3_2,
    V2024,
    VERSIONS,
    Api,
    Receiver,
    audio_host,
    last_segment,
    settings,
    until,
    webhook_receiver,
)

EVENTS = ("Creation", "Processing", "Completion", "Deletion")


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with audio_host({"a.wav": b"mono"}) as url:
        yield url


@pytest.fixture
def url() -> Iterator[str]:
    with running(FakePool(), settings()) as address:
        yield address


@pytest.fixture
def api(url: str) -> Iterator[Api]:
    with Api(url) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as found:
        yield found


def register(api: Api, receiver: Receiver, secret: str | None = "s3cret", *events: str) -> str:
    wanted = {f"transcription{event}": True for event in events or EVENTS}
    body: dict[str, Any] = {"displayName": "hook", "webUrl": receiver.url, "events": wanted}
    if secret is not None:
        body["properties"] = {"secret": secret}
    answer = api.post("webhooks", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "NotStarted"
    return last_segment(answer.headers["Location"])


def settled(api: Api, hook: str, status: str = "Succeeded") -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        entity: dict[str, Any] = api.get(f"webhooks/{hook}").json()
        return entity if entity["status"] == status else None

    return until(look)


def signed(secret: str, content: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hook_is_challenged_and_then_told_everything_signed(
    url: str, receiver: Receiver, host: str, version: str
) -> None:
    with Api(url, version) as api:
        entity = settled(api, register(api, receiver))
        assert entity["properties"] == {"apiVersion": version}
        challenge = receiver.of("Challenge")[0]
        token = challenge.query["validationToken"][0]
        assert challenge.query["mine"] == ["1"]
        assert challenge.signature == signed("s3cret", token.encode())

        one = api.created(f"{host}/a.wav")
        api.ended(one)
        api.delete(f"transcriptions/{one}")
        for event in EVENTS:
            [arrival] = until(lambda name=f"Transcription{event}": receiver.of(name))
            assert arrival.signature == signed("s3cret", arrival.body)
            assert json.loads(arrival.body)["self"] == api.address(f"transcriptions/{one}")
        ids = {json.loads(a.body)["invocationId"] for a in receiver.arrivals if a.body}
        assert len(ids) == len(EVENTS)


def test_a_hook_that_fails_its_challenge_is_never_used(
    api: Api, receiver: Receiver, host: str
) -> None:
    receiver.answers_challenge = False
    hook = register(api, receiver)
    failed = settled(api, hook, "Failed")
    assert failed["properties"]["error"]["code"] == "InvalidCallbackUri"
    api.ended(api.created(f"{host}/a.wav"))
    assert {arrival.event for arrival in receiver.arrivals} == {"Challenge"}
    receiver.answers_challenge = True
    api.patch(f"webhooks/{hook}", {"webUrl": receiver.url})
    assert "error" not in settled(api, hook)["properties"]


def test_a_hook_hears_of_its_own_version_and_events_only(
    url: str, api: Api, receiver: Receiver, host: str
) -> None:
    settled(api, register(api, receiver, None, "Completion"))
    with Api(url, V2024) as other, Api(url, V3_2) as oldest:
        other.ended(other.created(f"{host}/a.wav"))
        oldest.ended(oldest.created(f"{host}/a.wav"))
    mine = api.created(f"{host}/none.wav")
    assert api.ended(mine)["status"] == "Failed"
    [arrival] = until(lambda: receiver.of("TranscriptionCompletion"))
    assert json.loads(arrival.body)["self"] == api.address(f"transcriptions/{mine}")
    assert arrival.signature is None
    assert {each.event for each in receiver.arrivals} == {"Challenge", "TranscriptionCompletion"}


def test_deliveries_are_retried_and_a_dead_hook_fails_until_its_url_is_patched(
    api: Api, receiver: Receiver, host: str
) -> None:
    hook = register(api, receiver, "s3cret", "Completion")
    settled(api, hook)
    receiver.status = 500
    api.created(f"{host}/a.wav")
    settled(api, hook, "Failed")
    tried = receiver.of("TranscriptionCompletion")
    assert len(tried) == 3
    assert len({arrival.body for arrival in tried}) == 1
    receiver.status = 200
    patched = api.patch(f"webhooks/{hook}", {"webUrl": receiver.url}).json()
    assert patched["status"] == "Succeeded"
    assert len(receiver.of("Challenge")) == 1
    api.created(f"{host}/a.wav")
    until(lambda: len(receiver.of("TranscriptionCompletion")) == 4)
    assert receiver.arrivals[-1].signature is None  # the PATCH named no secret


def test_a_new_address_is_challenged_again(api: Api, receiver: Receiver) -> None:
    hook = register(api, receiver)
    settled(api, hook)
    with webhook_receiver() as other:
        update = {"webUrl": other.url, "properties": {"secret": "new"}}
        assert api.patch(f"webhooks/{hook}", update).json()["status"] == "NotStarted"
        settled(api, hook)
        token = other.of("Challenge")[0].query["validationToken"][0]
        assert other.of("Challenge")[0].signature == signed("new", token.encode())


def test_ping_and_test_reach_the_receiver(api: Api, receiver: Receiver, host: str) -> None:
    hook = register(api, receiver, "s3cret", "Completion")
    entity = settled(api, hook)
    assert entity["links"]["ping"] == api.address(f"webhooks/{hook}:ping")
    assert api.client.post(entity["links"]["test"]).status_code == 204
    assert api.client.post(entity["links"]["ping"]).status_code == 202
    [ping] = until(lambda: receiver.of("ping"))
    assert json.loads(ping.body) == entity
    api.ended(api.created(f"{host}/none.wav"))
    until(lambda: receiver.of("TranscriptionCompletion"))
    assert api.client.post(entity["links"]["test"]).status_code == 202
    until(lambda: len(receiver.of("TranscriptionCompletion")) == 2)


def test_hooks_are_listed_filtered_deleted_and_checked(api: Api, receiver: Receiver) -> None:
    hooks = [register(api, receiver) for _ in range(3)]
    page = api.get("webhooks", top=2, filter=f"webUrl eq '{receiver.url}'").json()
    assert [last_segment(hook["self"]) for hook in page["values"]] == hooks[:2]
    rest = api.client.get(page["@nextLink"]).json()
    assert [last_segment(hook["self"]) for hook in rest["values"]] == hooks[2:]
    for _ in range(2):
        assert api.delete(f"webhooks/{hooks[0]}").status_code == 204
    assert api.get(f"webhooks/{hooks[0]}").status_code == 404
    for body, code in (
        ({"displayName": "x", "events": {}, "webUrl": "hook"}, "InvalidCallbackUri"),
        (
            {"displayName": "x", "events": {"other": True}, "webUrl": receiver.url},
            "InvalidWebHookEventKind",
        ),
        ({"displayName": "x", "webUrl": receiver.url}, "InvalidPayload"),
    ):
        assert api.post("webhooks", body).json()["innerError"]["code"] == code


def test_webhooks_can_be_ordered_to_get_lost_or_to_come_twice(
    api: Api, receiver: Receiver, host: str
) -> None:
    settled(api, register(api, receiver, "s3cret", "Processing", "Completion"))
    api.order("drop_webhook", match={"event": "Processing"})
    api.order("double_webhook", match={"event": "Completion"})
    api.ended(api.created(f"{host}/a.wav"))
    first, second = until(
        lambda: a if len(a := receiver.of("TranscriptionCompletion")) == 2 else None
    )
    assert first.body == second.body
    assert receiver.of("TranscriptionProcessing") == []
