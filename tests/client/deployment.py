"""A deployment that is played: what it is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

BASE = "https://app.example/api"
Route = Callable[[httpx.Request], httpx.Response]


def batch(status: str = "completed", **other: Any) -> dict[str, Any]:
    counts = {"accepted": 1, "waiting": 0, "planned": 0, "transcribed": 1, "failed": 0}
    return {"id": "b-1", "title": "T", "status": status, "counts": counts, **other}


def link(**other: Any) -> dict[str, Any]:
    ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    return {
        "url": "https://store.example/audio/f.wav?sig=s",
        "headers": {"x-ms-blob-type": "BlockBlob"},
        "container": "audio",
        "blob": "f.wav",
        "expires_at": ends_at,
        "method": "PUT",
        **other,
    }


class Played:
    """`answers` are taken one by one for a path, the last one again and again."""

    def __init__(self, **answers: list[Any]) -> None:
        self.asked: list[httpx.Request] = []
        self.answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        name = request.url.path.rsplit("/", 1)[-1].replace("-", "_").replace(".", "_")
        left = self.answers[name]
        told = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    def bodies(self) -> list[Any]:
        return [json.loads(one.content) for one in self.asked if one.content]
