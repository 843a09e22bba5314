"""Many small pieces become few large ones: which, and what is left out on the way.

Whoever writes much adds a small piece each time, and whoever reads wants few. So pieces are merged
once there are enough of about one size, and a thing is written anew a few times in its life,
however many there are. A piece is never changed, and its name is made of its content: written
twice it is one, and where a merge was cut short both the pieces and what they became are there,
which whoever reads counts once.

    pieces/<things in it>-<hash>
    forgotten/<batch>                         all of that batch
    forgotten/<batch>/<thing>/<revision>      of one thing, what was before that revision
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

PIECES, FORGOTTEN = "pieces/", "forgotten/"
SMALL = 500
"""Things. Pieces below are merged whenever there are two, so that what came in since the last
time is one piece more at most."""
TIMES = 8
"""From one size to the next, and how many of a size there are before they are merged."""
MOST_AT_ONCE = 500
MOST_BYTES = 192 * 1024 * 1024


class Piece(NamedTuple):
    """`things` is how many are in it. Of one that holds the same thing twice, or was cut short,
    it may be more."""

    name: str
    bytes: int
    things: int


class Forgotten(NamedTuple):
    """What nobody finds any more, whatever pieces still hold of it. `before` is by batch and
    thing: what was written before that revision."""

    batches: frozenset[str] = frozenset()
    before: Mapping[tuple[str, str], int] = {}

    def covers(self, batch_id: str, thing: str, revision: int) -> bool:
        return batch_id in self.batches or revision < self.before.get((batch_id, thing), 0)

    def __bool__(self) -> bool:
        return bool(self.batches or self.before)


class Stored(NamedTuple):
    """A blob as its container lists it."""

    name: str
    bytes: int
    changed_at: datetime


class Listing(NamedTuple):
    """What there is, and what of it is forgotten. `notes` are the blobs that say so."""

    pieces: tuple[Piece, ...]
    forgotten: Forgotten
    notes: tuple[Stored, ...]


def piece_name(content: bytes, things: int) -> str:
    """The same for the same content."""
    return f"{PIECES}{things:06}-{hashlib.sha256(content).hexdigest()[:24]}"


def note_name(batch_id: str, thing: str = "", revision: int = 0) -> str:
    """Of what is to be forgotten."""
    return f"{FORGOTTEN}{batch_id}" + (f"/{thing}/{revision:06}" if thing else "")


def listing(blobs: Iterable[Stored]) -> Listing:
    """What is neither a piece nor a note is left alone."""
    pieces: list[Piece] = []
    notes: list[Stored] = []
    batches: set[str] = set()
    before: dict[tuple[str, str], int] = {}
    for blob in blobs:
        name = blob.name
        things = name.removeprefix(PIECES).partition("-")[0]
        if name.startswith(PIECES) and things.isdecimal():
            pieces.append(Piece(name, blob.bytes, int(things)))
            continue
        match name.removeprefix(FORGOTTEN).split("/") if name.startswith(FORGOTTEN) else []:
            case [batch_id]:
                batches.add(batch_id)
            case [batch_id, thing, revision] if revision.isdecimal():
                key = (batch_id, thing)
                before[key] = max(int(revision), before.get(key, 0))
            case _:
                continue
        notes.append(blob)
    return Listing(tuple(pieces), Forgotten(frozenset(batches), before), tuple(notes))


def to_merge(pieces: Sequence[Piece], most_things: int) -> tuple[Piece, ...]:
    """Those that are to become one now, at least two; () where nothing is to be done. None gets
    larger than `most_things`."""
    of_size: dict[int, list[Piece]] = {}
    for piece in pieces:
        of_size.setdefault(_size(piece.things, most_things), []).append(piece)
    for size in sorted(of_size):
        group = sorted(of_size[size])
        if len(group) >= (2 if size == 0 else TIMES):
            fitting = _fitting(group, most_things)
            if len(fitting) > 1:
                return fitting
    return ()


def _size(things: int, most_things: int) -> int:
    """0 for small ones, and one more for each `TIMES`; those that are full stand apart."""
    if 2 * things > most_things:
        return 99
    size = 0
    while things >= SMALL:
        things, size = things // TIMES, size + 1
    return size


def _fitting(group: Sequence[Piece], most_things: int) -> tuple[Piece, ...]:
    things = size = 0
    taken: list[Piece] = []
    for piece in group[:MOST_AT_ONCE]:
        things, size = things + piece.things, size + piece.bytes
        if things > most_things or size > MOST_BYTES:
            break
        taken.append(piece)
    return tuple(taken)
