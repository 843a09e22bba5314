"""What to send: paths and the create call's body. No I/O.

Names and values are those of the specification of March 2026. One recording a job.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec

from shared.model.profile.options import Options
from shared.model.redaction.kinds import kinds_of
from shared.ports.provider import JobRequest
from shared.providers.assemblyai.languages import code_of
from shared.providers.assemblyai.models import USUAL
from shared.providers.assemblyai.webhook import Webhook

JsonObject = dict[str, object]

UPLOAD = "/v2/upload"
TRANSCRIPTS = "/v2/transcript"
_MOST_ON_A_PAGE = 200


def transcript_path(transcription_id: str) -> str:
    return f"{TRANSCRIPTS}/{quote(transcription_id, safe='')}"


def list_path(before_id: str | None = None) -> str:
    """Newest first; with `before_id` those that are older than it."""
    query = {"limit": str(_MOST_ON_A_PAGE), **({"before_id": before_id} if before_id else {})}
    return f"{TRANSCRIPTS}?{urlencode(query)}"


def create_body(
    audio_url: str,
    request: JobRequest,
    webhook: Webhook | None,
    models: Sequence[str] = USUAL.models,
    *,
    instead: bool = False,
) -> bytes:
    """The create call's JSON. `audio_url` carries its mark already, if it can. `models` are for a
    profile that names none; `instead` tells that the provider itself named them."""
    options = request.options
    body: JsonObject = {
        "audio_url": audio_url,
        "speech_models": options.models or models,
        "punctuate": options.punctuation != "none",
        "format_text": options.formatting,
        "filter_profanity": options.profanity in ("masked", "removed"),
        "multichannel": len(options.channels) > 1,
        **_language(options),
        **_speakers(options),
        **_accuracy(options),
        **_redaction(options),
        **_features(options),
    }
    if webhook is not None:
        body.update(webhook.fields(request.mark, keep=request.keep, instead=instead))
    return msgspec.json.encode(body)


def _language(options: Options) -> JsonObject:
    """One that is given, or one to be detected among those expected."""
    if not options.candidate_locales:
        return {"language_code": code_of(options.locale)}
    expected = dict.fromkeys(map(_language_alone, (options.locale, *options.candidate_locales)))
    asked: JsonObject = {
        "language_detection": True,
        "language_detection_options": {
            "expected_languages": list(expected),
            "fallback_language": _language_alone(options.locale),
        },
    }
    if options.min_language_confidence is not None:
        asked["language_confidence_threshold"] = options.min_language_confidence
    return asked


def _language_alone(locale: str) -> str:
    """Detection knows one English."""
    return code_of(locale).split("_")[0]


def _speakers(options: Options) -> JsonObject:
    if not options.tells_speakers:
        return {}
    if options.expected_speakers is not None:
        return {"speaker_labels": True, "speakers_expected": options.expected_speakers}
    bounds = {
        "min_speakers_expected": options.min_speakers,
        "max_speakers_expected": options.max_speakers,
    }
    given = {name: count for name, count in bounds.items() if count is not None}
    return {"speaker_labels": True, **({"speaker_options": given} if given else {})}


def _accuracy(options: Options) -> JsonObject:
    asked: JsonObject = {}
    if options.key_terms:
        asked["keyterms_prompt"] = options.key_terms
    if options.prompt:
        asked["prompt"] = options.prompt
    if options.spelling:
        heard: dict[str, list[str]] = {}
        for spoken, written in options.spelling.items():
            heard.setdefault(written, []).append(spoken)
        asked["custom_spelling"] = [{"from": all_, "to": to} for to, all_ in heard.items()]
    return asked


def _redaction(options: Options) -> JsonObject:
    """Without policies nothing is redacted, so they are always named."""
    if not options.redact:
        return {}
    return {
        "redact_pii": True,
        "redact_pii_policies": kinds_of(options.redact),
        "redact_pii_sub": "hash" if options.redact_with == "hash" else "entity_name",
    }


def _features(options: Options) -> JsonObject:
    """Only sentiments go with redaction: the others would hold what the text no longer does."""
    asked = {"sentiment_analysis": options.sentiments}
    if not options.redact:
        asked["entity_detection"] = options.entities
        asked["auto_chapters"] = options.chapters
        asked["auto_highlights"] = options.highlights
    return {name: True for name, is_asked in asked.items() if is_asked}
