"""The log of a run as a table of Azure Monitor, asked in Kusto.

duckdb-kql translates the queries to SQL. It has no functions with a table for a body, so the
function of the workspace is a view here; it knows neither `minif` nor `maxif`; and a null inside of
JSON is a value there, which Kusto takes for none: queries that mind ask `isnotempty(tostring())`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb_kql

from tests.bicep.dropscribe import deployed

APP_TRACES = (
    "TimeGenerated TIMESTAMP, Message VARCHAR, SeverityLevel INTEGER, AppRoleInstance VARCHAR"
)
LOG_OPERATION = "TimeGenerated TIMESTAMP, Category VARCHAR, Level VARCHAR, Detail VARCHAR"
Row = dict[str, Any]


class Log:
    """What an app told, line by line in the order of time."""

    def __init__(self, lines: Iterable[str]) -> None:
        began_at = datetime.now(UTC).replace(tzinfo=None)
        self._connection = duckdb_kql.connect()
        self._connection.sql(f"CREATE TABLE AppTraces ({APP_TRACES})")
        self._connection.sql(f"CREATE TABLE _LogOperation ({LOG_OPERATION})")
        self.messages = [message for line in lines if (message := _message(line))]
        for number, message in enumerate(self.messages):
            self._connection.execute(
                "INSERT INTO AppTraces VALUES (?, ?, 1, 'instance')",
                [began_at + timedelta(milliseconds=number), message],
            )
        (search,) = deployed().of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
        function, body = (search["properties"][name] for name in ("functionAlias", "query"))
        self._connection.sql(f"CREATE VIEW {function} AS {duckdb_kql.to_sql(body)}")

    def ask(self, query: str) -> list[Row]:
        """The rows of the answer, by column."""
        found = duckdb_kql.query(self._connection, query)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def fill(self) -> None:
        """The workspace takes nothing more today, and writes that down."""
        self._connection.execute(
            "INSERT INTO _LogOperation VALUES (?, 'Ingestion', 'Warning', ?)",
            [datetime.now(UTC).replace(tzinfo=None), "Data collection stopped: OverQuota"],
        )

    def count(self, event: str) -> int:
        return sum(message.startswith(f'{{"event":"{event}"') for message in self.messages)


def _message(line: str) -> str:
    """What the app logged, without what the local host puts before it: time, function, level."""
    _, mark, rest = line.partition('{"event":')
    return mark + rest.rstrip("\n") if mark else line.strip()
