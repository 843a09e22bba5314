"""A small Azure Speech with state behind `httpx.MockTransport`.

It knows versions 2025-10-15, 2024-11-15 and v3.2, checks the key, pages its lists and keeps what
it was asked. `interfere` may answer or raise in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

HOST = "https://speech.example"
RESULTS = "https://results.example"
KEY = "k-1"

Json = dict[str, Any]


@dataclass
class FakeAzureSpeech:
    api_version: str = "2025-10-15"
    page_size: int = 100
    transcriptions: dict[str, Json] = field(default_factory=dict)
    files: dict[str, list[Json]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    webhooks: dict[str, Json] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    interfere: Callable[[httpx.Request], httpx.Response | None] = lambda request: None

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def add_files(self, transcription_id: str, count: int) -> None:
        """Results and a report, with a blob behind each link."""
        names = [f"contenturl_{index}.json" for index in range(count)]
        self.files[transcription_id] = [self._file(name, "Transcription") for name in names] + [
            self._file("report.json", "TranscriptionReport")
        ]

    def _file(self, name: str, kind: str) -> Json:
        link = f"{RESULTS}/{name}?sig=not-a-signature"
        return {
            "name": name,
            "kind": kind,
            "links": {"contentUrl": link},
            "properties": {"size": 2},
        }

    # --- answering --------------------------------------------------------------------------

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        interfered = self.interfere(request)
        if interfered is not None:
            return interfered
        if request.url.host == "results.example":
            return self._blob(request)
        if request.headers.get("Ocp-Apim-Subscription-Key") != KEY:
            return httpx.Response(401, json={"error": {"code": "401", "message": "Wrong key."}})
        path = self._path(request)
        if path is None:
            return httpx.Response(404, json={"code": "NotFound", "message": "No such version."})
        return self._route(request, path)

    def _path(self, request: httpx.Request) -> str | None:
        if self.api_version == "v3.2":
            prefix, versioned = "/speechtotext/v3.2", True
        else:
            prefix = "/speechtotext"
            versioned = request.url.params.get("api-version") == self.api_version
        return request.url.path.removeprefix(prefix) if versioned else None

    def _route(self, request: httpx.Request, path: str) -> httpx.Response:
        create = "/transcriptions" if self.api_version == "v3.2" else "/transcriptions:submit"
        if (request.method, path) == ("POST", create):
            return self._create(request, "transcriptions", self.transcriptions, "NotStarted")
        if (request.method, path) == ("POST", "/webhooks"):
            return self._create(request, "webhooks", self.webhooks, "Succeeded")
        if path == "/transcriptions":
            return self._page(request, self._filtered(request))
        if path == "/webhooks":
            return self._page(request, list(self.webhooks.values()))
        if found := re.fullmatch(r"/transcriptions/([^/]+)/files", path):
            if found[1] not in self.transcriptions:
                return _not_found()
            return self._page(request, self.files.get(found[1], []))
        _, kind, entity_id = path.split("/")
        return self._entity(request, getattr(self, kind), entity_id)

    def _create(
        self, request: httpx.Request, kind: str, store: dict[str, Json], status: str
    ) -> httpx.Response:
        number = f"{kind[0]}-{len(store) + 1}"
        created_at = f"2026-01-01T00:00:{len(store):02d}Z"
        address = f"{HOST}/speechtotext/{kind}/{number}"
        entity = {
            "self": address,
            **json.loads(request.content),
            "createdDateTime": created_at,
            "status": status,
        }
        store[number] = entity
        return httpx.Response(201, json=entity, headers={"Location": f"{address}?api-version=x"})

    def _filtered(self, request: httpx.Request) -> list[Json]:
        written = request.url.params.get("filter", "")
        wanted = re.fullmatch(r"displayName eq '(.*)' or description eq '\1'", written)
        name = wanted[1].replace("''", "'") if wanted else None
        return [
            one
            for one in self.transcriptions.values()
            if name is None or name in (one["displayName"], one.get("description"))
        ]

    def _page(self, request: httpx.Request, entities: list[Json]) -> httpx.Response:
        skip = int(request.url.params.get("skip", 0))
        page: Json = {"values": entities[skip : skip + self.page_size]}
        if skip + self.page_size < len(entities):
            following = request.url.copy_set_param("skip", skip + self.page_size)
            page["@nextLink"] = str(following)
        return httpx.Response(200, json=page)

    def _entity(
        self, request: httpx.Request, store: dict[str, Json], entity_id: str
    ) -> httpx.Response:
        if entity_id not in store:
            return _not_found()
        if request.method == "DELETE":
            del store[entity_id]
            return httpx.Response(204)
        if request.method == "PATCH":
            store[entity_id].update(json.loads(request.content), status="Succeeded")
        return httpx.Response(200, json=store[entity_id])

    def _blob(self, request: httpx.Request) -> httpx.Response:
        content = self.blobs.get(request.url.path.lstrip("/"))
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)


def _not_found() -> httpx.Response:
    return httpx.Response(404, json={"code": "NotFound", "message": "It is not there."})
