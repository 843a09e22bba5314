"""Every operation of the API on the running local stack, over HTTP, as programs call it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from standardwebhooks import Webhook

from local.host.keys import FUNCTION
from local.stack.stack import Stack, Wanted, running_stack
from shared.api.describe.openapi import operation_id
from shared.api.operations.all import OPERATIONS
from shared.api.operations.triggers import TRIGGERS
from tests.receiver import Receiver, receiver
from tests.stack import QUICK, sound

SECONDS = 90.0


@contextmanager
def stack_with(folder: Path, **settings: str) -> Iterator[Stack]:
    wants = Wanted(redact=("phone_number",), insights=("summary",), keeps_unredacted=True)
    everything = {**QUICK, **settings}
    with running_stack(folder, engine="scripted", settings=everything, wants=wants) as running:
        yield running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_with(tmp_path_factory.mktemp("api")) as running:
        yield running


class Client:
    """Calls over HTTP; what comes back is held against the openapi.json that the app serves."""

    def __init__(self, stack: Stack) -> None:
        self.base = f"{stack.app_url}/api"
        headers = {"x-functions-key": stack.api_key}
        self.http = httpx.Client(base_url=self.base, headers=headers, timeout=60)
        self.document = self.http.get("/openapi.json").json()
        self.done: set[str] = {"getOpenapi"}

    def __call__(self, method: str, path: str, **sent: Any) -> httpx.Response:
        got = self.http.request(method, path, **sent)
        operation = self._operation(method, httpx.URL(path).path)
        described = operation["responses"][str(got.status_code)]
        if got.is_success:
            self.done.add(operation["operationId"])
        if "content" in described:
            kind = got.headers["content-type"].partition(";")[0]
            schema = described["content"][kind]["schema"]
            if kind.endswith("json"):
                whole = {**schema, "components": self.document["components"]}
                jsonschema.Draft202012Validator(whole).validate(got.json())
        return got

    def _operation(self, method: str, path: str) -> Any:
        path = path.removeprefix("/api")
        found = [
            methods[method.lower()]
            for template, methods in self.document["paths"].items()
            if method.lower() in methods and re.fullmatch(_pattern(template), path)
        ]
        return min(found, key=lambda operation: len(operation.get("parameters", ())))

    def until(self, path: str, wanted: int = 200, **sent: Any) -> httpx.Response:
        deadline = time.monotonic() + SECONDS
        while (got := self("GET", path, **sent)).status_code != wanted:
            assert time.monotonic() < deadline, got.text
            time.sleep(0.2)
        return got


def _pattern(template: str) -> str:
    return "".join(
        "[^/]+" if "{" in part else re.escape(part) for part in re.split(r"(\{\w+\})", template)
    )


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[Client]:
    client = Client(stack)
    yield client
    client.http.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    def answer(handler: Any) -> None:
        handler.send_response(204)
        handler.end_headers()

    with receiver(answer) as there:
        yield there


def uploaded(api: Client, name: str) -> dict[str, str]:
    """By the link that the API gives, without any library of Azure's."""
    place = api("POST", "/uploads", json={"name": name}).json()
    sent = httpx.put(place["url"], headers=place["headers"], content=sound())
    assert sent.status_code == 201
    return {"container": place["container"], "blob": place["blob"]}


