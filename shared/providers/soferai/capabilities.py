"""What Sofer.ai takes: its API description (specification of 2026-07-31) and its price page.

Sizes, lengths and formats are documented nowhere; those that decoders commonly read are let
through. Nor is its rate limit: a public client leaves 13 seconds between its calls, so that five
a minute are taken for granted until the account says more. In standard mode a day is promised: a
window of an hour makes few jobs.
"""

from __future__ import annotations

from shared.model.preparing.formats import FLAC, OPUS, WAV
from shared.model.profile.capabilities import Capabilities, Pace

CALLS_PER_MINUTE = 5
MODELS = ("v1", "v0")

_PCM = {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}
_WMA = {"wmav1", "wmav2", "wmapro", "wmalossless"}

LIMITS = Capabilities(
    shows_titles=True,
    files_per_job=500,
    files_per_job_in={"express": 10},
    max_bytes=2_000_000_000,
    max_duration_ms=None,
    diarizes_channels=True,
    containers=frozenset({"wav", "mp3", "ogg", "flac", "asf", "aac", "mp4", "webm", "matroska"}),
    codecs=frozenset({"mp3", "opus", "vorbis", "flac", "aac"} | _PCM | _WMA),
    reads_best=(FLAC, OPUS, WAV),
    calls_per_window=CALLS_PER_MINUTE,
    window_seconds=60,
    calls_per_create=3,
    supports_delete=False,
    supports_container=False,
    modes=frozenset({"standard", "express"}),
    locales=frozenset({"en", "he", "yi", "fr"}),
    extras=frozenset({"models", "expected_speakers", "hebrew_words"}),
    mixes_channels=True,
    find_is_proof=False,
    results_count=True,
    identifies_languages=False,
    standard_seconds=24 * 3_600,
    # Within 24 hours, is all that it says; of express, nothing.
    pace={"standard": Pace(start_seconds=24 * 3_600, share=0.0, longest_seconds=24 * 3_600)},
    usual_window={"standard": 3_600},
)
