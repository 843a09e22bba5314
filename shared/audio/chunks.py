"""How long a file of chunks says to be: AVI and AIFF (a size in front), CAF and W64 (a chunk of
data whose size may be left open).

Layouts: RIFF from "Multimedia Programming Interface and Data Specifications 1.0", AIFF from "Audio
Interchange File Format 1.3", CAF from "Core Audio Format Specification 1.0", W64 as Sound Forge
writes it.
"""

from __future__ import annotations

import struct

_OPEN_FROM = 0x7FFF0000
_MOST_CHUNKS = 200
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_W64_HEAD_BYTES = 40


def promised_end(head: bytes) -> int | None:
    """Where the file ends by its own word, in bytes; None where it does not say, or not yet."""
    if head[:4] == b"RIFF" and len(head) >= 8:
        return _closed(8, struct.unpack_from("<I", head, 4)[0])
    if head[:4] == b"FORM" and len(head) >= 8:
        return _closed(8, struct.unpack_from(">I", head, 4)[0])
    if head[:4] == b"caff":
        return _caf(head)
    return _w64(head) if head[:4] == b"riff" else None


def _closed(start: int, length: int) -> int | None:
    return start + length if 0 < length < _OPEN_FROM else None


def _caf(head: bytes) -> int | None:
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(head):
            return None
        kind, length = struct.unpack_from(">4sq", head, at)
        if kind == b"data":
            return at + 12 + length if length > 0 else None
        if length < 0:
            return None
        at += 12 + length
    return None


def _w64(head: bytes) -> int | None:
    at = _W64_HEAD_BYTES
    for _ in range(_MOST_CHUNKS):
        if at + 24 > len(head):
            return None
        length = struct.unpack_from("<Q", head, at + 16)[0]
        if head[at : at + 16] == _W64_DATA:
            return at + length if 24 < length < 1 << 62 else None
        if length < 24:
            return None
        at += length + 7 & ~7
    return None
