"""What the emulator was asked to do, for an audit: double payments, orphans, limits. It is kept in
the database, so that it survives a killed process, and outlives what is deleted."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from local.emulators.common.audio import without_query
from local.emulators.common.call_book import CallBook, busiest

_TABLES = ("ledger_creates", "ledger_transcribed", "ledger_deletes")
_SAS = frozenset(
    "sv ss srt sr sp st se sip spr sig si skoid sktid skt ske sks skv rscd rsct".split()
)
_CREATE_WINDOW_SECONDS = 15.0  # in which the service's guide counts what is submitted


class Ledger:
    def __init__(self, database: sqlite3.Connection, window_seconds: float) -> None:
        self._database, self._window_seconds = database, window_seconds
        self.calls = CallBook(database)
        self._most_at_once = 0

    def created(
        self,
        transcript_id: str,
        at: float,
        audio_url: str,
        asked: dict[str, Any],
        unknown: list[str],
    ) -> None:
        secret = ("audio_url", "webhook_url", "webhook_auth_header_value")
        shown = {name: value for name, value in asked.items() if name not in secret}
        query = parse_qsl(urlsplit(audio_url).query)
        labels = {name: value for name, value in query if name not in _SAS}
        self._database.execute(
            "INSERT INTO ledger_creates (id, at, source, labels, asked, unknown_fields)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                transcript_id,
                at,
                without_query(audio_url),
                _json(labels),
                _json(shown),
                _json(unknown),
            ),
        )

    def working(self, jobs: int) -> None:
        self._most_at_once = max(self._most_at_once, jobs)

    def transcribed(self, transcript_id: str, source: str) -> None:
        """A recording was transcribed: what is paid for. One that starts again after a restart
        does not count twice."""
        self._database.execute(
            "INSERT OR IGNORE INTO ledger_transcribed VALUES (?, ?)",
            (without_query(source), transcript_id),
        )

    def deleted(self, transcript_id: str, at: float) -> None:
        self._database.execute(
            "INSERT INTO ledger_deletes (id, at) VALUES (?, ?)", (transcript_id, at)
        )

    def reset(self) -> None:
        self.calls.reset()
        self._most_at_once = 0
        for table in _TABLES:
            self._database.execute(f"DELETE FROM {table}")

    def body(self) -> dict[str, Any]:
        """`calls` {kind: {status: count}}, `busiest`: the most calls in any window of the limit,
        `busiestCreates`: the most creates in any 15 s, `mostAtOnce` processing, `creates`,
        `transcribed` {source without query: how often}, `deletes`, and `live`: the ids of what
        was not deleted."""
        creates = [_create(row) for row in self._rows("SELECT * FROM ledger_creates ORDER BY seq")]
        per_source = self._rows(
            "SELECT source, COUNT(*) AS times FROM ledger_transcribed GROUP BY source"
        )
        return {
            "calls": self.calls.counts(),
            "busiest": self.calls.busiest(self._window_seconds),
            "busiestCreates": busiest((one["at"] for one in creates), _CREATE_WINDOW_SECONDS),
            "mostAtOnce": self._most_at_once,
            "creates": creates,
            "transcribed": {row["source"]: row["times"] for row in per_source},
            "deletes": [
                {"id": row["id"], "at": row["at"]}
                for row in self._rows("SELECT * FROM ledger_deletes ORDER BY seq")
            ],
            "live": [
                row["id"]
                for row in self._rows("SELECT id FROM transcripts WHERE NOT deleted ORDER BY seq")
            ],
        }

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        return self._database.execute(sql).fetchall()


def _create(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["at"],
        "source": row["source"],
        "labels": msgspec.json.decode(row["labels"]),
        "asked": msgspec.json.decode(row["asked"]),
        "unknownFields": msgspec.json.decode(row["unknown_fields"]),
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
