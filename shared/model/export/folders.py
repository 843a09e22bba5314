"""Where exported rows lie: a folder for each table and day, as Hive has it, so that tools read a
table as one and the days as a column.

    utterances-1/day=2026-03-02/000050-<hash>.parquet            rows of fifty recordings
    forgotten/utterances-1/day=2026-03-02/<batch>/<recording>/...   which of them are to go

To who merges, a folder is a container of pieces like any other: here names are translated.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.model.export.tables import TABLES, Table
from shared.model.pieces import FORGOTTEN, PIECES, Stored

ENDING = ".parquet"
_BY_FOLDER = {table.folder: table for table in TABLES}


def folder_of(table: Table, day: str) -> str:
    return f"{table.folder}/day={day}"


def table_of(folder: str) -> Table | None:
    """None: of no table, or of a version, that this release knows."""
    name, _, rest = folder.partition("/day=")
    return _BY_FOLDER.get(name) if rest else None


def notes_of(folder: str) -> str:
    """What the notes of a folder begin with."""
    return f"{FORGOTTEN}{folder}/"


def blob_name(folder: str, name: str) -> str:
    """Of a piece or a note of that folder."""
    if name.startswith(FORGOTTEN):
        return notes_of(folder) + name.removeprefix(FORGOTTEN)
    return f"{folder}/{name.removeprefix(PIECES)}{ENDING}"


def as_pieces(folder: str, blobs: Iterable[Stored]) -> list[Stored]:
    """The blobs of a folder, called as whoever merges calls them. Strangers are left out."""
    found = []
    for blob in blobs:
        if blob.name.startswith(notes_of(folder)):
            found.append(blob._replace(name=FORGOTTEN + blob.name.removeprefix(notes_of(folder))))
        elif blob.name.startswith(f"{folder}/") and blob.name.endswith(ENDING):
            name = blob.name.removeprefix(f"{folder}/").removesuffix(ENDING)
            found.append(blob._replace(name=PIECES + name))
    return found


def to_look_at(blobs: Iterable[Stored], since: datetime | None) -> list[str]:
    """Folders in which something was written since then, or waits to be forgotten, the fullest
    first. None: all."""
    pieces: dict[str, int] = {}
    found = set()
    for blob in blobs:
        is_note = blob.name.startswith(FORGOTTEN)
        folder = "/".join(blob.name.removeprefix(FORGOTTEN).split("/")[:2])
        if table_of(folder) is None:
            continue
        pieces[folder] = pieces.get(folder, 0) + (not is_note)
        if is_note or since is None or blob.changed_at > since:
            found.add(folder)
    return sorted(found, key=lambda folder: (-pieces[folder], folder))
