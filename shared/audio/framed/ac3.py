"""AC-3 and E-AC-3: A/52:2018, 5.3.1 and Annex E, 2.2. Frames of up to 1,536 samples."""

from __future__ import annotations

import re

from shared.audio.framed.rows import Frame, Framing

_KILOBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_RATES = (48000, 44100, 32000)
_BLOCKS = (1, 2, 3, 6)
_HEADER_BYTES = 6
_SAMPLES_OF_A_BLOCK = 256
_LAST_OF_AC3 = 10
"""The number of the newest way of writing that is still AC-3."""


def _frame(header: bytes) -> Frame | None:
    if len(header) < _HEADER_BYTES or header[:2] != b"\x0b\x77":
        return None
    return _plain(header) if header[5] >> 3 <= _LAST_OF_AC3 else _enhanced(header)


def _plain(header: bytes) -> Frame | None:
    index, code = header[4] >> 6, header[4] & 63
    if index >= len(_RATES) or code >= 2 * len(_KILOBITS):
        return None
    rate = _RATES[index]
    samples = 6 * _SAMPLES_OF_A_BLOCK
    words = _KILOBITS[code >> 1] * 1000 * samples // (16 * rate)
    padding = code & 1 if rate == 44100 else 0
    return 2 * (words + padding), samples * 1000 / rate


def _enhanced(header: bytes) -> Frame | None:
    """Streams that depend on another one add no time."""
    index, other = header[4] >> 6, header[4] >> 4 & 3
    if index == 3 and other == 3:
        return None
    rate = _RATES[other] / 2 if index == 3 else _RATES[index]
    blocks = 6 if index == 3 else _BLOCKS[other]
    is_dependent = header[2] >> 6 == 1
    length_ms = 0.0 if is_dependent else blocks * _SAMPLES_OF_A_BLOCK * 1000 / rate
    return 2 * (((header[2] & 7) << 8 | header[3]) + 1), length_ms


AC3 = Framing(_frame, _HEADER_BYTES, re.compile(rb"\x0b\x77"))
