"""HTTP to addresses that strangers name: no redirect, no proxy, little patience, little memory.

Nothing of an address enters a log or an exception, for it may hold a secret.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple

import httpcore
import httpx

from shared.model.address import Address, Network, callable_address
from shared.outbound.dialling import CheckedBackend, Deadline, Forbidden, Resolve, resolve
from shared.ports.events import NoAnswer, Told

SECONDS = 15.0
BODY_SECONDS = 2.0
MOST_READ, MOST_SHOWN = 4_096, 300
FORBIDDEN = "address not allowed"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Answer(NamedTuple):
    """`headers` have lower-case names; `body` is cut off at what was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutboundHttp:
    """`shared.ports.events.Sender`, and `get` for audio that lies elsewhere. `allowed` are networks
    that may be called although they are private, `allow_http` lets unencrypted addresses pass.
    """

    def __init__(
        self,
        *,
        allow_http: bool = False,
        allowed: Sequence[Network] = (),
        resolve_: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._allow_http, self._allowed, self._seconds = allow_http, tuple(allowed), seconds
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=128,
            max_keepalive_connections=32,
            keepalive_expiry=5.0,
            network_backend=CheckedBackend(self._deadline, allowed, resolve_),
        )

    def close(self) -> None:
        """Give up the connections that are kept open for the next call."""
        self._pool.close()

    def read(self, url: str) -> Address:
        return callable_address(url, allow_http=self._allow_http, allowed=self._allowed)

    def post(self, address: Address, headers: Mapping[str, str], body: bytes) -> Told:
        """The status counts as soon as it is there; what follows it is only for showing."""
        begun_at = monotonic()
        status, found, content = self._call(
            "POST", address, headers, body, most=MOST_READ, needs_body=False
        )
        return Told(status, _ms_since(begun_at), _shown(content), found)

    def get(self, url: str, headers: Mapping[str, str], most: int) -> Answer:
        """At most so many bytes. Raises `BadAddress`, `NoAnswer`."""
        return self._call("GET", self.read(url), headers, b"", most=most, needs_body=True)

    def head(self, url: str) -> int:
        """The status. Raises as `get` does."""
        return self._call("HEAD", self.read(url), {}, b"", most=0, needs_body=False)[0]

    def _call(
        self,
        method: str,
        address: Address,
        headers: Mapping[str, str],
        body: bytes,
        *,
        most: int,
        needs_body: bool,
    ) -> Answer:
        begun_at = monotonic()
        self._deadline.set(self._seconds)
        sent = {"Host": address.authority, "Accept-Encoding": "identity", **headers}
        if body:
            sent["Content-Length"] = str(len(body))
        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=(address.literal or address.host).encode(),
            port=address.port,
            target=address.target.encode(),
        )
        try:
            with self._pool.stream(
                method,
                url,
                headers=[(name.encode(), value.encode()) for name, value in sent.items()],
                content=body,
                extensions={"timeout": {"pool": self._seconds}},
            ) as response:
                found = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                return Answer(response.status, found, self._body(response, most, needs_body))
        except Forbidden:
            raise NoAnswer(FORBIDDEN, _ms_since(begun_at)) from None
        except httpcore.TimeoutException:
            raise NoAnswer("no answer in time", _ms_since(begun_at)) from None
        except _NO_ANSWER as error:
            raise NoAnswer(_problem(error), _ms_since(begun_at)) from None

    def _body(self, response: httpcore.Response, most: int, needs_body: bool) -> bytes:
        content = bytearray()
        try:
            if not needs_body:
                self._deadline.set(self._deadline.left(BODY_SECONDS))
            for chunk in response.iter_stream():
                content += chunk
                if len(content) >= most:
                    break
        except _NO_ANSWER:
            if needs_body:
                raise
        return bytes(content[:most])


_NO_ANSWER: tuple[type[Exception], ...] = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    OSError,
)


def _problem(error: Exception) -> str:
    """In words of ours: theirs may hold the address."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate not valid"
        if isinstance(cause, ssl.SSLError):
            return "no encrypted connection"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectError):
        return "no connection"
    if isinstance(error, httpcore.ProtocolError):
        return "answer was no HTTP"
    return "connection broke off"


def _shown(content: bytes) -> str:
    text = _UNPRINTABLE.sub(" ", content.decode("utf-8", "replace")).strip()
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def _ms_since(moment: float) -> int:
    return round((monotonic() - moment) * 1_000)
