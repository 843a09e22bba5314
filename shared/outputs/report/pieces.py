"""Rows gathered into pieces that are worth a write each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_PIECE_BYTES = 64 * 1024


def in_pieces(parts: Iterable[str]) -> Iterator[bytes]:
    """`parts` as UTF-8, in pieces of 64 KiB or a little more; the last may be smaller.

    Half a surrogate pair, which no encoding can write, becomes a question mark.
    """
    gathered = bytearray()
    for part in parts:
        gathered += part.encode("utf-8", "replace")
        if len(gathered) >= _PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
