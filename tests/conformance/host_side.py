"""What the Functions host does between storage, the network and the worker, as far as the app
needs it: written for these tests alone, so that a mistake of the local host cannot agree with it.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from azure.storage.queue import QueueMessage, QueueServiceClient

from tests.conformance.runtime_process import Outcome, RealRuntime, Typed

_VISIBILITY_SECONDS = 600
_ROUTE = "/api/webhooks/"


def blob_created(runtime: RealRuntime, container: str, blob: str) -> Outcome:
    """The blob trigger with an SDK type: only the names travel."""
    content = {"Connection": "DATA_STORAGE", "ContainerName": container, "BlobName": blob}
    data = {
        "version": "1.0",
        "source": "AzureStorageBlobs",
        "content_type": "application/json",
        "content": content,
    }
    metadata = {
        "BlobTrigger": Typed("string", f"{container}/{blob}"),
        "name": Typed("string", blob),
    }
    return runtime.invoke("audio_dropped", {"audio": Typed("model_binding_data", data)}, metadata)


def tick(runtime: RealRuntime, function: str) -> Outcome:
    """A timer that is due."""
    info = {"IsPastDue": False, "ScheduleStatus": None, "Schedule": {"AdjustForDST": True}}
    return runtime.invoke(function, {"timer": Typed("json", json.dumps(info))})


def queue_message(
    runtime: RealRuntime, function: str, text: str, message: QueueMessage | None = None
) -> Outcome:
    """A message after the host has taken its base64 away. Fields of a JSON object that are text
    become metadata, beside those of the message."""
    metadata = {"QueueTrigger": Typed("string", text), "DequeueCount": Typed("json", "1")}
    if message is not None:
        metadata |= {
            "Id": Typed("string", message.id),
            "PopReceipt": Typed("string", message.pop_receipt),
            "InsertionTime": Typed("json", json.dumps(message.inserted_on.isoformat())),
        }
    metadata |= {name: Typed("string", value) for name, value in _text_fields(text).items()}
    return runtime.invoke(function, {"message": Typed("string", text)}, metadata)


def _text_fields(text: str) -> dict[str, str]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    fields = said if isinstance(said, dict) else {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


class Queues:
    """Takes messages off the queues and gives them to the functions that the app bound to them.

    `handled` counts the messages of each function. A message that fails is a failure of the test.
    """

    def __init__(self, runtime: RealRuntime, connection_string: str) -> None:
        service = QueueServiceClient.from_connection_string(connection_string)
        self._runtime = runtime
        self._queues = {
            function: service.get_queue_client(binding["queueName"])
            for function, described in runtime.loaded["functions"].items()
            for binding in described["bindings"]
            if binding["type"] == "queueTrigger"
        }
        self.handled = dict.fromkeys(self._queues, 0)

    def clear(self) -> None:
        for queue in self._queues.values():
            queue.clear_messages()

    def work_until(self, is_done: Callable[[], Any], *, seconds: float = 90) -> Any:
        """Hand messages over until `is_done` answers something true, and answer that."""
        deadline = time.monotonic() + seconds
        while not (done := is_done()):
            assert time.monotonic() < deadline, f"not done in time; handled: {self.handled}"
            for function, queue in self._queues.items():
                for message in queue.receive_messages(visibility_timeout=_VISIBILITY_SECONDS):
                    text = base64.b64decode(message.content, validate=True).decode()
                    outcome = queue_message(self._runtime, function, text, message)
                    assert outcome.succeeded, f"{function}: {outcome.problem}\n{outcome.stack}"
                    queue.delete_message(message)
                    self.handled[function] += 1
            time.sleep(0.05)
        return done


def http_call(
    runtime: RealRuntime, path: str, query: str, headers: dict[str, str], body: bytes
) -> Outcome:
    """A POST to the app's webhook route. Header names arrive in lower case, repeated query values
    joined by commas."""
    provider, endpoint = path.removeprefix(_ROUTE).split("/")
    request = {
        "method": "POST",
        "url": f"http://127.0.0.1{path}?{query}",
        "headers": {name.lower(): value for name, value in headers.items()},
        "params": {"provider": provider, "endpoint": endpoint},
        "query": {name: ",".join(values) for name, values in parse_qs(query).items()},
        "body": body.decode("latin-1"),
    }
    return runtime.invoke("provider_webhook", {"req": Typed("http", request)})


class WebFront:
    """Where providers reach the app. While `is_open` is false it answers 503 to everything."""

    def __init__(self) -> None:
        self.runtime: RealRuntime | None = None
        self.is_open = True
        self.answers: list[int] = []
        self.url = ""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(path)
        if self.runtime is None or not self.is_open:
            return 503, b""
        outcome = http_call(self.runtime, parts.path, parts.query, headers, body)
        if not outcome.succeeded:
            return 500, b""
        return outcome.returned["status"], outcome.returned["body"].encode("latin-1")


@contextmanager
def web_front() -> Iterator[WebFront]:
    front = WebFront()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, content = front.answer(self.path, dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            front.answers.append(status)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        front.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield front
        finally:
            server.shutdown()
            thread.join()
