"""HTTP as every provider's client needs it: signed calls, and our errors instead of httpx's.

Redirects are never followed: a redirect could carry the key to another host. The errors of httpx
are named by type alone, for their texts may quote headers and URLs. Nothing is tried again here:
the pipeline does that, which knows budgets and pauses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import httpx

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.providers.answers import outcome_of_create
from shared.providers.decoding import Undecodable

_T = TypeVar("_T")
CONNECT_SECONDS = 5.0
_OTHER = httpx.Timeout(30.0, connect=CONNECT_SECONDS)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
TROUBLE = (httpx.HTTPError, httpx.InvalidURL)

Auth = Callable[[], dict[str, str]]
"""Gives the headers that sign one call."""


class ErrorOf(Protocol):
    """The error for a non-2xx answer to a call that is safe to repeat."""

    def __call__(
        self, status: int, headers: Mapping[str, str], body: bytes, *, what: str
    ) -> ProviderError: ...


class Transport:
    """Signed calls to one endpoint of `service`. Every method raises the errors of
    `ProviderError`."""

    def __init__(
        self,
        http: httpx.Client,
        auth: Auth,
        *,
        service: str,
        error_of: ErrorOf,
        create_seconds: float = 60.0,
    ) -> None:
        self._http, self._auth = http, auth
        self._service, self._error_of = service, error_of
        connect = min(CONNECT_SECONDS, create_seconds)
        self._create = httpx.Timeout(create_seconds, connect=connect)

    def create(self, url: str, body: bytes) -> httpx.Response:
        """A call that may be carried out once only. Raises `OutcomeUnknown` where it may have
        been carried out all the same, `ProviderUnavailable` where nothing was sent."""
        what = "create a transcription"
        try:
            answer = self._send("POST", url, body, self._create)
        except _NOT_SENT as cause:
            raise self.unavailable(what, cause) from None
        except httpx.HTTPError as cause:
            message = f"The connection broke on: {what} ({type(cause).__name__})."
            raise OutcomeUnknown(message) from None
        if not answer.is_success:
            error = self._error_of(answer.status_code, answer.headers, answer.content, what=what)
            raise outcome_of_create(error)
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
        except TROUBLE as error:
            raise self.unavailable(what, error) from None
        if answer.is_success:
            return answer
        problem = self._error_of(answer.status_code, answer.headers, answer.content, what=what)
        raise missing(str(problem), code=problem.code) if answer.status_code == 404 else problem

    def understood(self, read: Callable[[bytes], _T], answer: httpx.Response) -> _T:
        """What `read` makes of an answer. One that makes no sense comes from something in
        between, and may be better next time."""
        try:
            return read(answer.content)
        except Undecodable as error:
            raise self.nonsense(error) from None

    def nonsense(self, error: Undecodable) -> ProviderUnavailable:
        message = f"{self._service} gave an answer that cannot be read: {error}"
        return ProviderUnavailable(message, code="unreadable_answer")

    def unavailable(self, what: str, error: Exception) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"{self._service} was not reached to: {what} ({type(error).__name__})."
        )

    def _send(
        self, method: str, url: str, body: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        headers = self._auth()
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.request(
            method, url, content=body, headers=headers, timeout=timeout, follow_redirects=False
        )
