"""MPEG audio, layers II and III: frames that carry their own size, with a header of the length in
front or without.

Layouts of the frames: ISO/IEC 11172-3, 2.4.1, and 13818-3 for the lower rates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shared.audio.framed.rows import Frame, Framing
from shared.audio.promise import id3_bytes, mp3_promise

_TOLERANCE_MS = 100
_SLOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: _SLOW,
}
_KILOBITS_2 = {
    True: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    False: _SLOW,
}
_RATES = (44100, 48000, 32000)
_FRAMES_LOOKED_AT = (20, 400)  # more only where few make it look wrong
_LIKE_A_FRAME = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xef].", re.DOTALL)


def mp3_frame(header: bytes) -> Frame | None:
    """Bytes and milliseconds of the frame of layer III that begins so."""
    return _frame(header, 0xE2, _KILOBITS, 576)


def _mp2_frame(header: bytes) -> Frame | None:
    return _frame(header, 0xE4, _KILOBITS_2, 1152)


def _frame(
    header: bytes, mark: int, kilobits: Mapping[bool, Sequence[int]], at_low_rates: int
) -> Frame | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != mark:
        return None
    version, speed, index = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or index == 3 or speed in (0, 15):
        return None
    is_first = version == 3
    rate = _RATES[index] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if is_first else at_low_rates
    length = samples // 8 * kilobits[is_first][speed] * 1000 // rate + (header[2] >> 1 & 1)
    return length, samples * 1000 / rate


MP3 = Framing(mp3_frame, 4, _LIKE_A_FRAME)
MP2 = Framing(_mp2_frame, 4, re.compile(rb"\xff[\xe4\xe5\xf4\xf5\xfc\xfd][\x10-\xef].", re.DOTALL))


def mp3_is_doubtful(head: bytes, size: int, duration_ms: int | None) -> bool:
    """Whether its length header, or the frames in `head`, say that the file lasts another time."""
    start, promised = id3_bytes(head), mp3_promise(head, size)
    if duration_ms is None:
        return False
    if (
        promised
        and promised.whole_ms
        and abs(promised.whole_ms - duration_ms) > _differ(duration_ms)
    ):
        return True
    return all(
        _is_far_off(duration_ms, size - start, _frames(head, start, most))
        for most in _FRAMES_LOOKED_AT
    )


def _differ(duration_ms: int) -> float:
    return max(_TOLERANCE_MS, 0.02 * duration_ms)


def _is_far_off(duration_ms: int, size: int, frames: list[Frame]) -> bool:
    """Frames of one size tell it to the percent, others about."""
    if not frames:
        return False
    lengths, times = zip(*frames, strict=True)
    likely_ms = size * sum(times) / sum(lengths)
    near = 0.02 if max(lengths[1:], default=0) - min(lengths[1:], default=0) <= 1 else 0.25
    return bool(abs(likely_ms - duration_ms) > near * duration_ms)


def _frames(head: bytes, at: int, most: int) -> list[Frame]:
    """The first ones, which follow one another from `at` on."""
    found: list[Frame] = []
    while len(found) < most and (frame := mp3_frame(head[at : at + 4])):
        found.append(frame)
        at += frame[0]
    return found
