"""What the emulator was asked to do, for an audit: double payments, orphans, call counts.

It is kept in the database, so that it survives a killed process, and until it is reset also
the deletion of the transcriptions that it tells of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from local.emulators.azure_speech.transcriptions import Inputs, Transcription
from local.emulators.common.audio import without_query

_TABLES = (
    "ledger_calls",
    "ledger_creates",
    "ledger_transcribed",
    "ledger_answered",
    "ledger_without_report",
    "ledger_deletes",
)


class Ledger:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def called(self, kind: str, status: int) -> None:
        """A call of that kind was answered with `status` (whatever the client got to see)."""
        self._database.execute(
            "INSERT INTO ledger_calls VALUES (?, ?, 1)"
            " ON CONFLICT (kind, status) DO UPDATE SET count = count + 1",
            (kind, status),
        )

    def created(self, new: Transcription, inputs: Inputs, unknown_fields: list[str]) -> None:
        container = inputs.container_url is not None
        self._database.execute(
            "INSERT INTO ledger_creates (id, version, at, display_name, custom_properties,"
            " inputs, container, unknown_fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new.id,
                new.version.name,
                new.created_at,
                new.display_name,
                msgspec.json.encode(new.custom_properties or {}).decode(),
                None if container else len(inputs.content_urls),
                container,
                msgspec.json.encode(unknown_fields).decode(),
            ),
        )

    def counted(self, transcription_id: str, inputs: int) -> None:
        """How many recordings a container turned out to hold."""
        self._database.execute(
            "UPDATE ledger_creates SET inputs = ? WHERE id = ?", (inputs, transcription_id)
        )

    def transcribed(self, transcription_id: str, position: int, source: str) -> None:
        """A recording was transcribed: what is paid for. A job that starts again after a
        restart does not count its recordings twice."""
        self._database.execute(
            "INSERT OR IGNORE INTO ledger_transcribed VALUES (?, ?, ?)",
            (without_query(source), transcription_id, position),
        )

    def answered(
        self, name: str, digest: str, duration_ms: int, unknown_fields: Sequence[str]
    ) -> None:
        """A fast transcription was carried out, and is paid for, whoever gets to see its answer."""
        self._database.execute(
            "INSERT INTO ledger_answered (name, digest, duration_ms, unknown_fields)"
            " VALUES (?, ?, ?, ?)",
            (name, digest, duration_ms, msgspec.json.encode(list(unknown_fields)).decode()),
        )

    def without_report(self, transcription_id: str) -> None:
        """A fault took the report of a transcription: nobody is told what failed, and why."""
        self._database.execute(
            "INSERT OR IGNORE INTO ledger_without_report VALUES (?)", (transcription_id,)
        )

    def deleted(self, transcription_id: str, at: int, *, existed: bool, expired: bool) -> None:
        self._database.execute(
            "INSERT INTO ledger_deletes (id, at, existed, expired) VALUES (?, ?, ?, ?)",
            (transcription_id, at, existed, expired),
        )

    def reset(self) -> None:
        for table in _TABLES:
            self._database.execute(f"DELETE FROM {table}")

    def body(self, live: list[str]) -> dict[str, Any]:
        """`calls` {kind: {status: count}}, `creates`, `transcribed` {source without query:
        how often}, `answered` [one for each fast transcription: name, digest of the sound,
        durationMilliseconds], `withoutReport` [id], `deletes`, and `live`: the ids of what was not
        deleted."""
        calls: dict[str, dict[str, int]] = {}
        for row in self._rows("SELECT * FROM ledger_calls ORDER BY kind, status"):
            calls.setdefault(row["kind"], {})[str(row["status"])] = row["count"]
        per_source = self._rows(
            "SELECT source, COUNT(*) AS times FROM ledger_transcribed GROUP BY source"
        )
        return {
            "calls": calls,
            "creates": [_create_body(row) for row in self._rows(_CREATES)],
            "transcribed": {row["source"]: row["times"] for row in per_source},
            "answered": [
                {
                    "name": row["name"],
                    "digest": row["digest"],
                    "durationMilliseconds": row["duration_ms"],
                    "unknownFields": msgspec.json.decode(row["unknown_fields"]),
                }
                for row in self._rows("SELECT * FROM ledger_answered ORDER BY seq")
            ],
            "withoutReport": [row["id"] for row in self._rows(_WITHOUT_REPORT)],
            "deletes": [
                {
                    "id": row["id"],
                    "at": row["at"],
                    "existed": bool(row["existed"]),
                    "expired": bool(row["expired"]),
                }
                for row in self._rows("SELECT * FROM ledger_deletes ORDER BY seq")
            ],
            "live": live,
        }

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        return self._database.execute(sql).fetchall()


_CREATES = "SELECT * FROM ledger_creates ORDER BY seq"
_WITHOUT_REPORT = "SELECT id FROM ledger_without_report ORDER BY id"


def _create_body(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "version": row["version"],
        "at": row["at"],
        "displayName": row["display_name"],
        "customProperties": msgspec.json.decode(row["custom_properties"]),
        "inputs": row["inputs"],
        "container": bool(row["container"]),
        "unknownFields": msgspec.json.decode(row["unknown_fields"]),
    }
