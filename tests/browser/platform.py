"""Stands in for the sign-in of App Service: between the browser and the app, as in Azure.

What it does is written in "Authentication and authorization in Azure App Service" and "Work with
user identities", Microsoft Learn: `/.auth/login/aad` ends with a cookie and goes back,
`/.auth/logout` forgets it; whoever has the cookie reaches the app with headers that say so, and
nobody else brings those.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx

COOKIE = "AppServiceAuthSession"
_OURS = ("host", "connection", "accept-encoding", "content-length")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    app_url: str
    name: str
    roles: tuple[str, ...]
    sessions: set[str]

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        match parts.path:
            case "/.auth/login/aad":
                session = secrets.token_hex(16)
                self.sessions.add(session)
                self._back(parts.query, "post_login_redirect_uri", session)
            case "/.auth/logout":
                self.sessions.discard(self._session())
                self._back(parts.query, "post_logout_redirect_uri", "")
            case "/.auth/me":  # nothing keeps tokens here, as in `infra/modules/function-app.bicep`
                self._send(404, b"", {})
            case _:
                self._pass_on()

    do_GET = do_POST = do_DELETE = do_PUT = _answer

    def _session(self) -> str:
        found = SimpleCookie(self.headers.get("cookie", "")).get(COOKIE)
        return found.value if found else ""

    def _back(self, query: str, name: str, session: str) -> None:
        [address] = parse_qs(query).get(name, ["/"])
        cookie = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=None; Secure"
        if not session:
            cookie += "; Max-Age=0"
        self._send(302, b"", {"Location": address, "Set-Cookie": cookie})

    def _pass_on(self) -> None:
        headers = {
            name: text
            for name, text in self.headers.items()
            if name.lower() not in _OURS and not name.lower().startswith("x-ms-client-principal")
        }
        if self._session() in self.sessions:
            headers |= self._principal()
        length = int(self.headers.get("content-length") or 0)
        with httpx.Client() as client:
            answer = client.request(
                self.command,
                f"{self.app_url}{self.path}",
                headers=headers,
                content=self.rfile.read(length),
                timeout=60,
            )
        kept = {
            name: text
            for name, text in answer.headers.items()
            if name not in ("content-length", "content-encoding", "transfer-encoding", "connection")
        }
        self._send(answer.status_code, answer.content, kept)

    def _principal(self) -> dict[str, str]:
        claims = [{"typ": "roles", "val": role} for role in self.roles]
        told = json.dumps({"auth_typ": "aad", "claims": claims, "role_typ": "roles"}).encode()
        return {
            "X-MS-CLIENT-PRINCIPAL": b64encode(told).decode(),
            "X-MS-CLIENT-PRINCIPAL-ID": "0f6a2c6e-0000-4000-8000-000000000001",
            "X-MS-CLIENT-PRINCIPAL-NAME": self.name,
        }

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def platform(app_url: str, name: str, *roles: str) -> Iterator[str]:
    """The address at which `name`, who has these app roles, can sign in."""
    facts = {"app_url": app_url, "name": name, "roles": roles, "sessions": set()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Platform", (_Handler,), facts))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
