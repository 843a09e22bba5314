"""Parquet as it is written here, read by the tools of others and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.model.export.columns import Column, Kind
from shared.outputs.parquet import thrift
from shared.outputs.parquet.file import ParquetFile, write_parquet

COLUMNS = [
    Column("said", "text"),
    Column("count", "whole"),
    Column("share", "number"),
    Column("is_so", "switch"),
    Column("at", "moment"),
]
NAMES = [column.name for column in COLUMNS]
OF_KIND: dict[Kind, some.SearchStrategy[Any]] = {
    "text": some.text(some.characters(exclude_categories=["Cs"]), max_size=20),
    "whole": some.integers(-(2**63), 2**63 - 1),
    "number": some.floats(allow_nan=False),
    "switch": some.booleans(),
    "moment": some.integers(0, 4_000_000_000_000),
}
ROW = some.tuples(*(some.none() | OF_KIND[column.kind] for column in COLUMNS))
GROUPS = some.lists(some.lists(ROW, max_size=20), max_size=3)


def by_column(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)] or [[] for _ in COLUMNS]


def by_row(content: bytes, names: list[str] = NAMES) -> list[tuple[Any, ...]]:
    groups = ParquetFile(content).groups(names)
    return [row for group in groups for row in zip(*group, strict=True)]


@pytest.mark.long
@settings(max_examples=100)
@given(GROUPS)
def test_what_is_written_is_what_others_read_and_what_is_read_back(
    groups: list[list[tuple[Any, ...]]],
) -> None:
    content = write_parquet(COLUMNS, map(by_column, groups), {"made by": "a test"})
    rows = [row for group in groups for row in group]
    assert by_row(content) == rows
    table = pq.read_table(pa.BufferReader(content))
    plain = table.set_column(4, "at", table["at"].cast(pa.int64()))
    assert [tuple(row[name] for name in NAMES) for row in plain.to_pylist()] == rows
    assert table.schema.metadata == {b"made by": b"a test"}


@pytest.mark.long
@pytest.mark.parametrize("rows", [0, 1, 50, 3_000])
def test_duckdb_reads_it_too(tmp_path: Path, rows: int) -> None:
    there = [
        (None if n % 7 == 0 else f"é{n}", n, n / 3, None if n % 2 else n % 4 == 0, 1_000 * n)
        for n in range(rows)
    ]
    content = write_parquet(COLUMNS, [by_column(there), by_column(there[:1])], {})
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    chosen = 'said, count, share, is_so, epoch_ms("at")'
    found = duckdb.sql(f"SELECT {chosen} FROM '{path}'").fetchall()
    assert found == there + there[:1]


def test_types_are_those_that_tools_expect() -> None:
    content = write_parquet(COLUMNS, [], {})
    assert pq.read_schema(pa.BufferReader(content)) == pa.schema(
        [
            ("said", pa.string()),
            ("count", pa.int64()),
            ("share", pa.float64()),
            ("is_so", pa.bool_()),
            ("at", pa.timestamp("ms", tz="UTC")),
        ]
    )


def test_a_column_that_is_not_there_is_empty() -> None:
    content = write_parquet(COLUMNS[:1], [[["a", "b"]]], {})
    assert by_row(content, ["later", "said"]) == [(None, "a"), (None, "b")]
    assert ParquetFile(content).rows == 2


def test_half_a_letter_keeps_nothing_from_being_written() -> None:
    content = write_parquet(COLUMNS[:1], [[["a\ud83d"]]], {})
    assert pq.read_table(pa.BufferReader(content)).to_pylist() == [{"said": "a?"}]


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"{}", b"PAR1" + b"\xff" * 4 + b"PAR1", b"PAR1\0\0\0\0PAR1"]
)
def test_what_is_no_file_of_parquet_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"Parquet|metadata"):
        ParquetFile(content)


FIELD = some.integers(1, 40)
VALUE = some.booleans() | some.integers(-(2**31), 2**31 - 1) | some.binary(max_size=20)


@given(some.dictionaries(FIELD, VALUE | some.lists(some.integers(-9, 9), max_size=20)))
def test_metadata_are_read_back(fields: dict[int, Any]) -> None:
    there = {1: {2: fields}, 3: thrift.Long(-(2**60))}
    assert thrift.read(thrift.written(there))[0] == there


def test_metadata_of_others_are_read() -> None:
    """By pyarrow, which writes fields that we do not."""
    out = pa.BufferOutputStream()
    pq.write_table(pa.table({"said": ["a"] * 20}), out)
    content = out.getvalue().to_pybytes()
    assert ParquetFile(content).rows == 20
