"""HTTP as every provider's client needs it: signed calls, and our errors instead of httpx's.

Redirects are never followed: a redirect could carry the key to another host. The errors of httpx
are named by type alone, for their texts may quote headers and URLs. Nothing is tried again here:
the pipeline does that, which knows budgets and pauses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx

from shared.errors import (
    ConfigurationError,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.model.profile.options import Options
from shared.providers.answers import outcome_of_create
from shared.providers.choices import blamed
from shared.providers.decoding import Undecodable

_T = TypeVar("_T")
CONNECT_SECONDS = 5.0
_OTHER = httpx.Timeout(30.0, connect=CONNECT_SECONDS)
NOT_SENT = (
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
    """Signed calls to one `endpoint` of `service`; paths are below it. A create call without an
    answer for `create_seconds` counts as one of unknown outcome. Every method raises the errors of
    `ProviderError`, and making one `ConfigurationError`."""

    def __init__(
        self,
        http: httpx.Client,
        endpoint: str,
        auth: Auth,
        *,
        service: str,
        error_of: ErrorOf,
        create_seconds: float,
    ) -> None:
        if urlsplit(endpoint).scheme not in ("http", "https") or "?" in endpoint:
            raise ConfigurationError([f"The endpoint of {service} has to be a plain http(s) URL."])
        self.http, self.auth, self.endpoint = http, auth, endpoint.rstrip("/")
        self._service, self._error_of = service, error_of
        connect = min(CONNECT_SECONDS, create_seconds)
        self._create = httpx.Timeout(create_seconds, connect=connect)

    def create(
        self,
        path: str,
        body: bytes,
        read_id: Callable[[httpx.Response], str | None],
        options: Options,
        usual: Collection[str] = (),
    ) -> str:
        """The id of what was made by a call that may be carried out once only. Raises
        `OutcomeUnknown` where it may have been carried out all the same, `ProviderUnavailable`
        where nothing was sent, `ChoiceRefused` where it was refused for what `options` do not
        name; `usual` are such models."""
        what = "create a transcription"
        try:
            answer = self._send("POST", self.endpoint + path, body, self._create)
        except NOT_SENT as cause:
            raise self.unavailable(what, cause) from None
        except httpx.HTTPError as cause:
            message = f"The connection broke on: {what} ({type(cause).__name__})."
            raise OutcomeUnknown(message) from None
        if not answer.is_success:
            raise outcome_of_create(self.blamed(answer, what, options, usual))
        try:
            found = read_id(answer)
        except Undecodable:
            found = None
        if not found:
            raise OutcomeUnknown(f"{self._service} accepted a transcription without naming it.")
        return found

    def get(
        self,
        path: str,
        what: str,
        read: Callable[[bytes], _T],
        *,
        missing: type[ProviderError] = ProviderRefused,
    ) -> _T:
        """What `read` makes of what is there. `missing` is what 404 raises."""
        return self.understood(read, self.call("GET", path, what, missing=missing))

    def delete(self, path: str) -> None:
        """404 is as good as 200."""
        with suppress(_Gone):
            self.call("DELETE", path, "delete", missing=_Gone)

    def call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: bytes | None = None,
        missing: type[ProviderError] = ProviderRefused,
    ) -> httpx.Response:
        """A call that may be repeated. `path` may be a whole address at the same host, as that of
        the next page of a list. `missing` is what 404 raises."""
        url = self.endpoint + path if path.startswith("/") else path
        try:
            answer = self._send(method, url, body, _OTHER)
        except TROUBLE as error:
            raise self.unavailable(what, error) from None
        if answer.is_success:
            return answer
        problem = self.refusal(answer, what)
        raise missing(str(problem), code=problem.code) if answer.status_code == 404 else problem

    def refusal(self, answer: httpx.Response, what: str) -> ProviderError:
        return self._error_of(answer.status_code, answer.headers, answer.content, what=what)

    def blamed(
        self, answer: httpx.Response, what: str, options: Options, usual: Collection[str] = ()
    ) -> ProviderError:
        """The error of a create call that was refused."""
        error = self.refusal(answer, what)
        if not isinstance(error, ProviderRefused):
            return error
        said = f"{error.code} {str(error).partition(what)[2]}"
        return blamed(error, answer.status_code, said, options, usual)

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
        headers = self.auth()
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.http.request(
            method, url, content=body, headers=headers, timeout=timeout, follow_redirects=False
        )


class _Gone(ProviderError):
    """404 on a delete."""
