"""What the tests of the AssemblyAI emulator share: a client, and quick settings."""

from __future__ import annotations

from typing import Any

import httpx

from local.emulators.assemblyai.settings import Settings
from tests.speech_emulator import until

KEY, OTHER_KEY = "test-key", "key-of-another-project"
OVER = ("completed", "error")


def settings(**changes: Any) -> Settings:
    usual = {"keys": (KEY, OTHER_KEY), "webhook_retry_seconds": 0.01, "calls_per_window": 0}
    return Settings("http://unused", **{**usual, **changes})


class AssemblyApi:
    """A client of the emulator at `url`."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, headers={"Authorization": key}, timeout=10.0)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(f"/v2/{path}", params=query)

    def create(self, source: str, **asked: Any) -> httpx.Response:
        body = {"audio_url": source, "speech_models": ["universal-2"], **asked}
        return self.client.post("/v2/transcript", json=body)

    def created(self, audio_url: str, **asked: Any) -> str:
        answer = self.create(audio_url, **asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "queued"
        return str(answer.json()["id"])

    def ended(self, transcript_id: str) -> dict[str, Any]:
        """The object once it is over."""
        self.await_end(transcript_id)
        found: dict[str, Any] = self.get(f"transcript/{transcript_id}").json()
        return found

    def await_end(self, transcript_id: str) -> None:
        """Looks at the list only: faults that strike results wait for who reads them."""
        until(lambda: self._status(transcript_id) in OVER)

    def _status(self, transcript_id: str) -> str:
        found = self.get("transcript", limit=200).json()["transcripts"]
        return next((one["status"] for one in found if one["id"] == transcript_id), "")

    def transcribed(self, audio_url: str, **asked: Any) -> dict[str, Any]:
        return self.ended(self.created(audio_url, **asked))

    def order(self, kind: str, **fault: Any) -> None:
        answer = self.client.post("/_emulator/faults", json={"kind": kind, **fault})
        assert answer.status_code == 201, answer.text

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/_emulator/ledger").json()
        return found

    def __enter__(self) -> AssemblyApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
