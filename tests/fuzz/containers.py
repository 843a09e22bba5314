"""Containers of sound with one thing wrong: a count, a length, a cut, a piece twice or in a wrong
place. Each is told by a name and a number, and comes out the same every time."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.hostile_files import BOMBS, TEXTS
from tests.unit.probing_audio import FORMATS, audio

_NESTS = frozenset(b"moov trak mdia minf stbl edts mvex moof traf".split())
_WORDS = (0, 1, 2, 3, 7, 63, 64, 255, 256, 1000, 16_000, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF)
_LARGE = (0x7FFFF000, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


class Made(NamedTuple):
    """A file, and what was done to it, one thing or two."""

    content: bytes
    changes: tuple[str, ...]


def made(name: str, number: int) -> Made:
    """`name` is of `FORMATS`."""
    chance = random.Random(f"{name} {number}")
    content = bytearray(audio(name))
    changes = [chance.choice(_CHANGES)]
    changes[0](content, chance)
    if chance.random() < 0.2:
        changes.append(chance.choice(_CHANGES))
        changes[1](content, chance)
    return Made(bytes(content), tuple(change.__name__[1:] for change in changes))


def names() -> tuple[str, ...]:
    """The formats."""
    return tuple(sorted(FORMATS))


def fixed() -> Iterator[tuple[str, bytes]]:
    """Those that are known to do harm."""
    yield from ((name, make()) for name, make in BOMBS.items())
    yield from TEXTS.items()


def _number(content: bytearray, chance: random.Random) -> None:
    """A number of the structure is another one."""
    at = chance.choice(_structure(content))
    width = chance.choice((1, 2, 4, 4, 4, 8))
    order = chance.choice((">", "<"))
    form = order + {1: "B", 2: "H", 4: "I", 8: "Q"}[width]
    if at + width > len(content):
        return
    old = struct.unpack_from(form, content, at)[0]
    value = chance.choice((*_WORDS, *_LARGE, old * 2, old // 2, old * 10, old + 1, old - 1))
    struct.pack_into(form, content, at, value % (1 << 8 * width))


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(1, len(content)) :]


def _lost(content: bytearray, chance: random.Random) -> None:
    """A stretch is missing in the middle."""
    at = chance.randrange(len(content))
    del content[at : at + chance.choice((1, 4, 100, 4096, 65_536))]


def _twice(content: bytearray, chance: random.Random) -> None:
    at = chance.choice(_structure(content))
    content[at:at] = content[at : at + chance.choice((4, 8, 64, 1024, 65_536))]


def _noise(content: bytearray, chance: random.Random) -> None:
    places = _structure(content)
    for _ in range(chance.randint(1, 8)):
        content[chance.choice(places)] = chance.randrange(256)


def _longer(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(chance.choice((1, 100, 10_000)))


_Change = Callable[[bytearray, random.Random], None]
_CHANGES: tuple[_Change, ...] = (
    _number,
    _number,
    _number,
    _number,
    _cut,
    _lost,
    _twice,
    _noise,
    _longer,
)


def _structure(content: bytearray) -> list[int]:
    """Offsets of what describes the sound, and not of the sound itself."""
    if content[4:8] == b"ftyp":
        return list(_boxes(content, 0, len(content))) or [0]
    if content[:4] == b"OggS":
        return [at + n for at in _found(content, b"OggS") for n in range(27)]
    return list(range(min(len(content), 600)))


def _found(content: bytearray, mark: bytes) -> list[int]:
    places, at = [], content.find(mark)
    while at >= 0:
        places.append(at)
        at = content.find(mark, at + 1)
    return places


def _boxes(content: bytearray, start: int, end: int) -> Iterator[int]:
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", content, start)
        yield from range(start, start + 8)
        if kind in _NESTS:
            yield from _boxes(content, start + 8, min(start + length, end))
        elif kind != b"mdat":
            yield from range(start + 8, min(start + length, start + 48, end))
        if length < 8:
            return
        start += length
