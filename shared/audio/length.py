"""Lengths that a header declares, held against the bytes that are there.

Layouts of MPEG audio frames: ISO/IEC 11172-3, 2.4.1, and 13818-3 for the lower rates.
"""

from __future__ import annotations

from shared.audio.promise import Promise, id3_bytes
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
_FRAMES_LOOKED_AT = 400


def by_bytes(sound: Sound, size: int) -> tuple[Sound, Promise | None]:
    """Plain samples cannot last longer than their bytes do: what is declared beyond is missing."""
    bits = _PCM_BITS.get(sound.codec)
    if bits is None or sound.duration_ms is None:
        return sound, None
    per_second = bits // 8 * sound.channels * sound.sample_rate_hz
    if (sound.duration_ms - _TOLERANCE_MS) * per_second <= size * 1000:
        return sound, None
    promised = sound.duration_ms * per_second // 1000
    return sound, Promise(promised, size, sound.duration_ms)


def mp3_is_doubtful(head: bytes, size: int, duration_ms: int | None) -> bool:
    """Whether the frames in `head` would make a length that is a quarter away from that."""
    start = id3_bytes(head)
    rate = _bytes_a_second(head, start)
    if rate is None or duration_ms is None:
        return False
    likely_ms = (size - start) * 1000 / rate
    return not 0.75 * duration_ms <= likely_ms <= 1.25 * duration_ms


def _bytes_a_second(head: bytes, at: int) -> float | None:
    """Of the frames of layer III that follow one another from `at` on."""
    total, seconds = 0, 0.0
    for _ in range(_FRAMES_LOOKED_AT):
        frame = _frame(head[at : at + 4])
        if frame is None:
            break
        length, lasts = frame
        total, seconds, at = total + length, seconds + lasts, at + length
    return total / seconds if seconds else None


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
