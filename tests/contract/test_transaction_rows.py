"""Hostile rows are stored by our transactions as the SDK stores them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf, isnan, nan
from typing import Any

import msgspec
import pytest
from azure.data.tables import EdmType, EntityProperty, TableClient

from local.stack.azurite import Azurite
from shared.model.events.notice import MOST_BYTES, Notice
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.outbox import TableOutbox
from shared.stores.table.transaction import insert, put, remove, transact, write
from tests.contract.stores import NOW, a_job, fresh, fresh_table

BOUNDARY = "--batch_0\r\n--changeset_0--\r\nHTTP/1.1 409 Conflict\r\nETag: x\r\n\r\n"
HOSTILE: list[Any] = [
    "it's",
    "'; DROP",
    "a\r\nb",
    BOUNDARY,
    "🎙𝔘\u2028\u2029\ufeff\u0085",
    "\x00\x01\x1f\x7f",
    "x" * 32_000,
    "ü" * 32_000,
    "",
    " ",
    "2026-03-02T09:00:00Z",
    "1e5",
    "null",
    "</script><!--",
    '\\"\\u0041\\',
    True,
    False,
    0.0,
    -0.0,
    1.0,
    1e308,
    5e-324,
    0.1,
    nan,
    inf,
    -inf,
    EntityProperty(2**63 - 1, EdmType.INT64),
    EntityProperty(-(2**63), EdmType.INT64),
    EntityProperty(0, EdmType.INT64),
    7,
    datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC),
    b"\x00\xff" * 100,
    os.urandom(60_000),
]
KEYS = [
    "a'b",
    "''",
    "100%",
    "ü🎙",
    "a+b",
    "a b",
    "a&b=c",
    "(x)",
    "a,b",
    "$batch",
    "a@b",
    "a%2Fb",
    "!x",
]


@pytest.fixture(scope="module")
def table(azurite: Azurite) -> Iterator[TableClient]:
    with fresh_table(azurite) as table:
        yield table


def plain(row: Any) -> dict[str, Any]:
    found = {k: v for k, v in row.items() if k not in ("PartitionKey", "RowKey")}
    return {k: repr(v) for k, v in found.items()}


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_value_is_stored_as_the_sdk_stores_it(number: int, table: TableClient) -> None:
    value = HOSTILE[number]
    ours = {"PartitionKey": fresh("p"), "RowKey": "r", "v": value, "after": "still here"}
    theirs = {**ours, "PartitionKey": fresh("q")}
    table.create_entity(theirs)
    [version] = transact(table, [insert(ours)])
    a = table.get_entity(ours["PartitionKey"], "r")
    b = table.get_entity(theirs["PartitionKey"], "r")
    assert plain(a) == plain(b)
    assert a.metadata["etag"] == version
    [second] = transact(table, [write({**ours, "after": "2"}, version)])
    c = table.get_entity(ours["PartitionKey"], "r")
    assert c["after"] == "2" and c.metadata["etag"] == second
    if isinstance(value, float) and not isnan(value):
        assert a["v"] == value


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_found_again(key: str, table: TableClient) -> None:
    partition = fresh("p") + key.replace("/", "")
    row = {"PartitionKey": partition, "RowKey": key, "v": "1"}
    [version] = transact(table, [insert(row)])
    assert table.get_entity(partition, key)["v"] == "1"
    transact(table, [write({**row, "v": "2"}, version)])
    assert table.get_entity(partition, key)["v"] == "2"
    transact(table, [put({**row, "v": "3"})])
    assert table.get_entity(partition, key)["v"] == "3"
    transact(table, [remove(row)])
    assert not list(table.query_entities("PartitionKey eq @p", parameters={"p": partition}))


def test_a_notice_may_be_as_large_as_it_says(table: TableClient) -> None:
    notice = Notice(partition="b", id="n", made_at=NOW, content=os.urandom(MOST_BYTES))
    assert notice.fits
    TableBatchStore(table).save(msgspec.structs.replace(a_job(), batch_id="b"), notice=notice)
    assert TableOutbox(table).get("b", "n") == notice
    assert isinstance(table.get_entity("b", "!outbox-n")["content"], bytes)
