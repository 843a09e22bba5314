"""What providers call things, and what they are called here: for whoever brings a request along.

Names are those of Azure Speech batch transcription (2025-10-15, and 3.1 where it differs),
AssemblyAI (`/v2/transcript`) and Sofer.ai (`/v1/batch-transcriptions`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dropscribe.errors import DropscribeError

Given = Any


class Spelling(NamedTuple):
    """`here` is a key of a manifest; `made` makes its value, None for nothing to be said."""

    provider: str
    there: str
    here: str
    made: Callable[[Given], Any] = lambda given: given
    note: str = ""


def _if_true(value: Any) -> Callable[[Given], Any]:
    return lambda given: value if given in (True, "true", 1) else None


def _snake(given: Given) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(given)).lower()


def _listed(given: Given) -> list[Any]:
    """A text stands for what it lists with commas, as in the metadata of a blob."""
    if not isinstance(given, str):
        return given if isinstance(given, list) else [given]
    parts = [part.strip() for part in given.split(",")]
    return [int(part) if part.isdecimal() else part for part in parts if part]


def _locale(given: Given) -> str:
    """`en_us` is `en-US` here."""
    language, _, region = str(given).partition("_")
    return f"{language}-{region.upper()}" if region else language


def _url(given: Given) -> Any:
    return given.get("self") if isinstance(given, Mapping) else given


def _spelled(given: Given) -> dict[str, str]:
    return {heard: rule["to"] for rule in given for heard in _listed(rule["from"])}


AZURE, ASSEMBLYAI, SOFER = "Azure Speech", "AssemblyAI", "Sofer.ai"
SPELLINGS = (
    Spelling(AZURE, "displayName", "title"),
    Spelling(AZURE, "locale", "locale"),
    Spelling(AZURE, "model", "model", _url, "its `self`"),
    Spelling(AZURE, "candidateLocales", "candidate_locales", _listed),
    Spelling(AZURE, "channels", "channels", _listed),
    Spelling(AZURE, "diarizationEnabled", "speakers", _if_true("auto")),
    Spelling(AZURE, "maxSpeakers", "speakers", lambda given: {"max": int(given)}),
    Spelling(AZURE, "wordLevelTimestampsEnabled", "word_times"),
    Spelling(AZURE, "displayFormWordLevelTimestampsEnabled", "display_word_times"),
    Spelling(AZURE, "punctuationMode", "punctuation", _snake, "in small letters"),
    Spelling(AZURE, "profanityFilterMode", "profanity", _snake, "in small letters"),
    Spelling(AZURE, "timeToLiveHours", "time_to_live_hours"),
    Spelling(ASSEMBLYAI, "language_code", "locale", _locale, "`en_us` is `en-US`"),
    Spelling(ASSEMBLYAI, "speech_model", "models", _listed),
    Spelling(ASSEMBLYAI, "speech_models", "models", _listed),
    Spelling(ASSEMBLYAI, "speaker_labels", "speakers", _if_true("auto")),
    Spelling(ASSEMBLYAI, "speakers_expected", "speakers", int),
    Spelling(ASSEMBLYAI, "keyterms_prompt", "key_terms", _listed),
    Spelling(ASSEMBLYAI, "word_boost", "key_terms", _listed),
    Spelling(ASSEMBLYAI, "custom_spelling", "spelling", _spelled, "a table, not a list of rules"),
    Spelling(ASSEMBLYAI, "prompt", "prompt"),
    Spelling(ASSEMBLYAI, "format_text", "formatting"),
    Spelling(ASSEMBLYAI, "filter_profanity", "profanity", _if_true("masked"), "`masked` for true"),
    Spelling(ASSEMBLYAI, "redact_pii_policies", "redact", _listed),
    Spelling(
        ASSEMBLYAI,
        "redact_pii_sub",
        "redact_with",
        lambda given: "kind" if given == "entity_name" else "hash",
        "`entity_name` is `kind`",
    ),
    Spelling(
        ASSEMBLYAI, "language_confidence_threshold", "min_language_confidence", lambda given: given
    ),
    Spelling(ASSEMBLYAI, "sentiment_analysis", "sentiments"),
    Spelling(ASSEMBLYAI, "entity_detection", "entities"),
    Spelling(ASSEMBLYAI, "auto_chapters", "chapters"),
    Spelling(ASSEMBLYAI, "auto_highlights", "highlights"),
    Spelling(SOFER, "batch_title", "title"),
    Spelling(SOFER, "primary_language", "locale"),
    Spelling(SOFER, "processing_mode", "mode"),
    Spelling(SOFER, "num_speakers", "speakers", int),
    Spelling(SOFER, "auto_detect_speakers", "speakers", _if_true("auto")),
    Spelling(
        SOFER,
        "hebrew_word_format",
        "hebrew_words",
        lambda given: "hebrew" if "he" in _listed(given) else "latin",
        '`["he"]` is `hebrew`, `["en"]` is `latin`',
    ),
)
LISTS = frozenset(
    {"candidate_locales", "channels", "formats", "key_terms", "models", "providers", "redact"}
)
"""Keys of a manifest whose value is a list."""
_BY_NAME = {one.there: one for one in SPELLINGS}
_NOT_HERE = {
    "redact_pii": "Name what is to be redacted: redact.",
    "contentUrls": "Name the addresses as files, or in a manifest.",
    "contentContainerUrl": "Name the container in a manifest.",
    "destinationContainerUrl": "Results go to the containers of the deployment.",
    "webhook_url": "Name callback_url in a manifest, or subscribe.",
}


def ours(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every key as it is called here. What nobody knows stays, for the service to judge. Raises
    `DropscribeError` for what is said in another way here."""
    told: dict[str, Any] = {}
    for name, value in given.items():
        if name in _NOT_HERE:
            raise DropscribeError(f"{name}: {_NOT_HERE[name]}")
        spelling = _BY_NAME.get(name)
        usual = _listed(value) if name in LISTS else value
        made = spelling.made(value) if spelling is not None else usual
        if made is not None:
            told[spelling.here if spelling is not None else name] = made
    return told
