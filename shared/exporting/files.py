"""Rows as files, and which recordings a file has rows of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, NamedTuple

import msgspec

from shared.model.export.columns import Column, Group
from shared.model.export.tables import Rows, Table, by_column
from shared.model.pieces import Forgotten, Origin, piece_name
from shared.outputs.parquet.file import ParquetFile, write_parquet

GROUP_ROWS = 20_000
"""So many are put together at least, where there are so many: readers want them large, and they
have to fit into memory as objects."""
KEY = ("batch_id", "recording_id", "revision", "written_at")
_WRITTEN_AT = KEY[3]
_REVISIONS = 10**14

Key = tuple[str, str]
"""Batch and recording."""
Ages = dict[Key, int]
"""Of each recording in a file how old its rows are: the higher, the later. A higher revision is
later, whatever the clocks say."""


class File(NamedTuple):
    """A new one, by the name of a piece."""

    name: str
    content: bytes


def write_rows(table: Table, rows: Sequence[Rows]) -> File | None:
    """The same name for the same rows, whenever they are written. None: there are none."""
    there = [row for each in rows for row in each.of[table.name]]
    if not there:
        return None
    when = [column.name for column in table.columns].index(_WRITTEN_AT)
    bare = [row[:when] + row[when + 1 :] for row in there]
    content = write_parquet(table.columns, [by_column(there)], _notes(table))
    things = len({(row.batch_id, row.recording_id) for row in rows if row.of[table.name]})
    digest = hashlib.sha256(msgspec.msgpack.encode(bare)).digest()
    return File(piece_name(digest, things), content)


def ages(file: ParquetFile) -> Ages:
    found: Ages = {}
    for group in file.groups(KEY):
        for key, age in _keyed(group):
            found[key] = max(age, found.get(key, 0))
    return found


def origin(key: Key, age: int) -> Origin:
    """As notes tell what is to be forgotten."""
    return Origin(key[0], key[1], age, 0)


def join(table: Table, contents: Iterable[bytes], forgotten: Forgotten) -> tuple[bytes, int]:
    """One file of all, with the latest rows of each recording alone and without what is forgotten,
    and how many recordings are in it. Columns that this release does not know stay."""
    files = [ParquetFile(content) for content in contents]
    kept = _kept(files, forgotten)
    columns = _columns(table, files)
    content = write_parquet(columns, _together(_groups(files, columns, kept)), _notes(table))
    return content, len(kept)


def _notes(table: Table) -> dict[str, str]:
    return {"dropscribe.table": f"{table.name}/{table.version}"}


def _keyed(group: Group) -> Iterator[tuple[Key, int]]:
    batches, recordings, revisions, moments = group
    for batch, recording, revision, at in zip(batches, recordings, revisions, moments, strict=True):
        yield (batch, recording), revision * _REVISIONS + at


def _kept(files: Sequence[ParquetFile], forgotten: Forgotten) -> dict[Key, tuple[int, int]]:
    """Of each recording how old the rows are that stay, and in which file they are."""
    found: dict[Key, tuple[int, int]] = {}
    for number, file in enumerate(files):
        for key, age in ages(file).items():
            if not forgotten.covers(origin(key, age)) and (key not in found or found[key][0] < age):
                found[key] = age, number
    return found


def _columns(table: Table, files: Sequence[ParquetFile]) -> list[Column]:
    found = {column.name: column for column in table.columns}
    for file in files:
        for column in file.columns:
            found.setdefault(column.name, column)
    return list(found.values())


def _groups(
    files: Sequence[ParquetFile], columns: Sequence[Column], kept: dict[Key, tuple[int, int]]
) -> Iterator[Group]:
    names = [column.name for column in columns]
    for number, file in enumerate(files):
        for keys, group in zip(file.groups(KEY), file.groups(names), strict=True):
            stays = [kept.get(key) == (age, number) for key, age in _keyed(keys)]
            yield [list(compress(values, stays)) for values in group]


def _together(groups: Iterable[Group]) -> Iterator[Group]:
    waiting: list[list[Any]] = []
    for group in groups:
        if not waiting:
            waiting = [[] for _ in group]
        for there, values in zip(waiting, group, strict=True):
            there.extend(values)
        if len(waiting[0]) >= GROUP_ROWS:
            yield waiting
            waiting = []
    yield waiting
