"""The formats that copies are made in, as data. Which of them a provider reads best, its
`Capabilities` say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

RATE = 16_000
"""What recognisers work at: Google's advice is no less, and providers bring all audio to it."""


class CopyFormat(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is for people, `container` and `codec` as `AudioProperties` has them; `muxer`,
    `encoder` and `sample_format` are FFmpeg's words. `rates` are those that it takes, () for any.
    `bits` is about what a sample of one channel takes up, `bit_rate` what a channel gets a second
    where that is fixed. More than `most_channels` it does not hold."""

    name: str
    container: str
    codec: str
    ending: str
    media_type: str
    muxer: str
    encoder: str = ""
    sample_format: str = "s16"
    rates: tuple[int, ...] = ()
    bits: float = 0.0
    bit_rate: int = 0
    most_channels: int = 255

    def rate_for(self, rate: int) -> int:
        """That of a copy of sound at this rate: never more than there is, as far as it can be."""
        wanted = min(rate, RATE)
        return next((one for one in sorted(self.rates) if one >= wanted), wanted)

    def bytes_of(self, duration_ms: int, rate: int, channels: int) -> int:
        """About as many as a copy gets."""
        bits_a_second = self.bit_rate or self.bits * rate
        return round(duration_ms * bits_a_second * channels / 8_000)


FLAC = CopyFormat(
    name="FLAC",
    container="flac",
    codec="flac",
    ending="flac",
    media_type="audio/flac",
    muxer="flac",
    encoder="flac",
    bits=11,
    most_channels=8,
)
WAV = CopyFormat(
    name="WAV",
    container="wav",
    codec="pcm_s16le",
    ending="wav",
    media_type="audio/wav",
    muxer="wav",
    encoder="pcm_s16le",
    bits=16,
)
OPUS = CopyFormat(
    name="Opus",
    container="ogg",
    codec="opus",
    ending="opus",
    media_type="audio/ogg",
    muxer="ogg",
    encoder="libopus",
    rates=(8_000, 12_000, 16_000),
    bit_rate=32_000,
    most_channels=2,
)
FORMATS: Mapping[str, CopyFormat] = MappingProxyType({one.name: one for one in (FLAC, WAV, OPUS)})
"""By name; the names are stored."""

TAKEN_OUT: Mapping[str, CopyFormat] = MappingProxyType(
    {
        "aac": CopyFormat(
            name="AAC",
            container="aac",
            codec="aac",
            ending="aac",
            media_type="audio/aac",
            muxer="adts",
        ),
        "mp3": CopyFormat(
            name="MP3",
            container="mp3",
            codec="mp3",
            ending="mp3",
            media_type="audio/mpeg",
            muxer="mp3",
        ),
        "opus": CopyFormat(
            name="Ogg Opus",
            container="ogg",
            codec="opus",
            ending="opus",
            media_type="audio/ogg",
            muxer="ogg",
        ),
        "vorbis": CopyFormat(
            name="Ogg Vorbis",
            container="ogg",
            codec="vorbis",
            ending="ogg",
            media_type="audio/ogg",
            muxer="ogg",
        ),
    }
)
"""By codec: the container that the sound goes into as it is, out of a video for example."""
