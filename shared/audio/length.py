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
_FRAMES_LOOKED_AT = (20, 400)  # more only where few make it look wrong


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
    """Whether the frames in `head` would make a length that is a quarter away from that."""
    start = id3_bytes(head)
    return duration_ms is not None and all(
        _is_far_off(duration_ms, size - start, _bytes_a_second(head, start, frames))
        for frames in _FRAMES_LOOKED_AT
    )


def _is_far_off(duration_ms: int, size: int, per_second: float | None) -> bool:
    if per_second is None:
        return False
    return not 0.75 * duration_ms <= size * 1000 / per_second <= 1.25 * duration_ms


def _bytes_a_second(head: bytes, at: int, frames: int) -> float | None:
    """Of the first `frames` of layer III, which follow one another from `at` on."""
    total, seconds = 0, 0.0
    for _ in range(frames):
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
