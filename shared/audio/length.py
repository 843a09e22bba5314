"""Lengths that a header declares, held against the bytes that are there.

Layouts of MPEG audio frames: ISO/IEC 11172-3, 2.4.1, and 13818-3 for the lower rates.
"""

from __future__ import annotations

import re
from itertools import islice

from shared.audio.promise import Promise, id3_bytes, mp3_promise
from shared.ports.demuxer import Sound

_TOLERANCE_MS = 100
_PCM_BITS = {
    "pcm_s8": 8,
    "pcm_u8": 8,
    "pcm_alaw": 8,
    "pcm_mulaw": 8,
    "pcm_s16le": 16,
    "pcm_s16be": 16,
    "pcm_s24le": 24,
    "pcm_s24be": 24,
    "pcm_s32le": 32,
    "pcm_s32be": 32,
    "pcm_f32le": 32,
    "pcm_f32be": 32,
    "pcm_f64le": 64,
    "pcm_f64be": 64,
}
_KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44100, 48000, 32000)
_FRAMES_LOOKED_AT = (20, 400)  # more only where few make it look wrong
_MOST_GAPS = 1_000
_LIKE_A_FRAME = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xef].", re.DOTALL)


def by_bytes(sound: Sound, size: int, promise: Promise | None) -> tuple[Sound, Promise | None]:
    """Plain samples cannot last longer than their bytes do: what is declared beyond is missing. Of
    a promise in bytes alone, `sound` may hold the length of what is there, or of what was
    promised: plain samples tell which."""
    bits = _PCM_BITS.get(sound.codec)
    if bits is None or sound.duration_ms is None:
        return sound, promise
    per_second = bits // 8 * sound.channels * sound.sample_rate_hz
    if (sound.duration_ms - _TOLERANCE_MS) * per_second <= size * 1000:
        if promise is None:
            return sound, None
        whole_ms = sound.duration_ms * promise.promised_bytes // max(1, promise.present_bytes)
        return sound, Promise(promise.promised_bytes, promise.present_bytes, whole_ms)
    promised = sound.duration_ms * per_second // 1000
    return sound, Promise(promised, size, sound.duration_ms)


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


def _is_far_off(duration_ms: int, size: int, frames: list[tuple[int, float]]) -> bool:
    """Frames of one size tell it to the percent, others about."""
    if not frames:
        return False
    lengths, times = zip(*frames, strict=True)
    likely_ms = size * 1000 * sum(times) / sum(lengths)
    near = 0.02 if max(lengths[1:], default=0) - min(lengths[1:], default=0) <= 1 else 0.25
    return bool(abs(likely_ms - duration_ms) > near * duration_ms)


def _frames(head: bytes, at: int, most: int) -> list[tuple[int, float]]:
    """Bytes and seconds of the first frames of layer III, which follow one another from `at` on."""
    found: list[tuple[int, float]] = []
    while len(found) < most and (frame := _frame(head[at : at + 4])):
        found.append(frame)
        at += frame[0]
    return found


def mp3_ms(content: bytes) -> int | None:
    """The time of all frames of layer III in a whole file; what lies between and behind them is
    passed over. None for none."""
    at, seconds = id3_bytes(content), 0.0
    for _ in range(_MOST_GAPS):
        while frame := _frame(content[at : at + 4]):
            seconds, at = seconds + frame[1], at + frame[0]
        at = _next_frame(content, at + 1)
        if at < 0:
            break
    return round(seconds * 1000) or None


def _next_frame(content: bytes, at: int) -> int:
    """Where a frame begins that another one follows; -1 for none. Looks at so many places only."""
    for match in islice(_LIKE_A_FRAME.finditer(content, at), _MOST_GAPS):
        frame = _frame(match[0])
        if frame and _frame(content[match.start() + frame[0] :][:4]):
            return match.start()
    return -1


def _frame(header: bytes) -> tuple[int, float] | None:
    """Bytes and seconds of the frame that begins so."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, speed, index = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or index == 3 or speed in (0, 15):
        return None
    is_first = version == 3
    rate = _RATES[index] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if is_first else 576
    length = samples // 8 * _KILOBITS[is_first][speed] * 1000 // rate + (header[2] >> 1 & 1)
    return length, samples / rate


# Bytes of a frame of 20 ms by its mode, header included: RFC 4867, 5.3.
_AMR_FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 1, 1, 1, 1)
_AMR_WIDE_FRAMES = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
_AMR_FRAME_MS = 20


def amr_ms(head: bytes, size: int) -> int | None:
    """The length of an AMR file by its frames: exact where `head` is all of it or all frames are
    alike. None for anything else."""
    is_wide = head.startswith(b"#!AMR-WB\n")
    if not is_wide and not head.startswith(b"#!AMR\n"):
        return None
    sizes = _AMR_WIDE_FRAMES if is_wide else _AMR_FRAMES
    start = at = 9 if is_wide else 6
    frames = 0
    while at < len(head):
        at += sizes[head[at] >> 3 & 15]
        frames += 1
    return frames * _AMR_FRAME_MS * (size - start) // (at - start) if frames else None
