"""Reads a create call: what is asked for, and what is wrong with it.

The names, types and values are those of the service's specification; where that says nothing of a
combination, nothing is refused.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec

from local.emulators.assemblyai.errors import Refusal
from local.emulators.assemblyai.vocabulary import LANGUAGES, MODELS, PII_POLICIES, USUAL_MODELS

_BOOLEANS = """
    punctuate format_text multichannel dual_channel auto_highlights filter_profanity redact_pii
    redact_pii_audio redact_pii_return_unredacted speaker_labels content_safety iab_categories
    disfluencies sentiment_analysis auto_chapters entity_detection summarization
    language_detection custom_topics
""".split()
_STRINGS = """
    webhook_url webhook_auth_header_name webhook_auth_header_value language_code prompt domain
    speech_model redact_pii_audio_quality remove_audio_tags summary_model summary_type
""".split()
_INTEGERS = ["audio_start_from", "audio_end_at", "speakers_expected", "content_safety_confidence"]
_SHARES = ["language_confidence_threshold", "speech_threshold", "temperature"]
_LISTS = ["speech_models", "language_codes", "keyterms_prompt", "redact_pii_policies", "topics"]
_OBJECTS = """
    language_detection_options speaker_options keyterms_prompt_options redact_pii_audio_options
    speech_understanding
""".split()
_KNOWN = {*_BOOLEANS, *_STRINGS, *_INTEGERS, *_SHARES, *_LISTS, *_OBJECTS} | {
    "audio_url",
    "custom_spelling",
    "redact_pii_sub",
}
_MOST_KEY_TERMS = 1000
_MOST_WORDS = 6


def read_submission(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """The body of a create call, without its nulls, and the fields that nobody knows. Raises
    `Refusal`."""
    try:
        body = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise Refusal(400, "Invalid JSON in request body") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request body must be an object")
    asked = {name: value for name, value in body.items() if value is not None}
    _check_types(asked)
    _check_source(asked.get("audio_url"))
    _check_models(asked)
    _check_redaction(asked)
    _check_spelling(asked.get("custom_spelling", []))
    _check_key_terms(asked.get("keyterms_prompt", []))
    return asked, sorted(set(asked) - _KNOWN)


def _check_types(asked: dict[str, Any]) -> None:
    kinds: tuple[tuple[list[str], type | tuple[type, ...], str], ...] = (
        (_BOOLEANS, bool, "a Boolean"),
        (_STRINGS, str, "a string"),
        (_INTEGERS, int, "an integer"),
        (_SHARES, (int, float), "a number"),
        (_LISTS, list, "a list"),
        (_OBJECTS, dict, "an object"),
    )
    for names, kind, expected in kinds:
        for name in names:
            value = asked.get(name)
            is_confused = isinstance(value, bool) and kind is not bool
            if value is not None and (not isinstance(value, kind) or is_confused):
                raise Refusal(400, f"{name} must be {expected}")
    for name in _SHARES:
        if not 0 <= asked.get(name, 0) <= 1:
            raise Refusal(400, f"{name} must be between 0 and 1")


def _check_source(url: object) -> None:
    if not isinstance(url, str):
        raise Refusal(400, "audio_url is required and must be a string")
    try:
        is_usable = urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise Refusal(400, "audio_url must be a valid URL")


def _check_models(asked: dict[str, Any]) -> None:
    if "speech_model" in asked:
        raise Refusal(400, "speech_model is deprecated. Use speech_models")
    models = asked.setdefault("speech_models", list(USUAL_MODELS))
    if not models:
        raise Refusal(400, "speech_models is required")
    strangers = [model for model in models if model not in MODELS]
    if strangers:
        raise Refusal(400, f"Invalid speech model. Use one of {', '.join(MODELS)}")
    language = asked.get("language_code", "en_us")
    if language not in LANGUAGES:
        raise Refusal(400, "The language_code is not supported")


def _check_redaction(asked: dict[str, Any]) -> None:
    strangers = [name for name in asked.get("redact_pii_policies", []) if name not in PII_POLICIES]
    if strangers:
        raise Refusal(400, "redact_pii_policies holds an invalid policy")
    if asked.get("redact_pii_sub", "hash") not in ("hash", "entity_name"):
        raise Refusal(400, "redact_pii_sub must be hash or entity_name")


def _check_spelling(rules: object) -> None:
    if not isinstance(rules, list):
        raise Refusal(400, "custom_spelling must be a list")
    for rule in rules:
        heard, written = (rule.get("from"), rule.get("to")) if isinstance(rule, dict) else (0, 0)
        is_list = isinstance(heard, list) and all(isinstance(word, str) for word in heard)
        if not is_list or not isinstance(written, str):
            raise Refusal(400, "custom_spelling must hold objects with from and to")
        if " " in written.strip():
            raise Refusal(400, "custom_spelling: to must be a single word")


def _check_key_terms(terms: list[Any]) -> None:
    if len(terms) > _MOST_KEY_TERMS:
        raise Refusal(400, f"keyterms_prompt may hold at most {_MOST_KEY_TERMS} terms")
    if any(not isinstance(term, str) or len(term.split()) > _MOST_WORDS for term in terms):
        raise Refusal(400, f"keyterms_prompt: a phrase may have at most {_MOST_WORDS} words")
