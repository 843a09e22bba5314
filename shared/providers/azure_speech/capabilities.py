"""What Azure Speech batch transcription takes: its quota page and its list of audio formats.

The quota page and the API description disagree on the size of a file in a container job (1 GB,
2.5 GB); the smaller figure holds here. AAC is listed without saying in which container, so both
the bare stream and MP4 are let through. A region works through its jobs one at a time, each of
which may take half an hour to start, so that a window of minutes costs nobody anything.
"""

from __future__ import annotations

from shared.model.profile.capabilities import Capabilities

_PCM = {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}
_WMA = {"wmav1", "wmav2", "wmapro", "wmalossless"}
_AMR = {"amrnb", "amr_nb", "amrwb", "amr_wb"}  # FFmpeg's decoder and codec names differ

LIMITS = Capabilities(
    files_per_job=1000,
    recordings_per_container_job=10_000,
    max_bytes=1_000_000_000,
    max_duration_ms=None,
    max_diarized_ms=240 * 60_000,
    diarizes_channels=False,
    containers=frozenset({"wav", "mp3", "ogg", "flac", "asf", "aac", "mp4", "amr", "webm"}),
    codecs=frozenset({"mp3", "opus", "vorbis", "flac", "aac", "speex"} | _PCM | _WMA | _AMR),
    calls_per_window=100,
    window_seconds=10,
    supports_delete=True,
    supports_container=True,
    usual_window={"standard": 300},
)
