"""A recogniser that hears what a file's content says, at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from local.recogniser.types import Alternative, AudioRejected, Heard, Phrase, Word


class FakePool:
    """Hears in a file what its content says: "stereo", "noise" (no audio), nothing (empty),
    "silence"; anything else is a mono recording of two phrases."""

    def recognise(self, path: Path, channels: Sequence[int] | None = None) -> Future[Heard]:
        future: Future[Heard] = Future()
        try:
            future.set_result(hear(path.read_bytes(), channels))
        except AudioRejected as error:
            future.set_exception(error)
        return future

    def progress(self) -> tuple[int, int]:
        return 0, 0


def hear(content: bytes, wanted: Sequence[int] | None = None) -> Heard:
    if not content:
        raise AudioRejected("empty", "The file is empty.")
    if content == b"noise":
        raise AudioRejected("not_audio", "The file is in no known audio format.")
    if content == b"silence":
        return Heard(2000, 1)
    count = 2 if content == b"stereo" else 1
    phrases = [
        phrase(channel, start_ms)
        for start_ms in (500, 4000)
        for channel in range(count)
        if wanted is None or channel in wanted
    ]
    return Heard(65_250, count, tuple(phrases))


def phrase(channel: int, start_ms: int) -> Phrase:
    """`i say damn hello`, 200 ms a word, with six alternatives, the first one the best."""
    texts = ("i", "say", "damn", "hello")
    words = tuple(
        Word(text, start_ms + at * 200, start_ms + at * 200 + 200, 0.9)
        for at, text in enumerate(texts)
    )
    others = tuple(Alternative(f"i say so {number}", 0.5) for number in range(6))
    best = " ".join(texts)
    return Phrase(
        channel, start_ms, words[-1].end_ms, best, 0.91, words, (Alternative(best, 0.91), *others)
    )
