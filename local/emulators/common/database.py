"""An emulator's state: one SQLite file, or memory.

A killed process loses nothing that it had answered for; a power cut may (no fsync: emulators are
for tests, and thousands of small writes must stay cheap).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


def connect(folder: Path | None, file: str, schema: str) -> sqlite3.Connection:
    """The database `file` in `folder` (made when missing) or, for None, in memory."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    target = ":memory:" if folder is None else str(folder / file)
    # Made in the thread that builds the app, used only in the thread that serves it.
    database = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")
    database.executescript(schema)
    return database
