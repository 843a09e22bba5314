"""What the head of an audio file tells: enough to refuse or to fit before money is spent."""

from __future__ import annotations

import msgspec


class AudioProperties(msgspec.Struct, frozen=True, kw_only=True):
    """One audio stream, the one a provider would hear (the first of the file).

    `codec` is FFmpeg's name for it (`pcm_s16le`, `mp3`, `aac`, `opus`), `container` the file
    format (`wav`, `mp3`, `mp4`, `ogg`, `webm`). `duration_ms` is null where it could not be had
    without reading the whole file. `missing_ms` is what a cut-off file promises beyond what is
    there, and `is_cut_off` tells of one that promises nothing; both only where cut-off files are
    accepted. `tracks` counts the streams of sound, of which the others are not heard.
    """

    codec: str
    container: str
    channels: int
    sample_rate_hz: int
    duration_ms: int | None
    bytes: int
    missing_ms: int = 0
    is_cut_off: bool = False
    tracks: int = 1
