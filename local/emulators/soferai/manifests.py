"""The manifests that were uploaded, and what is known of each."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from local.emulators.soferai.errors import not_found
from local.emulators.soferai.submission import Source
from local.emulators.soferai.time_forms import utc

_sources = msgspec.json.Decoder(tuple[Source, ...])


class Manifest(msgspec.Struct, frozen=True):
    id: str
    created_at: float
    title: str | None
    description: str | None
    items: str
    item_count: int
    size_bytes: int
    checksum: str
    errors: str
    valid_at: float

    def status(self, now: float) -> str:
        if now < self.valid_at:
            return "PENDING_VALIDATION"
        return "INVALID" if self.faults else "VALID"

    @property
    def faults(self) -> list[str]:
        return list(msgspec.json.decode(self.errors, type=list[str]))

    @property
    def sources(self) -> tuple[Source, ...]:
        return _sources.decode(self.items)

    def body(self, now: float, *, id_name: str, with_errors: bool = True) -> dict[str, Any]:
        """As the service shows it; `id_name` differs between upload and the rest."""
        status = self.status(now)
        errors = {"validation_errors": self.faults} if status == "INVALID" else {}
        return {
            id_name: self.id,
            "created_at": utc(self.created_at),
            "item_count": self.item_count,
            "size_bytes": self.size_bytes,
            "status": status,
            "checksum": self.checksum,
            **(errors if with_errors else {}),
        }


class Manifests:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(
        self,
        sources: Sequence[Source],
        faults: Sequence[str],
        *,
        item_count: int,
        size_bytes: int,
        title: str | None,
        description: str | None,
        now: float,
    ) -> Manifest:
        items = msgspec.json.encode(sources).decode()
        new = Manifest(
            id=str(uuid.uuid4()),
            created_at=now,
            title=title,
            description=description,
            items=items,
            item_count=item_count,
            size_bytes=size_bytes,
            checksum=hashlib.sha256(items.encode()).hexdigest(),
            errors=msgspec.json.encode(list(faults)).decode(),
            valid_at=now,
        )
        marks = ", ".join("?" * len(Manifest.__struct_fields__))
        self._database.execute(
            f"INSERT INTO manifests ({', '.join(Manifest.__struct_fields__)}) VALUES ({marks})",
            msgspec.structs.astuple(new),
        )
        return new

    def delay(self, manifest_id: str, valid_at: float) -> Manifest:
        self._database.execute(
            "UPDATE manifests SET valid_at = ? WHERE id = ?", (valid_at, manifest_id)
        )
        return self.get(manifest_id)

    def get(self, manifest_id: str) -> Manifest:
        """Raises 404."""
        for found in self._where("WHERE id = ?", manifest_id):
            return found
        raise not_found("Batch file")

    def all(self) -> list[Manifest]:
        """Newest first."""
        return self._where("ORDER BY seq DESC")

    def _where(self, rest: str, *values: str) -> list[Manifest]:
        columns = ", ".join(Manifest.__struct_fields__)
        rows = self._database.execute(f"SELECT {columns} FROM manifests {rest}", values)
        return [Manifest(*row) for row in rows]
