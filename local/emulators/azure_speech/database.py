"""The tables that hold the emulator's state, and pages of their rows."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.emulators.azure_speech.filters import Condition
from local.emulators.common import database

_FILE = "azure-speech.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS transcriptions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, version TEXT NOT NULL,
    version_age INTEGER NOT NULL, status TEXT NOT NULL, display_name TEXT NOT NULL,
    description TEXT NOT NULL, locale TEXT NOT NULL, created_at INTEGER NOT NULL,
    last_action_at INTEGER NOT NULL, expires_at REAL, wanted TEXT NOT NULL,
    custom_properties TEXT NOT NULL, project TEXT, duration_ms INTEGER, error_code TEXT,
    error_message TEXT);
CREATE INDEX IF NOT EXISTS transcriptions_expiry ON transcriptions (expires_at);
CREATE TABLE IF NOT EXISTS inputs (
    transcription_id TEXT PRIMARY KEY, content_urls TEXT NOT NULL, container_url TEXT);
CREATE TABLE IF NOT EXISTS files (
    transcription_id TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, created_at INTEGER NOT NULL,
    size INTEGER NOT NULL, url TEXT, content BLOB NOT NULL,
    PRIMARY KEY (transcription_id, position));
CREATE TABLE IF NOT EXISTS webhooks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, version TEXT NOT NULL,
    version_age INTEGER NOT NULL, status TEXT NOT NULL, verified INTEGER NOT NULL,
    display_name TEXT NOT NULL, description TEXT NOT NULL, web_url TEXT NOT NULL,
    events TEXT NOT NULL, secret TEXT NOT NULL, custom_properties TEXT NOT NULL,
    created_at INTEGER NOT NULL, last_action_at INTEGER NOT NULL, error_code TEXT,
    error_message TEXT);
CREATE TABLE IF NOT EXISTS ledger_calls (
    kind TEXT NOT NULL, status INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (kind, status));
CREATE TABLE IF NOT EXISTS ledger_creates (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, version TEXT NOT NULL,
    at INTEGER NOT NULL, display_name TEXT NOT NULL, custom_properties TEXT NOT NULL,
    inputs INTEGER, container INTEGER NOT NULL, unknown_fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_transcribed (
    source TEXT NOT NULL, transcription_id TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (transcription_id, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger_answered (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, digest TEXT NOT NULL,
    duration_ms INTEGER NOT NULL, unknown_fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_without_report (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS ledger_deletes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at INTEGER NOT NULL,
    existed INTEGER NOT NULL, expired INTEGER NOT NULL);
"""


def connect(folder: Path | None) -> sqlite3.Connection:
    """The database in `folder` or, for None, in memory."""
    return database.connect(folder, _FILE, _SCHEMA)


def secret(connection: sqlite3.Connection, name: str) -> str:
    """A random secret that is made once and outlives a restart."""
    connection.execute(
        "INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_urlsafe(32))
    )
    row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
    return str(row["value"])


def page(
    connection: sqlite3.Connection,
    table: str,
    columns: str,
    conditions: Sequence[Condition],
    order: str,
    skip: int,
    top: int,
) -> tuple[list[sqlite3.Row], bool]:
    """`top` rows after the first `skip`, and whether more follow. Reads no others."""
    where = " AND ".join(condition.sql for condition in conditions)
    values: list[Any] = [value for condition in conditions for value in condition.values]
    rows = connection.execute(
        f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, top + 1, skip),
    ).fetchall()
    return rows[:top], len(rows) > top
