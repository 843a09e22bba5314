"""What this provider needs of HTTP beyond signed calls: paging, and capped downloads of results
that their URL alone gives access to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx

from shared.errors import ProviderError, ProviderRefused, ResultMissing, ResultTooLarge
from shared.providers.azure_speech.answers import error_of
from shared.providers.azure_speech.wire import next_page
from shared.providers.decoding import Undecodable
from shared.providers.transport import CONNECT_SECONDS, TROUBLE, Transport

_T = TypeVar("_T")
_RESULT = httpx.Timeout(120.0, connect=CONNECT_SECONDS)
_MAX_PAGES = 1000


class AzureTransport(Transport):
    """Calls to one Speech resource."""

    def pages(
        self,
        path: str,
        read: Callable[[bytes], tuple[_T, str | None]],
        what: str,
        *,
        missing: type[ProviderError] = ProviderRefused,
    ) -> Iterator[_T]:
        """What `read` finds on each page of a list. A list that repeats itself or does not end
        is refused."""
        following: str | None = self.endpoint + path
        seen: set[str] = set()
        while following:
            if following in seen or len(seen) == _MAX_PAGES:
                raise ProviderRefused(f"Endless pages on: {what}.", code="endless_pages")
            seen.add(following)
            page, link = self.get(following, what, read, missing=missing)
            yield page
            following = self._next_page(following, link)

    def download(self, url: str, max_bytes: int) -> bytes:
        """A result file. The URL is its own permission, so nothing of ours is sent along.

        Raises `ResultMissing` where it is gone or its link has expired, `ResultTooLarge` where
        it is larger than `max_bytes`.
        """
        what = "fetch a result"
        try:
            with self.http.stream("GET", url, timeout=_RESULT, follow_redirects=False) as answer:
                if not answer.is_success:
                    raise _no_result(answer, what)
                return _read(answer, max_bytes)
        except TROUBLE as error:
            raise self.unavailable(what, error) from None

    def _next_page(self, current: str, link: str | None) -> str | None:
        try:
            return next_page(current, link)
        except Undecodable as error:
            raise self.nonsense(error) from None


def too_large(max_bytes: int) -> ResultTooLarge:
    return ResultTooLarge(f"The result is larger than {max_bytes} bytes.", code="too_large")


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
