"""The whole stack tells a real server of what happens: signed, again until it is taken, and no
address and no secret ever lies where others look."""

from __future__ import annotations

import http.server
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from standardwebhooks.webhooks import Webhook

from local.stack.stack import TABLE
from shared.application import Application
from shared.bootstrap import build
from shared.configuration.settings import read_settings
from shared.events.subscriptions import Made
from shared.model.events.delivery import CALLBACKS
from shared.model.events.signature import make_secret
from shared.ports.events import DeliveryFilter
from tests.receiver import Receiver, answering, receiver
from tests.stack import Site, quick_stack, site_on, sound, until

HOOK = "/hook?sig=a%2Bsecret"
OWN_SECRET = make_secret(b"of this deployment, for a test  ")


class Office(NamedTuple):
    """With a subscription that was made before anything else happened."""

    site: Site
    app: Application
    made: Made
    there: Receiver
    blobs: BlobServiceClient
    logs: Path


_seen: Counter[str] = Counter()


def fails_at_first(request: http.server.BaseHTTPRequestHandler) -> None:
    """Each address refuses its first event."""
    path = request.path
    _seen[path] += 1
    answer = answering(500, b"not yet") if _seen[path] == 1 else answering(204)
    answer(request)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    logs = tmp_path_factory.mktemp("logs")
    with ExitStack() as exits:
        there = exits.enter_context(receiver(fails_at_first))
        stack = exits.enter_context(quick_stack(logs, EVENTS_SECRET=OWN_SECRET))
        site = exits.enter_context(site_on(stack))
        app = build(read_settings({**os.environ, **stack.environment}))
        made = app.subscriptions.create(
            there.url(HOOK),
            types=["recording.transcribed", "recording.failed"],
            profiles=["default"],
        )
        yield Office(site, app, made, there, stack.blobs, logs)


def events(office: Office, path: str) -> list[tuple[dict[str, Any], dict[str, str], bytes]]:
    """What was sent there, the refused ones included."""
    return [
        (json.loads(body), headers, body)
        for _, at, headers, body in office.there.requests
        if at == path
    ]


def test_a_subscriber_hears_of_what_is_dropped_and_can_verify_it(office: Office) -> None:
    path, made = HOOK, office.made
    wanted = office.site.drop("good.wav", "better.wav", client_item_id="7")
    wanted |= office.site.put({"empty.wav": b""})
    office.site.end(wanted)
    names = {f"{office.site.folder}/{name}" for name in ("good.wav", "better.wav", "empty.wav")}
    until(lambda: {e["data"]["name"] for e, _, _ in events(office, path)} >= names)
    subscription_id = made.subscription.id

    def all_delivered() -> bool:
        rows, _ = office.app.deliveries.page(subscription_id, DeliveryFilter())
        done = [row for row in rows if row.state == "delivered"]
        return {json.loads(row.body)["data"]["name"] for row in done} >= names

    until(all_delivered)
    found = events(office, path)
    for event, headers, body in found:
        assert Webhook(made.secret).verify(body, headers) == event
        assert event["specversion"] == "1.0" and event["id"] == headers["webhook-id"]
    types = {e["data"]["name"]: e["type"] for e, _, _ in found}
    assert {name: types[name] for name in names} == {
        f"{office.site.folder}/good.wav": "recording.transcribed",
        f"{office.site.folder}/better.wav": "recording.transcribed",
        f"{office.site.folder}/empty.wav": "recording.failed",
    }
    rows, _ = office.app.deliveries.page(subscription_id, DeliveryFilter())
    refused = [row for row in rows if len(row.attempts) > 1]
    assert refused and refused[0].attempts[0].status == 500
    assert refused[0].attempts[0].answer == "not yet"
    assert_nothing_leaked(office, made.secret)


def test_the_addresses_of_a_manifest_are_called_back(office: Office) -> None:
    office.blobs.get_blob_client("uploads", "item.wav").upload_blob(sound(), overwrite=True)
    item = {"blob": "item.wav", "callback_url": office.there.url("/item?sig=b%2Bsecret")}
    manifest = {"callback_url": office.there.url("/batch?sig=c%2Bsecret"), "recordings": [item]}
    drop = office.blobs.get_blob_client("manifests", "events.json")
    drop.upload_blob(json.dumps(manifest), overwrite=True)

    def both_delivered() -> bool:
        rows, _ = office.app.deliveries.page(CALLBACKS, DeliveryFilter())
        return [row.state for row in rows] == ["delivered", "delivered"]

    until(both_delivered)
    for path, type_ in (
        ("/item?sig=b%2Bsecret", "recording.transcribed"),
        ("/batch?sig=c%2Bsecret", "batch.completed"),
    ):
        found = events(office, path)
        assert len(found) == 2 and len({event["id"] for event, _, _ in found}) == 1
        event, headers, body = found[-1]
        assert event["type"] == type_ and Webhook(OWN_SECRET).verify(body, headers) == event
    assert_nothing_leaked(office, OWN_SECRET)


def assert_nothing_leaked(office: Office, secret: str) -> None:
    """Neither tables nor logs hold an address as it is called, or a secret."""
    connection = office.site.stack.azurite.connection_string
    with TableServiceClient.from_connection_string(connection) as tables:
        rows = "\n".join(repr(row) for row in tables.get_table_client(TABLE).list_entities())
    texts = [rows, *(path.read_text(errors="replace") for path in office.logs.glob("*.log"))]
    for text in texts:
        for word in ("sig=a%2B", "sig=b%2B", "sig=c%2B", secret.removeprefix("whsec_")):
            assert word not in text
