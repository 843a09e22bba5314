"""Matroska and WebM from a cluster on, walked from element to element (RFC 8794, RFC 9559)."""

from __future__ import annotations

_CLUSTER = 0x1F43B675
_NAMES = frozenset(
    {_CLUSTER, 0xA0, 0xA3, 0xA7, 0xAB, 0xBF, 0xE7, 0xEC, 0x1043A770, 0x1254C367, 0x1941A469}
    | {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B}
)
"""Of what may stand in a cluster, and beside one."""
_SOUND = frozenset({0x1F, 0xA0, 0xA3})
"""How the names of clusters and blocks begin."""


def is_cut_within(part: bytes) -> bool:
    """Whether an element of `part`, which begins with one and ends with the file, is not all
    there."""
    at = 0
    while at < len(part):
        is_beginning = part[at] in _SOUND
        name, at = _number(part, at, keeps_mark=True)
        if name is None or name not in _NAMES:
            return name is None and at >= len(part) and is_beginning
        length, start = _number(part, at, keeps_mark=False)
        if length is None:
            return start >= len(part)
        is_open = length == (1 << 7 * (start - at)) - 1
        if not is_open and start + length > len(part):
            return True
        at = start if name == _CLUSTER or is_open else start + length
    return False


def _number(part: bytes, at: int, *, keeps_mark: bool) -> tuple[int | None, int]:
    """A number whose first bits tell how many bytes it has, and where it ends; None for what is
    none, or not all there, which ends behind `part`."""
    if at >= len(part):
        return None, len(part)
    width = 9 - part[at].bit_length()
    if not 1 <= width <= 8:
        return None, at
    if at + width > len(part):
        return None, len(part)
    value = int.from_bytes(part[at : at + width], "big")
    return (value if keeps_mark else value & ((1 << 7 * width) - 1)), at + width
