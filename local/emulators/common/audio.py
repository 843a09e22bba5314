"""How the audio at a URL gets to the recogniser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

_HEAD_BYTES = 65_536
_ATTEMPTS = 2
_RETRY_SECONDS = 0.5

Reason = Literal["forbidden", "unwell", "missing", "silent", "unreachable", "too_large"]


class Unfetched(Exception):
    """The audio cannot be had: its host refuses (401, 403), is unwell (429, 5xx) or silent, has
    no such file, or cannot be reached; or there is too much of it. Never holds a URL."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


async def fetch(
    client: httpx.AsyncClient, url: str, folder: Path, *, whole: bool, most_bytes: int
) -> Path:
    """Stream the audio at `url` to a file of the blob's name; its head only unless `whole`.
    Raises `Unfetched`."""
    target = folder / file_name(url)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            await _stream(client, url, target, whole, most_bytes)
            return target
        except Unfetched as failure:
            if failure.reason != "unwell" or attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(_RETRY_SECONDS)
    raise AssertionError("unreachable")


def file_name(url: str) -> str:
    """The last part of a URL's path, as a file may be called."""
    name = unquote(urlsplit(url).path).rpartition("/")[2][-50:].replace("\0", "_")
    return name if name.strip(".") else "audio"


def without_query(url: str) -> str:
    """The same blob under another SAS is the same source; a path in a container stays."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment="")) if "://" in url else url


def check_status(status: int) -> None:
    """Raises `Unfetched` for a storage answer that is not a success."""
    if status in (401, 403):
        raise Unfetched("forbidden")
    if status in (429, 500, 502, 503, 504):
        raise Unfetched("unwell")
    if status >= 300:
        raise Unfetched("missing")


async def _stream(
    client: httpx.AsyncClient, url: str, target: Path, whole: bool, most_bytes: int
) -> None:
    headers = {} if whole else {"Range": f"bytes=0-{_HEAD_BYTES - 1}"}
    try:
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:  # the range of an empty blob
                target.touch()
                return
            check_status(response.status_code)
            await _write(response, target, most_bytes if whole else _HEAD_BYTES, whole)
    except httpx.TimeoutException:
        raise Unfetched("silent") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Unfetched("unreachable") from None


async def _write(response: httpx.Response, target: Path, most: int, whole: bool) -> None:
    size = 0
    with target.open("wb") as file:
        async for chunk in response.aiter_bytes(_HEAD_BYTES):
            if whole and size + len(chunk) > most:
                raise Unfetched("too_large")
            file.write(chunk[: most - size])
            size += len(chunk)
            if size >= most and not whole:
                return
