"""How densely each codec can pack sound: what is denser lasts longer than it says, and what is all
too thin lasts less.

A length that cannot be is not believed, so that no money is counted by it. Bounds of the standards
where there are such: AAC 6,144 bits a channel and frame of 1,024 samples (ISO/IEC 14496-3, 4.5.3),
Opus 510 kbit/s (RFC 6716, 2.1.1), AC-3 640 kbit/s (A/52, 5.4.1), layer III 320 kbit/s; else what
plain samples need, or wide guesses.
"""

from __future__ import annotations

from shared.ports.demuxer import Sound

_BITS_OF_A_SAMPLE = {
    "aac": 6.0,
    "aac_latm": 6.0,
    "alac": 33.0,
    "flac": 33.0,
    "wavpack": 33.0,
    "wmav1": 12.0,
    "wmav2": 12.0,
    "vorbis": 12.0,
}
"""Of one channel."""
_BITS_OF_A_SECOND = {"mp3": 320_000, "opus": 510_000, "ac3": 640_000, "wmapro": 768_000}
"""Of each channel, though most of these bounds are for all together."""
_STUFFED = frozenset({"mpegts", "mpeg"})
"""Containers that are mostly filling where the sound is thin."""
_FEWEST_BITS = 100
"""A second: less than the packets of any codec take by themselves."""
_SLACK_BYTES, _SLACK_MS = 64 * 1024, 1_000


def is_too_dense(sound: Sound, sound_bytes: int) -> bool:
    """Whether so many bytes cannot be all the sound of so short a time. `sound_bytes` may hold
    headers, but no pictures."""
    most = most_bits_a_second(sound)
    if most is None or sound.duration_ms is None or sound.container in _STUFFED:
        return False
    return (sound_bytes - _SLACK_BYTES) * 8_000 > most * (sound.duration_ms + _SLACK_MS)


def is_too_thin(sound: Sound, size: int) -> bool:
    """Whether so few bytes can hardly be so long a time, though there be silence alone. Plain
    samples are left to `by_bytes`."""
    if sound.codec.startswith("pcm_"):
        return False
    return sound.duration_ms is not None and size * 8_000 < _FEWEST_BITS * sound.duration_ms


def most_bits_a_second(sound: Sound) -> float | None:
    """None: nobody can tell."""
    if sound.codec in _BITS_OF_A_SECOND:
        return _BITS_OF_A_SECOND[sound.codec] * sound.channels
    if sound.codec in _BITS_OF_A_SAMPLE:
        return _BITS_OF_A_SAMPLE[sound.codec] * sound.sample_rate_hz * sound.channels
    return None
