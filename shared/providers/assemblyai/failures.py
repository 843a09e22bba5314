"""Why a transcript ended with an error, as a `Failure` that can be acted on.

There are no codes, only sentences; those that the documentation lists are told apart by their
words.
"""

from __future__ import annotations

import msgspec

from shared.model.batch.failure import Failure, FailureKind
from shared.providers.redaction import redacted


class _Class(msgspec.Struct, frozen=True):
    kind: FailureKind
    code: str
    advice: str
    retryable: bool = False


_UNREACHABLE = _Class(
    "configuration",
    "recording_unreachable",
    "Check that the storage account can be read from the internet; if it has a firewall, have the "
    "audio uploaded (ASSEMBLYAI_UPLOADS).",
    retryable=True,
)
_UNREADABLE = _Class("input", "audio_unreadable", "Send WAV, MP3, OGG/OPUS, FLAC, WMA or AAC.")
_EMPTY = _Class("input", "audio_empty", "Send a recording that holds speech.")
_NO_LANGUAGE = _Class(
    "input",
    "language_unknown",
    "Add the language that is spoken to the candidate locales, or ask for less confidence.",
)
_TROUBLE = _Class("provider", "provider_trouble", "Nothing; it is tried again.", True)
_UNKNOWN = _Class("provider", "provider_failed", "Look the reason up at the provider.", True)

_BY_WORDS: tuple[tuple[str, _Class], ...] = (
    ("download error", _UNREACHABLE),
    ("unable to download", _UNREACHABLE),
    ("does not appear to contain audio", _UNREADABLE),
    ("transcoding failed", _UNREADABLE),
    ("duration is too short", _EMPTY),
    ("speech threshold", _EMPTY),
    ("no spoken audio", _EMPTY),
    ("confidence threshold", _NO_LANGUAGE),
    ("server error", _TROUBLE),
)


def read_failure(error: str) -> Failure:
    """Classify what the provider says. `reason` is its own sentence, links cut at their query."""
    lowered = error.lower()
    found = next((found for words, found in _BY_WORDS if words in lowered), _UNKNOWN)
    return Failure(
        kind=found.kind,
        code=found.code,
        reason=f"AssemblyAI: {redacted(error) or 'it gave no reason'}",
        advice=found.advice,
        retryable=found.retryable,
    )
