"""Containers whose pieces tell their own size: whether the last one is all there.

MPEG program streams (ISO/IEC 13818-1, 2.5.3), Flash video (Adobe Flash Video File Format
Specification 10.1, E.3) and Creative Voice (its blocks as in the Sound Blaster Hardware Programming
Guide, appendix A).
"""

from __future__ import annotations

from shared.audio.range_file import BLOCK_BYTES, FETCH_BYTES, RangeFile

_PACK, _END = 0xBA, 0xB9
_TAGS, _TAG_BYTES = frozenset({8, 9, 18}), 11  # of Flash video: sound, pictures, data
_VOICE_HEAD_BYTES = 26
_VOICE_BLOCKS = frozenset(range(1, 10))


def is_cut_within(file: RangeFile, container: str) -> bool:
    """Of a file in that container, by FFmpeg's name for it; False for any other. Costs one range,
    of Flash video with large pictures two."""
    read = {"mpeg": _program, "flv": _flash, "voc": _voice}.get(container)
    return read is not None and read(file)


def _program(file: RangeFile) -> bool:
    data = file.tail()
    at = data.rfind(b"\0\0\1\xba")
    while at >= 0 and at + 4 <= len(data):
        if data[at : at + 3] != b"\0\0\1":
            return False
        length = _packet_bytes(data[at : at + 14])
        if length is None:
            return data[at + 3] != _END
        at += length
    return 0 <= at != len(data)


def _packet_bytes(header: bytes) -> int | None:
    """None for the end, or where it is not all there."""
    if header[3] == _END or len(header) < 6:
        return None
    if header[3] != _PACK:
        return 6 + int.from_bytes(header[4:6], "big")
    if header[4] >> 6 != 1:
        return 12
    return 14 + (header[13] & 7) if len(header) == 14 else None


def _flash(file: RangeFile) -> bool:
    """The size of a tag stands behind it again, so that the last one can be found from the end."""
    length = int.from_bytes(file.tail(4)[-4:], "big")
    if not _TAG_BYTES <= length <= FETCH_BYTES - 4:
        return length < _TAG_BYTES or length > file.size
    tail = file.tail(max(BLOCK_BYTES, length + 4))
    tag = tail[-4 - length :]
    told = int.from_bytes(tag[1:4], "big") + _TAG_BYTES
    return length + 4 > len(tail) or tag[0] not in _TAGS or told != length


def _voice(file: RangeFile) -> bool:
    """From its beginning on; one that a single range cannot hold is not looked at."""
    if file.size > FETCH_BYTES:
        return False
    data = file.fetch_all(0, file.size)
    at = _VOICE_HEAD_BYTES
    while at < len(data) and data[at] in _VOICE_BLOCKS:
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "little")
    return at > len(data)
