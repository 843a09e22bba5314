"""What AssemblyAI takes: its documentation and its specification of March 2026.

Uploads are limited to 2.2 GB, links to 5 GB. Of the formats that its page lists by their endings,
all are here that can be looked into; what is missing are .8svx, .dss, .mogg, .qcp and .mxf. Bulk
work is to begin with 25 recordings in 15 seconds and to grow by 8 to 9 % each time; beyond 200 a
minute its support wants to know.
"""

from __future__ import annotations

import msgspec

from shared.model.preparing.formats import FLAC, OPUS, WAV
from shared.model.profile.capabilities import Capabilities, Pace, Ramp
from shared.model.profile.extras import EXTRAS
from shared.providers.assemblyai.languages import LANGUAGES

MOST_UPLOAD_BYTES = 2_200_000_000
CREATES_PER_MINUTE = 200
_WINDOW_SECONDS = 15

_PCM = {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}
_PCM_OF_AIFF_AU_AND_MOV = {"pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be"}
_RECORDED = {"wav", "mp3", "ogg", "flac", "asf", "aac", "mp4", "amr", "webm", "aiff", "au", "voc"}
_OTHERS = {"ac3", "ape", "flv", "mpegts", "tta", "wv"}
_LOSSLESS = {"flac", "alac", "ape", "tta", "wavpack"}
_WMA = {"wmav1", "wmav2", "wmapro", "wmalossless"}
_AMR = {"amrnb", "amr_nb", "amrwb", "amr_wb"}  # FFmpeg's decoder and codec names differ

LIMITS = Capabilities(
    files_per_job=1,
    max_bytes=5_000_000_000,
    max_duration_ms=10 * 3_600_000,
    diarizes_channels=True,
    containers=frozenset(_RECORDED | _OTHERS),
    codecs=frozenset(
        {"mp2", "mp3", "opus", "vorbis", "aac", "ac3"}
        | _LOSSLESS
        | _PCM
        | _PCM_OF_AIFF_AU_AND_MOV
        | _WMA
        | _AMR
    ),
    reads_best=(FLAC, OPUS, WAV),
    calls_per_window=20_000,
    window_seconds=300,
    supports_delete=True,
    supports_container=False,
    modes=frozenset({"standard"}),
    locales=LANGUAGES,
    extras=frozenset(EXTRAS) - {"hebrew_words", "translate_to"},
    picks_channels=False,
    results_count=True,
    # Its page on speed: under 45 seconds usually, at 0.008 of the length at best.
    pace={"standard": Pace(start_seconds=45, share=0.008)},
)


def limits_of(creates_per_minute: int, *, uploads: bool) -> Capabilities:
    """The limits of an account whose support was told of so many create calls."""
    most = max(1, creates_per_minute * _WINDOW_SECONDS // 60)
    ramp = Ramp(first=min(25, most), most=most, seconds=_WINDOW_SECONDS, growth=1.085)
    limits = msgspec.structs.replace(LIMITS, ramp=ramp)
    if not uploads:
        return limits
    return msgspec.structs.replace(limits, max_bytes=MOST_UPLOAD_BYTES, calls_per_create=2)
