"""Audio at https addresses, read as a blob is: the first bytes, then ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.model import failure_texts as texts
from shared.model.address import BadAddress
from shared.outbound.http import FORBIDDEN, Answer
from shared.ports.blobs import AudioHead
from shared.ports.events import NoAnswer

HEAD_BYTES = 65_536
_TRIES = 3
_RANGE = re.compile(r"bytes \d+-\d+/(\d+)")


Fetch = Callable[[str, Mapping[str, str], int], Answer]
"""GET an address with these headers, and read at most so many bytes. No redirect is followed.
Raises `BadAddress`, `NoAnswer`."""
Ask = Callable[[str], int]
"""HEAD an address: the status that comes back. Raises as `Fetch` does."""


class HttpWebAudio:
    """`ports.blobs.WebAudio`. `fetch` and `ask` guard against private addresses; without `ask`
    every address is taken to answer HEAD."""

    def __init__(self, fetch: Fetch, ask: Ask | None = None) -> None:
        self._fetch, self._ask = fetch, ask

    def head(self, url: str) -> AudioHead:
        answer = self._range(url, 0, HEAD_BYTES)
        return AudioHead(
            data=answer.body,
            bytes=_total(answer),
            etag=answer.headers.get("etag", "").strip('"')[:200],
            last_modified_at=_modified(answer),
            media_type=answer.headers.get("content-type"),
            metadata={},
        )

    def read(self, url: str, offset: int, length: int) -> bytes:
        answer = self._range(url, offset, length)
        if answer.status != 206:  # it sends all of it, whatever is asked for
            raise texts.URL_WITHOUT_RANGES.error()
        return answer.body

    def head_refusal(self, url: str) -> int | None:
        try:
            status = self._ask(url) if self._ask is not None else 200
        except (BadAddress, NoAnswer):
            return None
        return status if 300 <= status < 500 and status != 429 else None

    def _range(self, url: str, offset: int, length: int) -> Answer:
        headers = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        reason = ""
        for _ in range(_TRIES):
            try:
                answer = self._fetch(url, headers, length)
            except BadAddress:
                raise texts.URL_REFUSED.error() from None
            except NoAnswer as error:
                if error.problem == FORBIDDEN:
                    raise texts.URL_REFUSED.error() from None
                reason = "did not answer"
                continue
            if answer.status in (200, 206):
                return answer
            if answer.status == 416 and offset == 0:
                return Answer(200, {**answer.headers, "content-length": "0"}, b"")
            if 300 <= answer.status < 400:
                raise texts.URL_REDIRECTS.error(status=answer.status)
            reason = f"answered {answer.status}"
            if answer.status < 500 and answer.status != 429:
                break
        raise texts.URL_UNREACHABLE.error(answer=reason)


def _total(answer: Answer) -> int:
    """Of the whole file; where that is not told, there is no way to probe it."""
    match = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    told = match[1] if match else answer.headers.get("content-length", "")
    if (answer.status == 206 and not match) or not told.isdigit():
        raise texts.URL_WITHOUT_LENGTH.error()
    return int(told)


def _modified(answer: Answer) -> datetime:
    """In the beginning, where the server does not say: then any version is newer."""
    try:
        return parsedate_to_datetime(answer.headers["last-modified"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return datetime(1970, 1, 1, tzinfo=UTC)
