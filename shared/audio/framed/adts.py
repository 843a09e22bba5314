"""AAC in ADTS and LOAS: ISO/IEC 14496-3, 1.A.2.2 and 1.7.2. A header of seven or three bytes tells
the size of its frame; that of LOAS, no time."""

from __future__ import annotations

import re

from shared.audio.framed.rows import Frame, Framing

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_LIKE_A_FRAME = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL)
_HEADER_BYTES = 7


def _frame(header: bytes) -> Frame | None:
    if len(header) < _HEADER_BYTES or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return None
    index = header[2] >> 2 & 15
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    if index >= len(_RATES) or length < _HEADER_BYTES:
        return None
    return length, 1024_000 * ((header[6] & 3) + 1) / _RATES[index]


ADTS = Framing(_frame, _HEADER_BYTES, _LIKE_A_FRAME)


def _loas_frame(header: bytes) -> Frame | None:
    if len(header) < 3 or header[0] != 0x56 or header[1] & 0xE0 != 0xE0:
        return None
    return 3 + ((header[1] & 0x1F) << 8 | header[2]), 0.0


LOAS = Framing(_loas_frame, 3, re.compile(rb"\x56[\xe0-\xff]", re.DOTALL))
