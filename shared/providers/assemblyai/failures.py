"""Why a transcript ended with an error, as a `Failure` that can be acted on.

There are no codes, only sentences; those that the documentation lists are told apart by their
words.
"""

from __future__ import annotations

from shared.model import failure_texts as texts
from shared.model.failure import Failure, Template
from shared.providers.redaction import redacted

_BY_WORDS: tuple[tuple[str, Template], ...] = (
    ("download error", texts.ASSEMBLYAI_UNREACHABLE),
    ("unable to download", texts.ASSEMBLYAI_UNREACHABLE),
    ("does not appear to contain audio", texts.ASSEMBLYAI_UNREADABLE),
    ("transcoding failed", texts.ASSEMBLYAI_UNREADABLE),
    ("duration is too short", texts.ASSEMBLYAI_EMPTY),
    ("speech threshold", texts.ASSEMBLYAI_EMPTY),
    ("no spoken audio", texts.ASSEMBLYAI_EMPTY),
    ("confidence threshold", texts.ASSEMBLYAI_NO_LANGUAGE),
    ("server error", texts.ASSEMBLYAI_TROUBLE),
)


def read_failure(error: str) -> Failure:
    """Classify what the provider says. `reason` is its own sentence, links cut at their query."""
    lowered = error.lower()
    known = (found for words, found in _BY_WORDS if words in lowered)
    return next(known, texts.ASSEMBLYAI_UNKNOWN).failure(said=redacted(error) or texts.NO_REASON)
