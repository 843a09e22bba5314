"""Values of a column as a page of Parquet, and back: encoding PLAIN, with a level before each value
that tells whether there is one, deflated.

https://parquet.apache.org/docs/file-format/data-pages/encodings/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice, repeat
from typing import Any, NamedTuple

from shared.model.export.columns import Kind, Values
from shared.outputs.parquet.thrift import read, read_varint, varint, written

GZIP = 2
_GZIP_BITS, _LEVEL = 31, 6
_PLAIN, _RLE, _DATA_PAGE = 0, 3, 0


class Chunk(NamedTuple):
    """A page with its header, and how long that would be if it were not deflated."""

    content: bytes
    plain_bytes: int


def write_page(kind: Kind, values: Values) -> Chunk:
    """All values of a column in a group of rows."""
    there = [value for value in values if value is not None]
    levels = _levels(values)
    plain = struct.pack("<I", len(levels)) + levels + _WRITERS[kind](there)
    deflated = zlib.compress(plain, _LEVEL, _GZIP_BITS)
    of_data = {1: len(values), 2: _PLAIN, 3: _RLE, 4: _RLE}
    header = written({1: _DATA_PAGE, 2: len(plain), 3: len(deflated), 5: of_data})
    return Chunk(header + deflated, len(header) + len(plain))


def read_page(kind: Kind, content: bytes) -> list[Any]:
    """Of a page that `write_page` made. Raises `ValueError`."""
    header, at = read(content)
    count = header[5][1]
    plain = zlib.decompress(content[at : at + header[3]], _GZIP_BITS)
    length = int.from_bytes(plain[:4], "little")
    levels = list(islice(_read_levels(plain[4 : 4 + length]), count))
    there = iter(_READERS[kind](plain[4 + length :], sum(levels)))
    return [next(there) if level else None for level in levels]


def _levels(values: Values) -> bytes:
    """Runs of nulls and of others."""
    runs = groupby(value is not None for value in values)
    return b"".join(varint(sum(1 for _ in run) << 1) + bytes([level]) for level, run in runs)


def _read_levels(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        head, at = read_varint(content, at)
        if head & 1:
            raise ValueError("the levels are packed, which they are in no file of ours")
        yield from repeat(content[at], head >> 1)
        at += 1


def _write_texts(values: list[str]) -> bytes:
    """Half a surrogate pair, which no encoding can write, becomes a question mark."""
    encoded = [value.encode(errors="replace") for value in values]
    lengths = (struct.pack("<I", len(content)) for content in encoded)
    return b"".join(chain.from_iterable(zip(lengths, encoded, strict=True)))


def _read_texts(content: bytes, count: int) -> Iterator[str]:
    at = 0
    for _ in range(count):
        end = at + 4 + int.from_bytes(content[at : at + 4], "little")
        yield content[at + 4 : end].decode()
        at = end


def _write_switches(values: list[bool]) -> bytes:
    bits = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        bits[place >> 3] |= value << (place & 7)
    return bytes(bits)


def _read_switches(content: bytes, count: int) -> list[bool]:
    return [bool(content[place >> 3] >> (place & 7) & 1) for place in range(count)]


def _write_wholes(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def _read_wholes(content: bytes, count: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{count}q", content)


def _write_numbers(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _read_numbers(content: bytes, count: int) -> tuple[float, ...]:
    return struct.unpack_from(f"<{count}d", content)


_WRITERS: dict[Kind, Callable[[list[Any]], bytes]] = {
    "text": _write_texts,
    "switch": _write_switches,
    "whole": _write_wholes,
    "moment": _write_wholes,
    "number": _write_numbers,
}
_READERS: dict[Kind, Callable[[bytes, int], Iterable[Any]]] = {
    "text": _read_texts,
    "switch": _read_switches,
    "whole": _read_wholes,
    "moment": _read_wholes,
    "number": _read_numbers,
}
