"""Lengths that a header declares, held against the bytes that are there."""

from __future__ import annotations

from shared.audio.promise import Promise
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
