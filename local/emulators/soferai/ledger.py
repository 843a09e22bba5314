"""What the emulator was asked to do, for an audit: double payments, call counts and rates. It is
kept in the database, so that it survives a killed process."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from local.emulators.common.audio import without_query
from local.emulators.common.call_book import CallBook

_TABLES = ("ledger_creates", "ledger_transcribed")


class Ledger:
    def __init__(self, database: sqlite3.Connection, window_seconds: float) -> None:
        self._database, self._window_seconds = database, window_seconds
        self.calls = CallBook(database)

    def created(
        self, batch_id: str, at: float, mode: str, title: str | None, items: int, unknown: list[str]
    ) -> None:
        self._database.execute(
            "INSERT INTO ledger_creates (id, at, mode, title, items, unknown_fields)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (batch_id, at, mode, title, items, msgspec.json.encode(unknown).decode()),
        )

    def transcribed(self, source: str, item_id: str, cents: float) -> None:
        """A recording was transcribed and paid for."""
        self._database.execute(
            "INSERT OR IGNORE INTO ledger_transcribed VALUES (?, ?, ?)",
            (without_query(source), item_id, cents),
        )

    def reset(self) -> None:
        self.calls.reset()
        for table in _TABLES:
            self._database.execute(f"DELETE FROM {table}")

    def body(self, pending: int, labels: Mapping[str, list[str]]) -> dict[str, Any]:
        """`calls` {kind: {status: count}}, `busiest`: the most calls in any window, `creates`,
        `transcribed` {source without query: how often}, `cents` paid in all, how many
        transcriptions are `pending`, in which money may be all that is missing, and the `batches`
        that are there, which nobody can delete, with the client_item_ids in them (`labels`)."""
        per_source = self._rows(
            "SELECT source, COUNT(*) AS times FROM ledger_transcribed GROUP BY source"
        )
        [paid] = self._rows("SELECT COALESCE(SUM(cents), 0) AS cents FROM ledger_transcribed")
        return {
            "calls": self.calls.counts(),
            "busiest": self.calls.busiest(self._window_seconds),
            "creates": [_create(row) for row in self._rows(_CREATES)],
            "transcribed": {row["source"]: row["times"] for row in per_source},
            "cents": round(paid["cents"], 6),
            "pending": pending,
            "batches": [
                {"id": batch_id, "clientItemIds": found} for batch_id, found in labels.items()
            ],
        }

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        return self._database.execute(sql).fetchall()


_CREATES = "SELECT * FROM ledger_creates ORDER BY seq"


def _create(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["at"],
        "mode": row["mode"],
        "title": row["title"],
        "items": row["items"],
        "unknownFields": msgspec.json.decode(row["unknown_fields"]),
    }
