"""What the tests of the Azure Speech emulator share: a client, places for audio, a receiver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from local.emulators.azure_speech.settings import Settings

T = TypeVar("T")
KEY = "test-key"
V2025, V2024, V3_2 = "2025-10-15", "2024-11-15", "v3.2"
VERSIONS = (V2025, V2024, V3_2)
DEADLINE_SECONDS = 20.0


def until(look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something true."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


def settings(**changes: Any) -> Settings:
    """Quick settings without a rate limit."""
    usual = {"key": KEY, "calls_per_window": 0, "webhook_retry_seconds": 0.01}
    return Settings("http://unused", **{**usual, **changes})


class Api:
    """A client of the emulator at `url` that speaks one version."""

    def __init__(self, url: str, version: str = V2025, key: str = KEY) -> None:
        self.url, self.version = url, version
        self.client = httpx.Client(headers={"Ocp-Apim-Subscription-Key": key}, timeout=10.0)

    def address(self, path: str, **query: str | int) -> str:
        if self.version == V3_2:
            return str(httpx.URL(f"{self.url}/speechtotext/v3.2/{path}", params=query))
        query["api-version"] = self.version
        return str(httpx.URL(f"{self.url}/speechtotext/{path}", params=query))

    def get(self, path: str, **query: str | int) -> httpx.Response:
        return self.client.get(self.address(path, **query))

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.client.post(self.address(path), json=body)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.client.patch(self.address(path), json=body)

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(self.address(path))

    def body(self, *urls: str, **changes: Any) -> dict[str, Any]:
        """A create body; `properties` in `changes` are added to the usual ones."""
        properties = {} if self.version == V3_2 else {"timeToLiveHours": 48}
        properties |= changes.pop("properties", {})
        usual = {"displayName": "calls", "locale": "en-US", "contentUrls": list(urls)}
        return {**usual, **changes, "properties": properties}

    def create(self, body: dict[str, Any]) -> httpx.Response:
        return self.post(
            "transcriptions" if self.version == V3_2 else "transcriptions:submit", body
        )

    def created(self, *urls: str, **changes: Any) -> str:
        """The id of a new transcription."""
        answer = self.create(self.body(*urls, **changes))
        assert answer.status_code == 201, answer.text
        return last_segment(answer.headers["Location"])

    def ended(self, transcription_id: str) -> dict[str, Any]:
        """The entity once it is Succeeded or Failed."""

        def look() -> dict[str, Any] | None:
            entity = self.get(f"transcriptions/{transcription_id}").json()
            return entity if entity["status"] in ("Succeeded", "Failed") else None

        return until(look)

    def files(self, transcription_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"transcriptions/{transcription_id}/files").json()[
            "values"
        ]
        return found

    def contents(self, transcription_id: str) -> dict[str, Any]:
        """name -> the JSON in it, fetched without a key, of all files."""
        return {
            file["name"]: httpx.get(file["links"]["contentUrl"]).json()
            for file in self.files(transcription_id)
        }

    def order(self, kind: str, **fault: Any) -> None:
        answer = self.client.post(f"{self.url}/_emulator/faults", json={"kind": kind, **fault})
        assert answer.status_code == 201, answer.text

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.url}/_emulator/ledger").json()
        return found

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


def last_segment(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


@contextmanager
def audio_host(files: dict[str, bytes]) -> Iterator[str]:
    """Serves `files`, whole or the range asked for; whatever is named `forbidden...` is 403."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = urlsplit(self.path).path.lstrip("/")
            content = files.get(name)
            status = 403 if name.startswith("forbidden") else 200 if content is not None else 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with _serving(Handler) as url:
        yield url


@dataclass
class Arrival:
    """One request that reached the receiver."""

    event: str
    signature: str | None
    query: dict[str, list[str]]
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """Takes webhooks at `url`. `answers_challenge` and `status` can be changed at any time."""

    url: str = ""
    answers_challenge: bool = True
    status: int = 200
    arrivals: list[Arrival] = field(default_factory=list)

    def of(self, event: str) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.event == event]


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            arrival = Arrival(
                self.headers["X-MicrosoftSpeechServices-Event"],
                self.headers["X-MicrosoftSpeechServices-Signature"],
                query,
                self.rfile.read(int(self.headers["Content-Length"] or 0)),
                dict(self.headers),
            )
            receiver.arrivals.append(arrival)
            token = query.get("validationToken", [""])[0] if receiver.answers_challenge else ""
            self.send_response(receiver.status)
            self.send_header("Content-Length", str(len(token)))
            self.end_headers()
            self.wfile.write(token.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with _serving(Handler) as url:
        receiver.url = f"{url}/hook?mine=1"
        yield receiver


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
