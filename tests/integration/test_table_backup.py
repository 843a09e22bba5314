"""The table in a file and back, against Azurite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.data.tables import EdmType, EntityProperty, TableClient

from local.backup.__main__ import restore, save
from local.backup.rows import in_batches, lines_of, rows_of
from local.stack.azurite import Azurite

ROWS: list[dict[str, Any]] = [
    {
        "PartitionKey": partition,
        "RowKey": f"r{number:03}",
        "text": 'a "ü" \n b',
        "number": number,
        "large": EntityProperty(2**40 + number, EdmType.INT64),
        "share": 0.25,
        "whole": 1.0,
        "isDone": number % 2 == 0,
        "at": datetime(2026, 11, 30, 8, number % 60, 1, 123000, tzinfo=UTC),
        "bytes": bytes([number, 255]),
    }
    for partition in ("a", "b")
    for number in range(130)
]


@pytest.fixture
def table(azurite: Azurite) -> Iterator[TableClient]:
    name = f"t{uuid4().hex}"
    with TableClient.from_connection_string(azurite.connection_string, name) as client:
        client.create_table()
        yield client
        client.delete_table()


def everything(table: TableClient) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["PartitionKey"], row["RowKey"]): dict(row) for row in table.list_entities()}


def test_a_table_that_was_lost_is_as_it_was(table: TableClient, tmp_path: Path) -> None:
    for batch in in_batches(ROWS):
        table.submit_transaction([("create", row) for row in batch])
    before = everything(table)
    assert save(table, tmp_path / "rows.gz") == len(ROWS) == 260
    for partition, row in before:
        table.delete_entity(partition, row)
    assert restore(table, tmp_path / "rows.gz") == 260
    assert everything(table) == before


def test_what_is_newer_than_the_copy_stays(table: TableClient, tmp_path: Path) -> None:
    table.create_entity({"PartitionKey": "a", "RowKey": "1", "state": "planned"})
    table.create_entity({"PartitionKey": "a", "RowKey": "2", "state": "planned"})
    save(table, tmp_path / "rows.gz")
    table.upsert_entity({"PartitionKey": "a", "RowKey": "1", "state": "transcribed"})
    table.delete_entity("a", "2")
    assert restore(table, tmp_path / "rows.gz") == 1
    found = everything(table)
    assert found["a", "1"]["state"] == "transcribed" and found["a", "2"]["state"] == "planned"


def test_a_copy_that_was_cut_short_does_not_take_the_place_of_the_last(
    table: TableClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rows.gz").write_bytes(b"the last")

    def cut(**_: Any) -> Iterator[dict[str, str]]:
        yield {"PartitionKey": "a", "RowKey": "1"}
        raise OSError

    monkeypatch.setattr(table, "list_entities", cut)
    with pytest.raises(OSError):
        save(table, tmp_path / "rows.gz")
    assert (tmp_path / "rows.gz").read_bytes() == b"the last"


def test_lines_are_read_as_they_were_written() -> None:
    assert list(rows_of(lines_of(ROWS))) == ROWS
