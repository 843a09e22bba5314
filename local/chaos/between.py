"""What stands between the app and storage in a chaos run: a proxy that can be down, slow, or say
that a container is gone. Whoever comes with a signed link passes: that is the provider."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Literal, cast
from urllib.parse import urlsplit

Mode = Literal["down", "refused", "slow", "hanging", "container_gone"]
_HANGS_SECONDS = 4.0  # longer than a call may take in a hurry
_SLOW_SECONDS = 0.4
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


class Between:
    """The proxy of one service at `port`. `mode` None: all is well."""

    def __init__(self, target: str, gone: str = "") -> None:
        self.mode: Mode | None = None
        self._gone = gone
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.between = self
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}{parts.path}"

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self._host, self._port, timeout=30)

    def refusal(self, path: str) -> tuple[int, str] | None:
        """Status and code of an answer that storage itself never saw."""
        if "sig=" in path:
            return None
        if self.mode == "refused":
            return 403, "AuthorizationFailure"
        if self.mode == "container_gone" and f"/{self._gone}/" in path:
            return 404, "ContainerNotFound"
        return None

    def hold_up(self, path: str) -> bool:
        """Whether the connection is to be cut off; after a pause, where storage is slow."""
        if "sig=" in path:
            return False
        if self.mode == "slow":
            sleep(_SLOW_SECONDS)
        elif self.mode == "hanging":
            sleep(_HANGS_SECONDS)
            return True
        return self.mode == "down"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    between: Between

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed cut their connections: that is what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        between = cast(_Server, self.server).between
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if between.hold_up(self.path):
            self.close_connection = True
            return
        refusal = between.refusal(self.path)
        if refusal is not None:
            self.send_response_only(refusal[0])
            self.send_header("x-ms-error-code", refusal[1])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        connection = between.connection()
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.close_connection = True
            return
        finally:
            connection.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
        if length is not None and answer.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_MERGE = do_PATCH = _pass_on

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def standing_between(target: str, gone: str = "") -> Iterator[Between]:
    """`target` is the service's address, `gone` the container that "container_gone" is about."""
    between = Between(target, gone)
    thread = threading.Thread(target=between.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield between
    finally:
        between.server.shutdown()
        between.server.server_close()
        thread.join(timeout=5)
