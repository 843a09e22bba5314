"""What the tests of the Sofer.ai emulator share: a client, settings, and a recogniser that hears
in a file what its text says."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx

from local.emulators.soferai.settings import Settings
from local.recogniser.types import AudioRejected, Heard, Phrase, Word
from tests.speech_emulator import until

KEY = "test-key"
WORD_MS, PAUSE_MS = 300, 1_500
OVER = ("COMPLETED", "FAILED", "CANCELLED", "INSUFFICIENT_FUNDS")


def settings(**changes: Any) -> Settings:
    return Settings(**{"key": KEY, **changes})


class ReadingPool:
    """Hears the words of a text file, a phrase a line, 300 ms a word, 1.5 s between phrases.
    "noise" is no audio, nothing is empty."""

    def progress(self) -> tuple[int, int]:
        return 0, 0

    def recognise(self, path: Path, channels: Sequence[int] | None = None) -> Future[Heard]:
        future: Future[Heard] = Future()
        try:
            future.set_result(read(path.read_bytes().decode()))
        except AudioRejected as error:
            future.set_exception(error)
        return future


def read(text: str) -> Heard:
    if not text or text == "noise":
        raise AudioRejected("not_audio" if text else "empty", "It cannot be heard.")
    phrases, at_ms = [], 500
    for line in text.splitlines():
        words = []
        for word in line.split():
            words.append(Word(word, at_ms, at_ms + WORD_MS, 0.9))
            at_ms += WORD_MS
        phrases.append(Phrase(0, words[0].start_ms, at_ms, line, 0.9, tuple(words)))
        at_ms += PAUSE_MS
    return Heard(at_ms, 1, tuple(phrases))


class SoferApi:
    """A client of the emulator at `url`."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.client = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=10.0)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(f"{self.url}/v1/{path}", params=query)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(f"{self.url}/v1/{path}", json=body)

    def manifest(self, items: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
        body = {"content_type": "json", "json_items": items, **rest}
        answer = self.post("transcriptions/batch-files", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def created(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.post("transcriptions/batch", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def express(self, items: list[dict[str, Any]], **info: Any) -> str:
        """The id of a new batch."""
        body = {"processing_mode": "express", "audio_sources": items, "info": info}
        return str(self.created(body)["batch_id"])

    def status(self, batch_id: str) -> dict[str, Any]:
        answer = self.get(f"transcriptions/batch/{batch_id}/status")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, batch_id: str) -> dict[str, Any]:
        """The status once no transcription is under way."""

        def look() -> dict[str, Any] | None:
            found = self.status(batch_id)
            return found if found["pending_count"] == 0 else None

        return until(look)

    def order(self, kind: str, **fault: Any) -> None:
        answer = self.client.post(f"{self.url}/_emulator/faults", json={"kind": kind, **fault})
        assert answer.status_code == 201, answer.text

    def deposit(self, cents: float, *, resumes: bool = True) -> dict[str, Any]:
        answer = self.client.post(
            f"{self.url}/_emulator/deposit", json={"cents": cents, "resumes": resumes}
        )
        return dict(answer.json())

    def ledger(self) -> dict[str, Any]:
        return dict(self.client.get(f"{self.url}/_emulator/ledger").json())

    def reset(self) -> None:
        self.client.delete(f"{self.url}/_emulator/faults")
        self.client.delete(f"{self.url}/_emulator/ledger")

    def __enter__(self) -> SoferApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
