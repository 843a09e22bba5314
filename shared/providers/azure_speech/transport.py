"""HTTP as this provider needs it: signed calls, paging, capped downloads, our errors.

Redirects are never followed: a redirect could carry the key to another host. The errors of httpx
are named by type alone, for their texts may quote headers and URLs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ResultMalformed,
    ResultMissing,
)
from shared.providers.azure_speech.answers import error_of, error_of_create
from shared.providers.azure_speech.auth import Auth
from shared.providers.azure_speech.decoding import Undecodable
from shared.providers.azure_speech.wire import next_page

_T = TypeVar("_T")
_CONNECT_SECONDS = 5.0
_OTHER = httpx.Timeout(30.0, connect=_CONNECT_SECONDS)
_RESULT = httpx.Timeout(120.0, connect=_CONNECT_SECONDS)
_MAX_PAGES = 1000
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL)


class Transport:
    """Signed calls to one endpoint. Every method raises the errors of `ProviderError`."""

    def __init__(self, http: httpx.Client, auth: Auth, create_seconds: float = 60.0) -> None:
        self._http, self._auth = http, auth
        connect = min(_CONNECT_SECONDS, create_seconds)
        self._create = httpx.Timeout(create_seconds, connect=connect)

    def create(self, url: str, body: bytes) -> httpx.Response:
        """A call that may be carried out once only. Raises `OutcomeUnknown` where it may have
        been carried out all the same, `ProviderUnavailable` where nothing was sent."""
        what = "create a transcription"
        try:
            answer = self._send("POST", url, body, self._create)
        except _NOT_SENT as error:
            raise _unavailable(what, error) from None
        except httpx.HTTPError as error:
            message = f"The connection broke on: {what} ({type(error).__name__})."
            raise OutcomeUnknown(message) from None
        if not answer.is_success:
            raise error_of_create(answer.status_code, answer.headers, answer.content)
        return answer

    def call(
        self,
        method: str,
        url: str,
        what: str,
        *,
        body: bytes | None = None,
        missing: type[ProviderError] = ProviderRefused,
    ) -> httpx.Response:
        """A call that may be repeated. `missing` is what 404 raises."""
        try:
            answer = self._send(method, url, body, _OTHER)
        except _TROUBLE as error:
            raise _unavailable(what, error) from None
        if answer.is_success:
            return answer
        problem = error_of(answer.status_code, answer.headers, answer.content, what=what)
        raise missing(str(problem), code=problem.code) if answer.status_code == 404 else problem

    def pages(
        self,
        url: str,
        read: Callable[[bytes], tuple[_T, str | None]],
        what: str,
        *,
        missing: type[ProviderError] = ProviderRefused,
    ) -> Iterator[_T]:
        """What `read` finds on each page of a list. A list that repeats itself or does not end
        is refused."""
        following: str | None = url
        seen: set[str] = set()
        while following:
            if following in seen or len(seen) == _MAX_PAGES:
                raise ProviderRefused(f"Endless pages on: {what}.", code="endless_pages")
            seen.add(following)
            page, link = understood(read, self.call("GET", following, what, missing=missing))
            yield page
            following = understood_link(following, link)

    def download(self, url: str, max_bytes: int) -> bytes:
        """A result file. The URL is its own permission, so nothing of ours is sent along.

        Raises `ResultMissing` where it is gone or its link has expired, `ResultMalformed` where
        it is larger than `max_bytes`.
        """
        what = "fetch a result"
        try:
            with self._http.stream("GET", url, timeout=_RESULT, follow_redirects=False) as answer:
                if not answer.is_success:
                    raise _no_result(answer, what)
                return _read(answer, max_bytes)
        except _TROUBLE as error:
            raise _unavailable(what, error) from None

    def _send(
        self, method: str, url: str, body: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        headers = self._auth()
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.request(
            method, url, content=body, headers=headers, timeout=timeout, follow_redirects=False
        )


def understood(read: Callable[[bytes], _T], answer: httpx.Response) -> _T:
    """What `read` makes of an answer. One that makes no sense comes from something in between,
    and may be better next time."""
    try:
        return read(answer.content)
    except Undecodable as error:
        raise _nonsense(error) from None


def understood_link(current: str, link: str | None) -> str | None:
    try:
        return next_page(current, link)
    except Undecodable as error:
        raise _nonsense(error) from None


def too_large(max_bytes: int) -> ResultMalformed:
    return ResultMalformed(f"The result is larger than {max_bytes} bytes.", code="too_large")


def _nonsense(error: Undecodable) -> ProviderUnavailable:
    message = f"Azure Speech gave an answer that cannot be read: {error}"
    return ProviderUnavailable(message, code="unreadable_answer")


def _unavailable(what: str, error: Exception) -> ProviderUnavailable:
    return ProviderUnavailable(f"Azure Speech was not reached to: {what} ({type(error).__name__}).")


def _no_result(answer: httpx.Response, what: str) -> ProviderError:
    status = answer.status_code
    if status in (408, 429) or status >= 500:
        return error_of(status, answer.headers, b"", what=what)
    return ResultMissing(f"The result's link answered {status}.", code=str(status))


def _read(answer: httpx.Response, max_bytes: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > max_bytes:
            raise too_large(max_bytes)
    return bytes(content)