def received(hook: Receiver, secret: str, type_: str) -> Mapping[str, Any]:
    """The first event of that type, its signature verified by the standard's own library."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for _, _, headers, body in hook.requests:
            if json.loads(body)["type"] == type_:
                Webhook(secret).verify(body.decode(), {k.lower(): v for k, v in headers.items()})
                return json.loads(body)
        time.sleep(0.1)
    raise AssertionError(f"no {type_} arrived")


def _stop_and_go_on(api: Client) -> None:
    scope = "profile/default"
    held = api("POST", "/brakes", json={"scope": scope, "action": "stop", "reason": "A flood"})
    assert [one["scope"] for one in held.json()["value"]] == [scope]
    assert api("GET", "/brakes").json() == held.json()
    assert api("POST", "/brakes", json={"scope": scope, "action": "go_on"}).json()["value"] == []


def _give_a_key(api: Client) -> None:
    assert "Own" in api("GET", "/me").json()["roles"]
    made = api("POST", "/keys", json={"name": "Reader", "roles": ["Read"]}).json()
    reader = {"x-functions-key": made["key"]}
    assert httpx.get(f"{api.base}/batches", headers=reader, timeout=30).status_code == 200
    assert httpx.post(f"{api.base}/batches", headers=reader, timeout=30).status_code == 403
    trail = api("GET", "/trail?limit=1000").json()["value"]
    assert ("create_key", 201) in [(one["operation"], one.get("status")) for one in trail]
    assert made["id"] in [key["id"] for key in api("GET", "/keys").json()["value"]]
    assert api("DELETE", f"/keys/{made['id']}").json()["revoked_by"] == "owner-key"
    assert httpx.get(f"{api.base}/batches", headers=reader, timeout=30).status_code == 401


def _correct(api: Client, batch: dict[str, Any]) -> None:
    [item] = api("GET", f"/batches/{batch['id']}/items?client_item_id=c 2").json()["value"]
    own = f"/batches/{batch['id']}/items/{item['id']}/revisions"
    checked = {"id": "heard-by-us", "based_on": 0, "reviewed": True}
    assert api("POST", own, json=checked).json()["number"] == 1
    assert [one["id"] for one in api("GET", own).json()["value"]] == ["heard-by-us"]
    assert isinstance(api("GET", "/review").json()["value"], list)
    assert api("GET", own.replace("/revisions", "/audio")).is_success
    api.until(own.replace("/revisions", "/listening"))
    assert api("GET", "/overview").is_success


def _find(api: Client, batch: dict[str, Any]) -> None:
    [item] = api("GET", f"/batches/{batch['id']}/items?client_item_id=c 1").json()["value"]
    own = f"/batches/{batch['id']}/items/{item['id']}"
    assert api("GET", f"{own}/trace").json()["steps"]
    assert api("GET", f"{own}/conversation").json()["speakers"]
    assert api("GET", "/conversations").json()["all"]["recordings"] >= 3
    said = api("GET", f"{own}/transcript").json()["utterances"][0]["words"][0]["text"]
    found = api("POST", "/search", json={"q": said, "batch_id": batch["id"]}).json()["value"]
    assert item["id"] in [one["id"] for one in found]
    assert api("GET", "/glossary").json()["value"] == []
    assert api("DELETE", "/glossary?meant=Nobody").status_code in (204, 404)


def _hold_and_delete(api: Client, batch: dict[str, Any]) -> None:
    whole = f"/batches/{batch['id']}"
    [item] = api("GET", f"{whole}/items?client_item_id=c 0").json()["value"]
    own = f"{whole}/items/{item['id']}"
    for held in (whole, own):
        assert api("POST", f"{held}/hold", json={"reason": "Case 4711"}).status_code == 200
        assert api("DELETE", own).status_code == 409
        assert api("DELETE", f"{held}/hold").status_code == 204
    assert api("DELETE", own).status_code == 204
    api.until(f"{own}/transcript/txt", 404)


def _change_profiles(api: Client) -> None:
    there = api("GET", "/profiles/file").json()
    given = api("PUT", "/profiles/file", json={"toml": f"# ours\n{there['toml']}"}).json()
    assert given["toml"].startswith("# ours") and given["version"] != there["version"]
    assert api("DELETE", "/profiles/file").status_code == 204


def test_every_operation_does_what_it_says(api: Client, hook: Receiver) -> None:
    for path in ("/health", "/profiles", "/formats", "/locales", "/transcript-schema"):
        assert api("GET", path).status_code == 200
    assert api("GET", "/openapi-3.0.json").json()["openapi"] == "3.0.3"
    secret = _subscribe(api, hook)
    batch = _transcribe(api)
    _look_at(api, batch)
    _change(api)
    event = received(hook, secret, "recording.transcribed")
    assert api("GET", event["data"]["links"]["transcript"].removeprefix(api.base)).is_success
    _look_after_subscriptions(api)
    _stop_and_go_on(api)
    _give_a_key(api)
    _correct(api, batch)
    _find(api, batch)
    _hold_and_delete(api, batch)
    _change_profiles(api)
    assert api("POST", "/sweep").status_code == 202
    assert api.done == {operation_id(operation.name) for operation in OPERATIONS}


def _subscribe(api: Client, hook: Receiver) -> str:
    made = api("POST", "/subscriptions", json={"url": hook.url(), "title": "Ours"})
    assert made.status_code == 201
    for trigger in TRIGGERS:
        flow = api("POST", f"/triggers/{trigger}", json={"url": hook.url("/flow")})
        assert api("DELETE", flow.headers["Location"].removeprefix(api.base)).status_code == 204
    return str(made.json()["secret"])


def _transcribe(api: Client) -> dict[str, Any]:
    recordings = [{**uploaded(api, f"{i}.wav"), "client_item_id": f"c {i}"} for i in range(3)]
    manifest = {"title": "Ours", "recordings": recordings}
    told = api("POST", "/estimate", json=manifest).json()
    assert (told["recordings"], told["audio_ms"]) == (3, 3_000)
    assert api("GET", "/estimate?recordings=3&duration_ms=1000").json()["audio_ms"] == 3_000
    made = api("POST", "/batches", json=manifest, headers={"Prefer": "respond-async"})
    assert made.status_code == 202
    over = api.until(made.headers["Location"].removeprefix(api.base)).json()
    assert over["counts"]["transcribed"] == 3
    return dict(over)


def _look_at(api: Client, batch: dict[str, Any]) -> None:
    own = f"/batches/{batch['id']}"
    assert api("GET", own).json()["status"] == "completed"
    assert batch["id"] in [b["id"] for b in api("GET", "/batches").json()["value"]]
    assert len(api("GET", f"{own}/items").json()["value"]) == 3
    wanted = {"client_item_id": "c 1"}
    [item] = api("GET", f"{own}/items", params=wanted).json()["value"]
    api.until(f"{own}/items/{item['id']}/insights")  # the row changes once more with them
    [item] = api("GET", f"{own}/items", params=wanted).json()["value"]
    assert api("GET", f"{own}/items/{item['id']}").json() == item
    assert api("GET", f"{own}/items/{item['id']}/unredacted").json()["redaction"] is None
    for kind in ("json", "vtt", "srt", "txt"):
        assert api("GET", f"{own}/items/{item['id']}/transcript?format={kind}").content
    for kind in ("vtt", "srt", "txt"):
        assert api("GET", f"{own}/items/{item['id']}/transcript/{kind}").content
    for kind in ("csv", "html"):
        assert api("GET", f"{own}/report/{kind}").content
    for accept in ("application/json", "text/csv", "text/html"):
        got = api("GET", f"{own}/report", headers={"Accept": accept})
        assert got.headers["content-type"].startswith(accept)


def _change(api: Client) -> None:
    lost = {"recordings": [{"blob": "gone.wav"}]}
    own = f"/batches/{api('POST', '/batches', json=lost).json()['id']}"
    assert api.until(f"{own}/result").json()["counts"]["failed"] == 1
    assert api("POST", f"{own}/retry").status_code == 200
    assert api.until(f"{own}/result").json()["counts"]["failed"] == 1
    more = {"recordings": [uploaded(api, "more.wav")]}
    other = f"/batches/{api('POST', '/batches', json=more).json()['id']}"
    assert api("POST", f"{other}/cancel").status_code == 200
    api.until(f"{other}/result")
    deadline = time.monotonic() + SECONDS
    while api("DELETE", f"{own}?outputs=true").status_code == 409:  # its note is about to go
        assert time.monotonic() < deadline
        time.sleep(0.2)
    api.until(own, 404)


def _look_after_subscriptions(api: Client) -> None:
    [there] = api("GET", "/subscriptions").json()["value"]
    own = f"/subscriptions/{there['id']}"
    assert api("GET", own).json() == there
    assert api("PATCH", own, json={"title": "Still ours"}).json()["title"] == "Still ours"
    assert api("POST", f"{own}/rotate-secret", json={}).json()["secret"].startswith("whsec_")
    event_id = api("POST", f"{own}/test").json()["event_id"]
    [first] = api("GET", f"{own}/deliveries?type=subscription.tested").json()["value"]
    assert first["event_id"] == event_id
    assert api("GET", f"{own}/deliveries/{event_id}").json()["type"] == "subscription.tested"
    replayed = api("POST", f"{own}/replay", json={"event_id": event_id})
    assert replayed.json() == {"deliveries": 1, "is_more": False}
    assert api("DELETE", own).status_code == 204


def test_the_same_sent_several_times_at_once_is_one_batch(api: Client) -> None:
    manifest = {"title": "At once", "recordings": [{"blob": "gone.wav"}]}

    def send(_: int) -> str:
        got = api.http.post("/batches", json=manifest)
        assert got.status_code == 201, got.text
        return str(got.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert api("POST", "/batches?again=true", json=manifest).json()["id"] != send(0)


def test_every_route_refuses_a_missing_and_a_wrong_key(stack: Stack) -> None:
    for operation in OPERATIONS:
        if operation.is_open:
            continue
        path = re.sub(r"\{\w+\}", "x", operation.path)
        url = f"{stack.app_url}/api/{path}"
        for headers in ({}, {"x-functions-key": "wrong"}):
            got = httpx.request(operation.method, url, headers=headers, timeout=30)
            assert got.status_code == 401, operation.name
            assert (
                httpx.request(operation.method, f"{url}?code=wrong", timeout=30).status_code == 401
            )


@pytest.mark.slow
def test_schemathesis_finds_nothing(stack: Stack, tmp_path: Path) -> None:
    """No 5xx, no status, media type, header or body that openapi.json does not describe."""
    checks = "not_a_server_error,status_code_conformance,content_type_conformance"
    command = [
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("run", f"{stack.app_url}/api/openapi.json"),
        *("--header", f"x-functions-key: {stack.api_key}"),
        *("--checks", f"{checks},response_schema_conformance,response_headers_conformance"),
        *("--phases", "fuzzing", "--max-examples", "15", "--seed", "1"),
        *("--generation-database", "none", "--no-color", "--request-timeout", "30"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested, done.stdout
    assert int(tested.group(1)) == len(OPERATIONS) - 1, done.stdout  # all but openapi.json itself


def test_with_keys_of_the_host_one_of_ours_says_who_it_is_beside_them(tmp_path: Path) -> None:
    with stack_with(tmp_path, API_AUTH="keys") as stack:
        url = f"{stack.app_url}/api/me"
        own = {"Authorization": f"Bearer {stack.api_key}"}
        assert httpx.get(url, headers=own, timeout=30).status_code == 401
        host = {"x-functions-key": stack.environment[FUNCTION]}
        assert httpx.get(url, headers=host, timeout=30).json()["kind"] == "host"
        assert httpx.get(url, headers={**host, **own}, timeout=30).json()["id"] == "owner-key"


def test_with_entra_app_services_header_and_our_keys_let_in_and_those_of_the_host_do_not(
    tmp_path: Path,
) -> None:
    settings = {"API_AUTH": "entra", "WEBSITE_AUTH_ENABLED": "True"}
    with stack_with(tmp_path, **settings) as stack:
        url = f"{stack.app_url}/api/batches"
        told = b'{"claims": [{"typ": "roles", "val": "Dropscribe.Read"}]}'
        principal = base64.b64encode(told).decode()
        known = {"X-MS-CLIENT-PRINCIPAL": principal, "X-MS-CLIENT-PRINCIPAL-ID": "someone"}
        assert httpx.get(url, headers=known, timeout=30).status_code == 200
        roleless = {**known, "X-MS-CLIENT-PRINCIPAL": "e30="}
        assert httpx.get(url, headers=roleless, timeout=30).status_code == 403
        host = {"x-functions-key": stack.environment[FUNCTION]}
        assert httpx.get(url, headers=host, timeout=30).status_code == 401
        own = {"x-functions-key": stack.api_key}
        assert httpx.get(url, headers=own, timeout=30).status_code == 200
        assert httpx.get(f"{stack.app_url}/api/health", timeout=30).status_code == 200
