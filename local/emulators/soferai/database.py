"""The tables that hold the emulator's state."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from local.emulators.common import call_book, database

_FILE = "soferai.sqlite3"
_SCHEMA = f"""{call_book.SCHEMA}CREATE TABLE IF NOT EXISTS manifests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
    title TEXT, description TEXT, items TEXT NOT NULL, item_count INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, checksum TEXT NOT NULL, errors TEXT NOT NULL,
    valid_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
    mode TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, batch_id TEXT NOT NULL,
    client_item_id TEXT, title TEXT NOT NULL, created_at REAL NOT NULL, wanted TEXT NOT NULL,
    audio_url TEXT NOT NULL, audio BLOB, status TEXT NOT NULL, duration REAL, content TEXT);
CREATE INDEX IF NOT EXISTS items_of_batch ON items (batch_id, client_item_id);
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, cents REAL NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_creates (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at REAL NOT NULL,
    mode TEXT NOT NULL, title TEXT, items INTEGER NOT NULL, unknown_fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_transcribed (
    source TEXT NOT NULL, id TEXT NOT NULL, cents REAL NOT NULL, PRIMARY KEY (source, id));
"""


def connect(folder: Path | None) -> sqlite3.Connection:
    """The database in `folder` (made when missing) or, for None, in memory."""
    return database.connect(folder, _FILE, _SCHEMA)
