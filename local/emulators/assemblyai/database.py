"""The tables that hold the emulator's state."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from local.emulators.common import call_book, database

_FILE = "assemblyai.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS transcripts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    created_at REAL NOT NULL, completed_at REAL, deleted INTEGER NOT NULL DEFAULT 0,
    audio_url TEXT NOT NULL, asked TEXT NOT NULL, heard TEXT, error TEXT,
    webhook_status INTEGER);
CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, key TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_creates (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at REAL NOT NULL,
    source TEXT NOT NULL, labels TEXT NOT NULL, asked TEXT NOT NULL, unknown_fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_transcribed (
    source TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS ledger_deletes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at REAL NOT NULL);
"""


def connect(folder: Path | None) -> sqlite3.Connection:
    """The database in `folder` or, for None, in memory."""
    return database.connect(folder, _FILE, _SCHEMA + call_book.SCHEMA)
