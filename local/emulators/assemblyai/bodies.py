"""Transcripts and lists of them as the service writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from local.emulators.assemblyai import speech
from local.emulators.assemblyai.speech import Json
from local.emulators.assemblyai.transcripts import Transcript
from local.emulators.assemblyai.understanding import understood

_ECHOED = """
    language_code language_detection language_confidence_threshold punctuate format_text
    multichannel webhook_url webhook_auth_header_name auto_highlights audio_start_from audio_end_at
    filter_profanity redact_pii redact_pii_audio redact_pii_audio_quality redact_pii_policies
    redact_pii_sub speaker_labels content_safety iab_categories custom_spelling disfluencies
    sentiment_analysis auto_chapters entity_detection speech_threshold summarization
    speakers_expected speaker_options keyterms_prompt prompt temperature speech_models
    language_detection_options
""".split()
_ON = {"punctuate": True, "format_text": True}
_OFF = dict.fromkeys(
    """
    multichannel auto_highlights redact_pii speaker_labels content_safety iab_categories
    auto_chapters entity_detection sentiment_analysis summarization language_detection
    """.split(),
    False,
)
_TOMB = "http://deleted_by_user"
_RESULTS = """
    text words utterances confidence audio_duration entities auto_highlights_result chapters
    sentiment_analysis_results content_safety_labels iab_categories_result summary
""".split()


def transcript_body(one: Transcript) -> Json:
    """The object, whatever its state; the secret of the webhook is not echoed."""
    if one.is_deleted:
        return _tombstone(one)
    asked = one.asked
    return {
        "id": one.id,
        "speech_model": None,
        "language_model": "assemblyai_default",
        "acoustic_model": "assemblyai_default",
        "audio_url": one.audio_url,
        **{name: asked.get(name, _ON.get(name, _OFF.get(name))) for name in _ECHOED},
        "status": one.status,
        "throttled": False,
        "webhook_status_code": one.webhook_status,
        "webhook_auth": "webhook_auth_header_name" in asked,
        "language_confidence": None,
        **(_result(one) if one.status == "completed" else dict.fromkeys(_RESULTS)),
        **({"error": one.error} if one.error is not None else {}),
    }


def _result(one: Transcript) -> Json:
    assert one.heard is not None
    asked = one.asked
    phrases = speech.said(one.heard, asked)
    words = [word for phrase in phrases for word in phrase]
    detected = {"language_code": "en", "language_confidence": 0.99}
    return {
        "text": speech.joined(words),
        "words": words,
        "utterances": speech.utterances(phrases, asked),
        "confidence": speech.confidence(words),
        "audio_duration": -(-one.heard.duration_ms // 1000),
        "speech_model_used": asked["speech_models"][0],
        **({"audio_channels": one.heard.channels} if speech.is_multichannel(asked) else {}),
        **({} if "language_code" in asked else {"language_code": "en_us"}),
        **(detected if asked.get("language_detection") else {}),
        **understood(one.heard, phrases, asked),
    }


def _tombstone(one: Transcript) -> Json:
    return {
        "id": one.id,
        "language_model": "assemblyai_default",
        "acoustic_model": "assemblyai_default",
        "status": "completed",
        "audio_url": _TOMB,
        "webhook_url": _TOMB,
        **{name: None for name in _ECHOED if name != "webhook_url"},
        **dict.fromkeys(_RESULTS),
        **_OFF,
        "text": "Deleted by user.",
        "webhook_auth": False,
        "webhook_status_code": None,
        "language_confidence": None,
        "error": None,
    }


def sentences_body(one: Transcript) -> Json:
    return {**_heading(one), "sentences": speech.sentences(_phrases(one))}


def paragraphs_body(one: Transcript) -> Json:
    return {**_heading(one), "paragraphs": speech.paragraphs(_phrases(one))}


def _heading(one: Transcript) -> Json:
    body = _result(one)
    return {"id": one.id, **{name: body[name] for name in ("confidence", "audio_duration")}}


def _phrases(one: Transcript) -> list[list[Json]]:
    assert one.heard is not None
    return speech.said(one.heard, one.asked)


def search_body(one: Transcript, wanted: list[str]) -> Json:
    """Where single words were said."""
    words = [word for phrase in _phrases(one) for word in phrase]
    plain = [word["text"].strip(".").lower() for word in words]
    matches = []
    for text in wanted:
        indexes = [index for index, said in enumerate(plain) if said == text.lower()]
        if indexes:
            times = [[words[index]["start"], words[index]["end"]] for index in indexes]
            found = {"text": text, "count": len(indexes), "timestamps": times, "indexes": indexes}
            matches.append(found)
    return {"id": one.id, "total_count": sum(m["count"] for m in matches), "matches": matches}


def list_item(one: Transcript, public_url: str) -> Json:
    return {
        "id": one.id,
        "resource_url": f"{public_url}/v2/transcript/{one.id}",
        "status": one.status,
        "created": _moment(one.created_at),
        "completed": None if one.completed_at is None else _moment(one.completed_at),
        "audio_url": _TOMB if one.is_deleted else one.audio_url,
        "error": one.error,
    }


def _moment(at: float) -> str:
    """UTC, and not said so."""
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
