"""Counts requests where they leave: at the transports of the storage SDK and of httpx."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import requests

from shared.stores.clients import CONNECTIONS
from shared.stores.session import StorageSession

APIS = ("/speechtotext/", "/v1/", "/v2/")
"""In the paths of the providers' own calls; results lie in storage."""


class Tally:
    """Calls by service and kind, such as ("blob", "GET")."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def add(self, service: str, kind: str) -> None:
        with self._lock:
            self.calls[service, kind] += 1

    def of(self, *services: str) -> int:
        return sum(count for (service, _), count in self.calls.items() if service in services)

    def as_json(self) -> dict[str, int]:
        return {f"{service} {kind}": n for (service, kind), n in sorted(self.calls.items())}


class CountingSession(StorageSession):
    """For the storage SDK. `services` tells a service by its port."""

    def __init__(self, tally: Tally, services: dict[int, str]) -> None:
        super().__init__(CONNECTIONS)
        self._tally, self._services = tally, services

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        parts = urlsplit(url)
        service = self._services.get(parts.port or 0, "other")
        self._tally.add(service, _kind(service, method, parts.path, parts.query))
        return super().request(method, url, **options)


def counting_client(tally: Tally) -> httpx.Client:
    """For the provider."""

    def count(request: httpx.Request) -> None:
        path = request.url.path
        is_result = not any(api in path for api in APIS)
        tally.add("result" if is_result else "provider", _provider_kind(request.method, path))

    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx.Client(limits=limits, event_hooks={"request": [count]})


def _kind(service: str, method: str, path: str, query: str) -> str:
    if service == "table" and path.endswith("$batch"):
        return "transaction"
    if service == "blob" and "comp" in parse_qs(query):
        return f"{method} {parse_qs(query)['comp'][0]}"
    return method


def _provider_kind(method: str, path: str) -> str:
    return f"{method} {'files' if path.endswith('/files') else 'transcriptions'}"
