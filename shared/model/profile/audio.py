"""What the head of an audio file tells: enough to refuse or to fit before money is spent."""

from __future__ import annotations

import msgspec


class AudioProperties(msgspec.Struct, frozen=True, kw_only=True):
    """One audio stream, the one a provider would hear (the first of the file).

    `codec` is FFmpeg's name for it (`pcm_s16le`, `mp3`, `aac`, `opus`), `container` the file
    format (`wav`, `mp3`, `mp4`, `ogg`, `webm`). `duration_ms` is null where it could not be had
    without reading the whole file; for MP3 without a length header, ADTS and AMR it is an
    estimate from the bit rate. `missing_ms` is what a cut-off file promises beyond what is there;
    it is above zero only where cut-off files are accepted.
    """

    codec: str
    container: str
    channels: int
    sample_rate_hz: int
    duration_ms: int | None
    bytes: int
    missing_ms: int = 0
