"""A server is told what happens, instead of asking. It believes only what is signed.

python examples/with_webhook.py ADDRESS FILES...

ADDRESS is where this machine is reached: https://... from Azure, http://127.0.0.1:8800 from
`make run`.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

from dropscribe import Dropscribe, Inbox, NotGenuine

EVENTS = ["recording.transcribed", "recording.failed", "batch.completed"]


class Receiver(BaseHTTPRequestHandler):
    """Verifies, answers at once, and leaves longer work to others."""

    inbox: Inbox
    known: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            event = self.inbox.take(dict(self.headers.items()), body)
        except NotGenuine:
            self.answer(401)
            return
        self.answer(204)
        if event["id"] not in self.known:  # the same event may come twice
            self.known.add(event["id"])
            print(event["type"], event["data"].get("name", ""), flush=True)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing of its own."""


def main(address: str, files: list[str]) -> None:
    server = ThreadingHTTPServer(("", urlsplit(address).port or 8800), Receiver)
    with Dropscribe.from_environment() as service, server:
        made = service.subscribe(address, title="Example", types=EVENTS)
        Receiver.inbox = Inbox(made["secret"])
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            batch = service.transcribe(Path(file) for file in files)
            print(service.wait(batch["id"], inbox=Receiver.inbox)["counts"])
        finally:
            service.call("delete_subscription", {"subscription_id": made["id"]})
            server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
