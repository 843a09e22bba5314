"""Batches, and the transcriptions in them. A single transcription is in no batch ("")."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from local.emulators.soferai.errors import Refusal, not_found
from local.emulators.soferai.results import Paragraphs
from local.emulators.soferai.submission import Source, Wanted
from local.emulators.soferai.time_forms import utc

OVER = ("COMPLETED", "FAILED", "CANCELLED", "INSUFFICIENT_FUNDS")
_wanted = msgspec.json.Decoder(Wanted)
_content = msgspec.json.Decoder(Paragraphs)


class Item(msgspec.Struct, frozen=True):
    """One transcription as a row; `wanted` and `content` are JSON, `duration` seconds."""

    id: str
    batch_id: str
    client_item_id: str | None
    title: str
    created_at: float
    wanted: str
    audio_url: str
    status: str
    duration: float | None
    content: str | None

    @property
    def asked(self) -> Wanted:
        return _wanted.decode(self.wanted)

    @property
    def said(self) -> Paragraphs:
        return _content.decode(self.content) if self.content else ()

    @property
    def facts(self) -> dict[str, str]:
        """By which faults find it."""
        return {
            "batch": self.batch_id,
            "id": self.id,
            "clientItemId": self.client_item_id or "",
            "title": self.title,
            "source": self.audio_url,
        }

    def body(self) -> dict[str, Any]:
        """A TranscriptionInfo."""
        wanted = self.asked
        return {
            "id": self.id,
            "client_item_id": self.client_item_id,
            "title": self.title,
            "created_at": utc(self.created_at),
            "primary_language": wanted.language,
            "hebrew_word_format": wanted.scripts,
            "num_speakers": wanted.speakers.number or (1 if self.status == "COMPLETED" else None),
            "status": self.status,
            "duration": self.duration,
            "model": wanted.model,
        }


_COLUMNS = ", ".join(Item.__struct_fields__)


class Items:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add_batch(
        self, sources: Sequence[Source], wanted: Wanted, title: str | None, now: float
    ) -> tuple[str, list[str]]:
        """Its id, and those of its transcriptions."""
        batch_id = str(uuid.uuid4())
        self._database.execute("BEGIN")
        self._database.execute(
            "INSERT INTO batches (id, created_at, mode) VALUES (?, ?, ?)",
            (batch_id, now, wanted.mode),
        )
        ids = [
            self._add(
                source, _own(wanted, source), f"{title or 'Batch'} - Item {number}", batch_id, now
            )
            for number, source in enumerate(sources, start=1)
        ]
        self._database.execute("COMMIT")
        return batch_id, ids

    def add_single(
        self, source: Source, wanted: Wanted, item_id: str | None, audio: bytes | None, now: float
    ) -> str:
        """Raises 409 for an id that is taken (which answer the service gives is not known)."""
        try:
            return self._add(source, wanted, "Untitled", "", now, item_id, audio)
        except sqlite3.IntegrityError:
            raise Refusal(409, "There is a transcription with that id") from None

    def _add(
        self,
        source: Source,
        wanted: Wanted,
        usual_title: str,
        batch_id: str,
        now: float,
        item_id: str | None = None,
        audio: bytes | None = None,
    ) -> str:
        new = Item(
            id=item_id or str(uuid.uuid4()),
            batch_id=batch_id,
            client_item_id=source.client_item_id,
            title=source.title or usual_title,
            created_at=now,
            wanted=msgspec.json.encode(wanted).decode(),
            audio_url=source.audio_url,
            status="RECEIVED",
            duration=None,
            content=None,
        )
        marks = ", ".join("?" * len(Item.__struct_fields__))
        self._database.execute(
            f"INSERT INTO items ({_COLUMNS}, audio) VALUES ({marks}, ?)",
            (*msgspec.structs.astuple(new), audio),
        )
        return new.id

    def move(self, item_id: str, status: str, **values: float | str | None) -> None:
        columns = "".join(f", {name} = ?" for name in values)
        self._database.execute(
            f"UPDATE items SET status = ?{columns} WHERE id = ?",
            (status, *values.values(), item_id),
        )

    def get(self, item_id: str) -> Item:
        """Raises 404."""
        for found in self._where("id = ?", item_id):
            return found
        raise not_found("Transcription")

    def in_batch(self, batch_id: str) -> list[Item]:
        """In the order of the request. Raises 404."""
        found = self._where("batch_id = ?", batch_id) if batch_id else []
        if not found:
            raise not_found("Batch")
        return found

    def by_client_item_id(self, batch_id: str, client_item_id: str) -> Item:
        """Raises 404."""
        self.in_batch(batch_id)
        for found in self._where("batch_id = ? AND client_item_id = ?", batch_id, client_item_id):
            return found
        raise not_found("Batch item")

    def all(self) -> list[Item]:
        return self._where("1")

    def in_status(self, *statuses: str) -> list[Item]:
        return self._where(f"status IN ({', '.join('?' * len(statuses))})", *statuses)

    def pending(self) -> int:
        over = ", ".join("?" * len(OVER))
        sql = f"SELECT COUNT(*) AS count FROM items WHERE status NOT IN ({over})"
        return int(self._database.execute(sql, OVER).fetchone()["count"])

    def labels(self) -> dict[str, list[str]]:
        """{batch: the client_item_id of each of its items, "" for one without}. Oldest first."""
        found: dict[str, list[str]] = {}
        for row in self._database.execute(
            "SELECT batch_id, client_item_id FROM items WHERE batch_id != '' ORDER BY seq"
        ):
            found.setdefault(row["batch_id"], []).append(row["client_item_id"] or "")
        return found

    def audio(self, item_id: str) -> bytes | None:
        row = self._database.execute("SELECT audio FROM items WHERE id = ?", (item_id,)).fetchone()
        return None if row["audio"] is None else bytes(row["audio"])

    def _where(self, condition: str, *values: str) -> list[Item]:
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM items WHERE {condition} ORDER BY seq", values
        )
        return [Item(*row) for row in rows]


def batch_status(items: Sequence[Item]) -> str:
    if all(item.status == "RECEIVED" for item in items):
        return "RECEIVED"
    if any(item.status not in OVER for item in items):
        return "PROCESSING"
    return "COMPLETED" if any(item.status == "COMPLETED" for item in items) else "FAILED"


def _own(wanted: Wanted, source: Source) -> Wanted:
    if source.speakers is None:
        return wanted
    return msgspec.structs.replace(wanted, speakers=source.speakers)
