"""Many small pieces become few large ones: which, and what is left out on the way.

Whoever writes much adds a small piece each time, and whoever reads wants few. So pieces are merged
once there are enough of about one size, and a thing is written anew a few times in its life,
however many there are. A piece is never changed, and its name is made of its content: written
twice it is one, and where a merge was cut short both the pieces and what they became are there,
which whoever reads counts once.

    pieces/<things in it>-<hash>
    forgotten/<batch>/<moment>                all of that batch that was written before
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


class Origin(NamedTuple):
    """Where a thing in a piece comes from. `made_ms` is when it was written, since 1970."""

    batch_id: str
    thing: str
    revision: int
    made_ms: int


class Forgotten(NamedTuple):
    """What nobody finds any more, whatever pieces still hold of it. `batches` tells of which until
    when: the window of a batch that was deleted may take what is dropped later. `before` is by
    batch and thing: what was written before that revision."""

    batches: Mapping[str, int] = {}
    before: Mapping[tuple[str, str], int] = {}

    def covers(self, one: Origin) -> bool:
        if one.made_ms <= self.batches.get(one.batch_id, -1):
            return True
        return one.revision < self.before.get((one.batch_id, one.thing), 0)

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


def batch_note(batch_id: str, now: datetime) -> str:
    """That the batch is to be forgotten."""
    return f"{FORGOTTEN}{batch_id}/{int(now.timestamp() * 1_000):014}"


def thing_note(batch_id: str, thing: str, revision: int) -> str:
    """That what was written of the thing before that revision is to be forgotten."""
    return f"{FORGOTTEN}{batch_id}/{thing}/{revision:06}"


def listing(blobs: Iterable[Stored]) -> Listing:
    """What is neither a piece nor a note is left alone."""
    pieces: list[Piece] = []
    notes: list[Stored] = []
    batches: dict[str, int] = {}
    before: dict[tuple[str, str], int] = {}
    for blob in blobs:
        name = blob.name
        things = name.removeprefix(PIECES).partition("-")[0]
        if name.startswith(PIECES) and things.isdecimal():
            pieces.append(Piece(name, blob.bytes, int(things)))
            continue
        match name.removeprefix(FORGOTTEN).split("/") if name.startswith(FORGOTTEN) else []:
            case [batch_id, moment] if moment.isdecimal():
                batches[batch_id] = max(int(moment), batches.get(batch_id, 0))
            case [batch_id, thing, revision] if revision.isdecimal():
                key = (batch_id, thing)
                before[key] = max(int(revision), before.get(key, 0))
            case _:
                continue
        notes.append(blob)
    return Listing(tuple(pieces), Forgotten(batches, before), tuple(notes))


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
