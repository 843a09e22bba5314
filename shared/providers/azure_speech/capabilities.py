"""What Azure Speech batch transcription takes: its quota page and its list of audio formats.

The quota page and the API description disagree on the size of a file in a container job (1 GB,
2.5 GB); the smaller figure holds here. AAC is listed without saying in which container, so both
the bare stream and MP4 are let through. That it asks HEAD first is told in issues 1370 and 1828 of
Azure-Samples/cognitive-services-speech-sdk. A region works through its jobs one at a time, each of
which may take half an hour to start, so that a window of minutes costs nobody anything. In the mode
"express" there is one of its own (`fast/`).
"""

from __future__ import annotations

import msgspec

from shared.model.preparing.formats import FLAC, OPUS, WAV
from shared.model.profile.capabilities import Capabilities, Pace
from shared.providers.azure_speech.fast import capabilities as fast
from shared.providers.azure_speech.locales import IDENTIFIED, TRANSCRIBED

_PCM = {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}
_WMA = {"wmav1", "wmav2", "wmapro", "wmalossless"}
_AMR = {"amrnb", "amr_nb", "amrwb", "amr_wb"}  # FFmpeg's decoder and codec names differ

BATCH = Capabilities(
    files_per_job=1000,
    recordings_per_container_job=10_000,
    max_bytes=1_000_000_000,
    max_duration_ms=None,
    max_diarized_ms=240 * 60_000,
    diarizes_channels=False,
    containers=frozenset({"wav", "mp3", "ogg", "flac", "asf", "aac", "mp4", "amr", "webm"}),
    codecs=frozenset({"mp3", "opus", "vorbis", "flac", "aac", "speex"} | _PCM | _WMA | _AMR),
    reads_best=(FLAC, OPUS, WAV),
    calls_per_window=100,
    window_seconds=10,
    supports_delete=True,
    supports_container=True,
    modes=frozenset({"standard"}),
    locales=TRANSCRIBED,
    identified_locales=IDENTIFIED,
    # Its page on creating a batch transcription: at peak hours a job may start after 30 minutes or
    # more, and take up to 24 hours; a region hears one at a time, about five times as fast as read.
    pace={"standard": Pace(start_seconds=1_800, share=0.2, at_once=1, longest_seconds=86_400)},
    asks_head=True,
    usual_window={"standard": 300, "express": 1},
)

LIMITS = msgspec.structs.replace(
    BATCH, modes=frozenset({"standard", "express"}), in_mode={"express": fast.beside(BATCH)}
)
