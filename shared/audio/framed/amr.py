"""AMR and AMR-WB: frames of 20 ms, whose first byte tells how many follow.

RFC 4867, 5.3, of whose frame types those of other systems count as empty ones, as all players have
it.
"""

from __future__ import annotations

from shared.audio.framed.rows import Frame, Framing

_NARROW = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
_FRAME_MS = 20.0
_MARK, _WIDE_MARK = b"#!AMR\n", b"#!AMR-WB\n"
_IS_GOOD = 0x04


def amr_framing(head: bytes, *, is_wide: bool) -> tuple[Framing, int]:
    """How it is framed, and where the first frame begins, which may have no mark before it."""
    mark = _WIDE_MARK if is_wide else _MARK
    read = _wide_frame if is_wide else _narrow_frame
    return Framing(read, 1, mask=0x87, bits=_IS_GOOD), len(mark) if head.startswith(mark) else 0


def _narrow_frame(header: bytes) -> Frame | None:
    return (_NARROW[header[0] >> 3 & 15], _FRAME_MS) if header else None


def _wide_frame(header: bytes) -> Frame | None:
    return (_WIDE[header[0] >> 3 & 15], _FRAME_MS) if header else None
