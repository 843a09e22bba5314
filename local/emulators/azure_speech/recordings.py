"""Where the recordings of a job are, and how their audio gets here.

Failures carry the code and the words that the service uses for them; the messages are real,
which code goes with which is inferred (the service documents neither).
"""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec

from local.emulators.common import audio
from local.recogniser.types import AudioRejected

MOST_BYTES = 10**9
_UNFETCHED: dict[audio.Reason, tuple[str, str]] = {
    "forbidden": ("InvalidUri", "Authentication failed for recordings URI."),
    "unwell": ("Transient", "The recordings URI could not be read for now."),
    "missing": ("InvalidUri", "The recordings URI is invalid."),
    "unreachable": ("InvalidUri", "The recordings URI is invalid."),
    "silent": ("Timeout", "The recordings URI did not answer in time."),
    "too_large": ("InvalidData", "The audio file is larger than 1 GB."),
}
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
    """The audio at `url` as a file of the blob's name; its head only unless `whole`. Raises
    `RecordingFailed`."""
    try:
        return await audio.fetch(client, url, folder, whole=whole, most_bytes=MOST_BYTES)
    except audio.Unfetched as error:
        raise unfetched(error) from None


def unfetched(error: audio.Unfetched) -> RecordingFailed:
    return RecordingFailed(*_UNFETCHED[error.reason])
