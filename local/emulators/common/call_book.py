"""Which calls an emulator answered, and how many of them within a window of time."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable

SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger_calls (
    kind TEXT NOT NULL, status INTEGER NOT NULL, at REAL NOT NULL);
"""


class CallBook:
    """Kept in the database, so that it survives a killed process."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def called(self, kind: str, status: int, at: float) -> None:
        """A call of that kind was answered with `status` (whatever the client got to see)."""
        self._database.execute("INSERT INTO ledger_calls VALUES (?, ?, ?)", (kind, status, at))

    def counts(self) -> dict[str, dict[str, int]]:
        """{kind: {status: how many}}"""
        rows = self._database.execute(
            "SELECT kind, status, COUNT(*) AS count FROM ledger_calls"
            " GROUP BY kind, status ORDER BY kind, status"
        )
        calls: dict[str, dict[str, int]] = {}
        for row in rows:
            calls.setdefault(row["kind"], {})[str(row["status"])] = row["count"]
        return calls

    def busiest(self, window_seconds: float) -> int:
        """The most calls in any window of that length."""
        rows = self._database.execute("SELECT at FROM ledger_calls ORDER BY at")
        return busiest((row["at"] for row in rows), window_seconds)

    def reset(self) -> None:
        self._database.execute("DELETE FROM ledger_calls")


def busiest(moments: Iterable[float], window_seconds: float) -> int:
    """The most of the moments, in order of time, that fall into any window of that length."""
    most, recent = 0, deque[float]()
    for at in moments:
        recent.append(at)
        while recent[0] <= at - window_seconds:
            recent.popleft()
        most = max(most, len(recent))
    return most
