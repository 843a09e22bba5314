"""Where the recordings of a job are, and how their audio gets here.

Failures carry the code and the words that the service uses for them; the messages are real,
which code goes with which is inferred (the service documents neither).
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import msgspec

from local.recogniser.types import AudioRejected

MOST_BYTES = 10**9
_HEAD_BYTES = 65_536
_ATTEMPTS = 2
_RETRY_SECONDS = 0.5
_REJECTED = {
    "empty": ("EmptyAudioFile", "The audio file is empty."),
    "not_audio": ("InvalidAudioFormat", "The recordings URI contains invalid data."),
    "too_short": ("InvalidData", "The recordings URI contains invalid data."),
    "decode": ("InvalidData", "The recordings URI contains invalid data."),
}


class RecordingFailed(Exception):
    """One recording, or the container of them all, cannot be used. Never holds a URL."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


class Recording(msgspec.Struct, frozen=True):
    """`source` is what result and report call it, `result_name` the name of its result."""

    position: int
    source: str
    url: str
    result_name: str


def at_urls(urls: tuple[str, ...]) -> list[Recording]:
    return [Recording(i, url, url, f"contenturl_{i}.json") for i, url in enumerate(urls)]


def rejected(error: AudioRejected) -> RecordingFailed:
    return RecordingFailed(*_REJECTED[error.kind])


async def fetch(client: httpx.AsyncClient, url: str, folder: Path, *, whole: bool) -> Path:
    """Stream the audio at `url` to a file of the blob's name; its head only unless `whole`.
    Raises `RecordingFailed`."""
    name = unquote(urlsplit(url).path).rpartition("/")[2][-50:].replace("\0", "_")
    target = folder / (name if name.strip(".") else "audio")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            await _stream(client, url, target, whole)
            return target
        except RecordingFailed as failure:
            if failure.code != "Transient" or attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(_RETRY_SECONDS)
    raise AssertionError("unreachable")


async def _stream(client: httpx.AsyncClient, url: str, target: Path, whole: bool) -> None:
    headers = {} if whole else {"Range": f"bytes=0-{_HEAD_BYTES - 1}"}
    most = MOST_BYTES if whole else _HEAD_BYTES
    try:
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:  # the range of an empty blob
                target.touch()
                return
            check_status(response.status_code)
            await _write(response, target, most, whole)
    except httpx.TimeoutException:
        raise RecordingFailed("Timeout", "The recordings URI did not answer in time.") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise RecordingFailed("InvalidUri", "The recordings URI is invalid.") from None


async def _write(response: httpx.Response, target: Path, most: int, whole: bool) -> None:
    size = 0
    with target.open("wb") as file:
        async for chunk in response.aiter_bytes(_HEAD_BYTES):
            if whole and size + len(chunk) > most:
                raise RecordingFailed("InvalidData", "The audio file is larger than 1 GB.")
            file.write(chunk[: most - size])
            size += len(chunk)
            if size >= most and not whole:
                return


def check_status(status: int) -> None:
    """Raises `RecordingFailed` for a storage answer that is not a success."""
    if status in (401, 403):
        raise RecordingFailed("InvalidUri", "Authentication failed for recordings URI.")
    if status in (429, 500, 502, 503, 504):
        raise RecordingFailed("Transient", "The recordings URI could not be read for now.")
    if status >= 300:
        raise RecordingFailed("InvalidUri", "The recordings URI is invalid.")
