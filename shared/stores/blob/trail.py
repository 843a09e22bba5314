"""The trail, in blobs that only grow: one for each hour and process.

<date>/<hour>-<process>.jsonl      a line of JSON for each entry
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from uuid import uuid4

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.model.access.trail import TrailEntry
from shared.stores.failures import storage_errors

MOST_LINES = 40_000
"""A blob takes 50,000 blocks, and an entry is one."""
_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(TrailEntry)
_SETTINGS = ContentSettings(content_type="application/x-ndjson")


class BlobTrail:
    """`ports.access.Trail`. Two processes never write the same blob."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._container = service.get_container_client(container)
        self._process, self._lines, self._lock = _new_process(), 0, Lock()

    def add(self, entry: TrailEntry) -> None:
        line = _encoder.encode(entry) + b"\n"
        blob = self._container.get_blob_client(self._name(entry.at))
        with storage_errors("write trail", "put"):
            try:
                blob.append_block(line)
            except ResourceNotFoundError:
                self._begin(blob)
                blob.append_block(line)

    def page(
        self, from_at: datetime, to_at: datetime, *, after: str | None, most: int
    ) -> tuple[list[TrailEntry], str | None]:
        reached, line = _place(after) if after else ("", 0)
        for name in self._names(from_at, to_at, reached):
            start = line if name == reached else 0
            lines = self._read(name).splitlines()
            part = lines[start : start + most]
            found = [entry for entry in map(_decoder.decode, part) if from_at <= entry.at < to_at]
            if len(lines) > start + most:
                return found, _token(name, start + most)
            if found:
                return found, self._next(from_at, to_at, name)
        return [], None

    def _names(self, from_at: datetime, to_at: datetime, reached: str) -> Iterator[str]:
        first = max(reached, _hour(from_at))
        with storage_errors("list trail", "list"):
            try:
                for name in self._container.list_blob_names():
                    if name >= first and name[: len("2026-01-01/00")] <= _hour(to_at):
                        yield name
            except ResourceNotFoundError:  # nothing was ever written
                return

    def _next(self, from_at: datetime, to_at: datetime, name: str) -> str | None:
        later = (other for other in self._names(from_at, to_at, name) if other > name)
        following = next(later, None)
        return None if following is None else _token(following, 0)

    def _read(self, name: str) -> bytes:
        with storage_errors("read trail", "list"):
            return self._container.get_blob_client(name).download_blob().readall()

    def _begin(self, blob: BlobClient) -> None:
        """The container as well, where a release before had none."""
        with suppress(ResourceExistsError):
            try:
                _create(blob)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):
                    self._container.create_container()
                _create(blob)

    def _name(self, at: datetime) -> str:
        with self._lock:
            self._lines += 1
            if self._lines > MOST_LINES:
                self._process, self._lines = _new_process(), 1
            return f"{_hour(at)}-{self._process}.jsonl"


def _create(blob: BlobClient) -> None:
    blob.create_append_blob(content_settings=_SETTINGS, match_condition=MatchConditions.IfMissing)


def _new_process() -> str:
    return uuid4().hex[:12]


def _hour(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d/%H")


def _token(name: str, line: int) -> str:
    """What a query can hold of a place in the trail."""
    return f"{name.removesuffix('.jsonl').replace('/', '-')}-{line}"


def _place(token: str) -> tuple[str, int]:
    name, _, line = token.rpartition("-")
    return f"{name[:10]}/{name[11:]}.jsonl", int(line) if line.isdecimal() else 0
