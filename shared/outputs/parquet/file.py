"""A file of Parquet: groups of rows, and behind them where everything lies.

    PAR1 | pages of the first group, a column each | ... | metadata | their length | PAR1

What is written here every tool reads; what is read here is only what was written here.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.model.export.columns import Column, Group, Kind
from shared.outputs.parquet.pages import GZIP, read_page, write_page
from shared.outputs.parquet.thrift import Long, read, written

MAGIC = b"PAR1"
WRITTEN_BY = "dropscribe"
_TAIL_BYTES = 8
_OPTIONAL, _PLAIN, _RLE = 1, 0, 3
_TEXT: dict[int, Any] = {1: 6, 6: 0, 10: {1: {}}}
_MOMENT: dict[int, Any] = {1: 2, 6: 9, 10: {8: {1: True, 2: {1: {}}}}}
_TYPES: Mapping[Kind, dict[int, Any]] = {
    "text": _TEXT,
    "whole": {1: 2},
    "number": {1: 5},
    "switch": {1: 0},
    "moment": _MOMENT,
}
"""By field of `SchemaElement`: 1 is how a value is stored, 6 and 10 what it means, as older and
newer readers want it. A moment counts milliseconds, as UTC has it."""


class _Place(NamedTuple):
    """Where the page of a column lies."""

    offset: int
    bytes: int


def write_parquet(
    columns: Sequence[Column], groups: Iterable[Group], notes: Mapping[str, str]
) -> bytes:
    """`notes` are for those who look into the metadata. Groups without rows are left out. The same
    for the same rows."""
    content = bytearray(MAGIC)
    found = [_write_group(content, columns, group) for group in groups if group and group[0]]
    rows = sum(group[3] for group in found)
    metadata = written(
        {
            1: 2,
            2: [{4: "row", 5: len(columns)}, *map(_element, columns)],
            3: Long(rows),
            4: found,
            5: [{1: key, 2: text} for key, text in notes.items()],
            6: WRITTEN_BY,
        }
    )
    content += metadata + len(metadata).to_bytes(4, "little") + MAGIC
    return bytes(content)


def _element(column: Column) -> dict[int, Any]:
    return {**_TYPES[column.kind], 3: _OPTIONAL, 4: column.name}


def _write_group(content: bytearray, columns: Sequence[Column], group: Group) -> dict[int, Any]:
    chunks = []
    plain_bytes = 0
    for column, values in zip(columns, group, strict=True):
        page, offset = write_page(column.kind, values), len(content)
        content += page.content
        plain_bytes += page.plain_bytes
        metadata = {
            1: _TYPES[column.kind][1],
            2: [_PLAIN, _RLE],
            3: [column.name],
            4: GZIP,
            5: Long(len(values)),
            6: Long(page.plain_bytes),
            7: Long(len(page.content)),
            9: Long(offset),
        }
        chunks.append({2: Long(offset), 3: metadata})
    return {1: chunks, 2: Long(plain_bytes), 3: Long(len(group[0]))}


class ParquetFile:
    """One that `write_parquet` made. Raises `ValueError` for what is none."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        length = int.from_bytes(content[-_TAIL_BYTES:-4], "little")
        if content[:4] != MAGIC or content[-4:] != MAGIC or length > len(content) - 12:
            raise ValueError("this is no file of Parquet")
        metadata, _ = read(content, len(content) - _TAIL_BYTES - length)
        if metadata.keys() < {2, 3, 4}:
            raise ValueError("the metadata lack what every file has")
        self.columns = tuple(map(_column, metadata[2][1:]))
        self.rows: int = metadata[3]
        self.notes = {note[1].decode(): note[2].decode() for note in metadata.get(5, [])}
        self._groups = [_places(group) for group in metadata[4]]

    def groups(self, names: Sequence[str]) -> Iterator[Group]:
        """Of each the values of those columns, and None throughout for one that is not there."""
        by_name = {column.name: place for place, column in enumerate(self.columns)}
        for places, count in self._groups:
            yield [
                self._values(places, by_name[name]) if name in by_name else [None] * count
                for name in names
            ]

    def _values(self, places: Sequence[_Place], column: int) -> list[Any]:
        place = places[column]
        page = self._content[place.offset : place.offset + place.bytes]
        return read_page(self.columns[column].kind, page)


def _column(element: Mapping[int, Any]) -> Column:
    said = {field: element.get(field) for field in (1, 6)}
    kind = next(kind for kind, of in _TYPES.items() if {1: of[1], 6: of.get(6)} == said)
    return Column(element[4].decode(), kind)


def _places(group: Mapping[int, Any]) -> tuple[list[_Place], int]:
    """And how many rows there are."""
    found = [chunk[3] for chunk in group[1]]
    return [_Place(metadata[9], metadata[7]) for metadata in found], group[3]
