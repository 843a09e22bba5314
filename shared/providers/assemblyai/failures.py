"""Why a transcript ended with an error, as a `Failure` that can be acted on.

There are no codes, only sentences; those that the documentation lists are told apart by their
words.
"""

from __future__ import annotations

from shared.model import failure_texts as texts
from shared.model.failure import Failure, Template
from shared.providers.redaction import redacted

_BY_WORDS: tuple[tuple[str, Template], ...] = (
    ("download error", texts.NO_WAY_TO_AUDIO),
    ("unable to download", texts.NO_WAY_TO_AUDIO),
    ("does not appear to contain audio", texts.AUDIO_UNREADABLE),
    ("transcoding failed", texts.AUDIO_UNREADABLE),
    ("duration is too short", texts.NO_SPEECH),
    ("speech threshold", texts.NO_SPEECH),
    ("no spoken audio", texts.NO_SPEECH),
    ("confidence threshold", texts.NO_SURE_LANGUAGE),
    ("server error", texts.TROUBLE),
)


def read_failure(error: str) -> Failure:
    """Classify what the provider says. `reason` is its own sentence, links cut at their query."""
    lowered = error.lower()
    known = (found for words, found in _BY_WORDS if words in lowered)
    return next(known, texts.FAILED).failure(
        provider="AssemblyAI",
        said=redacted(error) or texts.NO_REASON,
        formats="WAV, MP3, OGG/OPUS, FLAC, WMA or AAC",
        setting="ASSEMBLYAI_UPLOADS",
    )
