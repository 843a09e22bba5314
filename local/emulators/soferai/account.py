"""The account that transcriptions are paid from. Amounts in cents, which need not be whole."""

from __future__ import annotations

import sqlite3
from typing import Any

from local.emulators.soferai.submission import Wanted

_PER_HOUR = {"single": 120.0, "express": 120.0, "standard": 90.0}
_PER_HOUR_V0 = 100.0
_SPEAKERS_PER_HOUR = 30.0


def cost(wanted: Wanted, seconds: float) -> float:
    per_hour = _PER_HOUR[wanted.mode] if wanted.model == "v1" else _PER_HOUR_V0
    return (per_hour + _SPEAKERS_PER_HOUR * wanted.labels_speakers) * seconds / 3600


class Account:
    def __init__(self, database: sqlite3.Connection, at_first: int) -> None:
        self._database = database
        database.execute("INSERT OR IGNORE INTO account VALUES ('deposits', ?)", (at_first,))
        database.execute("INSERT OR IGNORE INTO account VALUES ('spent', 0)")

    def deposit(self, cents: float) -> None:
        """Less than nothing takes money out."""
        self._add("deposits", cents)

    def pay(self, cents: float) -> bool:
        """False: there is not enough."""
        if cents > self._cents("deposits") - self._cents("spent"):
            return False
        self._add("spent", cents)
        return True

    def body(self) -> dict[str, Any]:
        deposits, spent = self._cents("deposits"), self._cents("spent")
        left = int(deposits - spent)
        return {
            "total_balance": left,
            "available_balance": left,
            "pending_balance": 0,
            "all_time_deposits": int(deposits),
            "all_time_spend": int(spent),
        }

    def _cents(self, name: str) -> float:
        row = self._database.execute("SELECT cents FROM account WHERE name = ?", (name,))
        return float(row.fetchone()["cents"])

    def _add(self, name: str, cents: float) -> None:
        self._database.execute("UPDATE account SET cents = cents + ? WHERE name = ?", (cents, name))
