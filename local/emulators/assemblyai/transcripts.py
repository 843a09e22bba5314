"""Transcripts as the emulator keeps them, and the moves between their states:

    queued -> processing -> completed
       |           +------> error
       +------------------> error

A transcript that is deleted stays as a tombstone, whose status is `completed`.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from local.recogniser.types import Heard

_MOVES = {
    "processing": ("queued",),
    "completed": ("processing",),
    "error": ("queued", "processing"),
}
_heard = msgspec.json.Decoder(Heard)


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """`asked` is the body of the create call. Times are epoch seconds."""

    id: str
    status: str
    created_at: float
    completed_at: float | None
    is_deleted: bool
    audio_url: str
    asked: dict[str, Any]
    heard: Heard | None
    error: str | None
    webhook_status: int | None

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "error")


class Transcripts:
    """The table of them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, transcript_id: str, created_at: float, asked: dict[str, Any]) -> None:
        self._database.execute(
            "INSERT INTO transcripts (id, status, created_at, audio_url, asked)"
            " VALUES (?, 'queued', ?, ?, ?)",
            (transcript_id, created_at, asked["audio_url"], msgspec.json.encode(asked).decode()),
        )

    def get(self, transcript_id: str) -> Transcript | None:
        rows = self._rows("SELECT * FROM transcripts WHERE id = ?", (transcript_id,))
        return rows[0] if rows else None

    def unfinished(self) -> list[str]:
        """Oldest first; what was processed has to start again."""
        self._database.execute(
            "UPDATE transcripts SET status = 'queued' WHERE status = 'processing' AND NOT deleted"
        )
        rows = self._database.execute(
            "SELECT id FROM transcripts WHERE status = 'queued' AND NOT deleted ORDER BY seq"
        )
        return [row["id"] for row in rows]

    def move(
        self,
        transcript_id: str,
        status: str,
        at: float | None = None,
        *,
        heard: Heard | None = None,
        error: str | None = None,
    ) -> bool:
        """False where it cannot become that any more: it is over, or deleted."""
        marks = ", ".join("?" * len(_MOVES[status]))
        changed = self._database.execute(
            "UPDATE transcripts SET status = ?, completed_at = ?, heard = ?, error = ?"
            f" WHERE id = ? AND NOT deleted AND status IN ({marks})",
            (
                status,
                at,
                msgspec.json.encode(heard).decode() if heard is not None else None,
                error,
                transcript_id,
                *_MOVES[status],
            ),
        )
        return changed.rowcount == 1

    def told(self, transcript_id: str, webhook_status: int) -> None:
        """What the webhook answered last."""
        self._database.execute(
            "UPDATE transcripts SET webhook_status = ? WHERE id = ?",
            (webhook_status, transcript_id),
        )

    def delete(self, transcript_id: str) -> None:
        """Leave a tombstone."""
        self._database.execute(
            "UPDATE transcripts SET deleted = 1, status = 'completed', heard = NULL, error = NULL,"
            " audio_url = '', asked = '{}' WHERE id = ?",
            (transcript_id,),
        )

    def page(
        self,
        limit: int,
        *,
        status: str | None = None,
        created_from: float | None = None,
        created_to: float | None = None,
        before_id: str | None = None,
        after_id: str | None = None,
    ) -> tuple[list[Transcript], bool, bool]:
        """Newest first, and whether there are older and newer ones than these."""
        conditions, values = ["1"], list[Any]()
        for condition, value in (
            ("status = ?", status),
            ("created_at >= ?", created_from),
            ("created_at < ?", created_to),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        where = " AND ".join(conditions)
        place = "(SELECT seq FROM transcripts WHERE id = ?)"
        if after_id is not None:
            query = (
                f"SELECT * FROM transcripts WHERE {where} AND seq > {place} ORDER BY seq LIMIT ?"
            )
            found = self._rows(query, (*values, after_id, limit))[::-1]
        else:
            older = f" AND seq < {place}" if before_id is not None else ""
            query = f"SELECT * FROM transcripts WHERE {where}{older} ORDER BY seq DESC LIMIT ?"
            extra = (before_id,) if before_id is not None else ()
            found = self._rows(query, (*values, *extra, limit))
        if not found:
            return [], False, False
        beyond = f"SELECT 1 FROM transcripts WHERE {where} AND seq {{}} {place} LIMIT 1"
        has_older = self._database.execute(beyond.format("<"), (*values, found[-1].id)).fetchone()
        has_newer = self._database.execute(beyond.format(">"), (*values, found[0].id)).fetchone()
        return found, has_older is not None, has_newer is not None

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Transcript]:
        return [_read(row) for row in self._database.execute(sql, values)]


def _read(row: sqlite3.Row) -> Transcript:
    return Transcript(
        id=row["id"],
        status=row["status"],
        created_at=row["created_at"],
        completed_at=row["completed_at"],
        is_deleted=bool(row["deleted"]),
        audio_url=row["audio_url"],
        asked=msgspec.json.decode(row["asked"]),
        heard=None if row["heard"] is None else _heard.decode(row["heard"]),
        error=row["error"],
        webhook_status=row["webhook_status"],
    )
