"""Thrift's compact protocol, as far as the metadata of Parquet needs it.

A struct is a dict of field number and value, a list a list. On the way out an `int` has 32 bits and
a `Long` 64; on the way in both are `int`, and texts are bytes.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _STRUCT = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 12,
)  # fmt: skip


class Long(int):
    """One of 64 bits."""


def written(fields: Mapping[int, Any]) -> bytes:
    """A struct. Fields whose value is None are left out."""
    out = bytearray()
    last = 0
    for number, value in sorted(fields.items()):
        if value is not None:
            out += _field(number - last, _kind(value), number)
            if not isinstance(value, bool):
                out += _value(value)
            last = number
    return bytes(out) + b"\0"


def read(content: bytes, at: int = 0) -> tuple[dict[int, Any], int]:
    """A struct, and where it ends. Raises `ValueError`."""
    try:
        reader = _Reader(content, at)
        return reader.struct(), reader.at
    except (IndexError, struct.error) as error:
        raise ValueError("the metadata ends too early") from error


def varint(number: int) -> bytes:
    """An unsigned number, seven bits a byte."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """And where it ends. Raises `IndexError`."""
    number = shift = 0
    while (byte := content[at]) & 0x80:
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return number | byte << shift, at + 1


def _field(step: int, kind: int, number: int) -> bytes:
    if 0 < step <= 15:
        return bytes([step << 4 | kind])
    return bytes([kind]) + varint(_zigzag(number))


def _kind(value: Any) -> int:
    """`bool` and `Long` are `int` as well, so they come first."""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    kinds = ((Long, _I64), (int, _I32), ((str, bytes), _BINARY), (list, _LIST), (dict, _STRUCT))
    return next(kind for type_, kind in kinds if isinstance(value, type_))


def _value(value: Any) -> bytes:
    if isinstance(value, int):
        return varint(_zigzag(value))
    if isinstance(value, dict):
        return written(value)
    if isinstance(value, list):
        kind = _kind(value[0]) if value else _STRUCT
        size = len(value)
        head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + varint(size)
        return head + b"".join(map(_value, value))
    content = value.encode() if isinstance(value, str) else value
    return varint(len(content)) + content


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


class _Reader:
    def __init__(self, content: bytes, at: int) -> None:
        self._content, self.at = content, at

    def struct(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._number()
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        if kind in (_I16, _I32, _I64):
            return self._number()
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind == _LIST:
            return list(self._list())
        if kind == _STRUCT:
            return self.struct()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind in (_BYTE, _TRUE, _FALSE):  # in a list a truth takes a byte
            return self._byte()
        raise ValueError(f"the metadata hold what Parquet does not: {kind}")

    def _list(self) -> Iterator[Any]:
        head = self._byte()
        size = self._varint() if head >> 4 == 15 else head >> 4
        for _ in range(size):
            yield self._value(head & 15)

    def _byte(self) -> int:
        self.at += 1
        return self._content[self.at - 1]

    def _bytes(self, length: int) -> bytes:
        self.at += length
        if self.at > len(self._content):
            raise IndexError
        return self._content[self.at - length : self.at]

    def _number(self) -> int:
        number = self._varint()
        return number >> 1 ^ -(number & 1)

    def _varint(self) -> int:
        number, self.at = read_varint(self._content, self.at)
        return number
