"""Reads a completed transcript."""

from __future__ import annotations

import msgspec

from shared.errors import ResultMalformed, ResultMissing
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.providers.assemblyai.insights import Features, read_insights
from shared.providers.assemblyai.languages import UNSPACED, locale_of
from shared.providers.assemblyai.stretches import (
    Heard,
    HeardWord,
    channel_of,
    read_words,
    stretches,
)
from shared.providers.assemblyai.wire import is_tombstone, is_upload
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted, without_query


class _Warning(msgspec.Struct):
    message: str | None = None


class _Metadata(msgspec.Struct):
    warning: str | None = None
    warnings: list[_Warning] | None = None


class _Result(Features, kw_only=True):
    status: str | None = None
    audio_url: str | None = None
    text: str | None = None
    words: list[HeardWord] | None = None
    utterances: list[Heard] | None = None
    confidence: float | None = None
    audio_duration: float | None = None
    language_code: str | None = None
    language_detection: bool | None = None
    multichannel: bool | None = None
    metadata: _Metadata | None = None


_result = msgspec.json.Decoder(_Result)


def read_result(body: bytes) -> Recognition:
    """One recording as the service heard it; silence is a recognition without utterances.

    Raises `ResultMissing` for what was deleted or is not completed, `ResultMalformed` for
    anything that is no transcript.
    """
    try:
        result = decode(_result, body)
    except Undecodable as error:
        raise ResultMalformed(f"The result cannot be read: {error}", code="malformed") from None
    if is_tombstone(result.audio_url):
        raise ResultMissing("The transcript was deleted.", code="deleted")
    if result.status != "completed":
        raise ResultMissing("The transcript is not completed.", code="not_completed")
    url = result.audio_url or ""
    duration_ms = None if result.audio_duration is None else round(result.audio_duration * 1000)
    return Recognition(
        source="" if is_upload(url) else without_query(url),
        duration_ms=duration_ms,
        utterances=_utterances(result, duration_ms),
        warnings=_warnings(result.metadata),
        insights=read_insights(result),
        is_mixed=not result.multichannel,
    )


def _utterances(result: _Result, duration_ms: int | None) -> tuple[RecognisedUtterance, ...]:
    code = result.language_code or ""
    joint = "" if code.split("_")[0] in UNSPACED else " "
    found = result.utterances or stretches(result.words or [], joint)
    language = locale_of(code) if result.language_detection else None
    said = tuple(_utterance(one, language) for one in found if one.text)
    if said or not result.text:
        return said
    # Text alone: no model is known that gives no words, but nothing said is to be lost.
    return (
        RecognisedUtterance(
            start_ms=0,
            end_ms=duration_ms or 0,
            language=language,
            confidence=result.confidence,
            text=result.text,
        ),
    )


def _utterance(one: Heard, language: str | None) -> RecognisedUtterance:
    words = read_words(one.words or [])
    start = one.start if one.start is not None else (words[0].start_ms if words else 0)
    end = one.end if one.end is not None else (words[-1].end_ms if words else start)
    channel, speaker = channel_of(one.channel), one.speaker or ""
    return RecognisedUtterance(
        start_ms=start,
        end_ms=end,
        channel=channel,
        speaker="" if speaker == one.channel else speaker,
        language=language,
        confidence=one.confidence,
        text=one.text or "",
        words=words,
    )


def _warnings(metadata: _Metadata | None) -> tuple[str, ...]:
    if metadata is None:
        return ()
    said = [metadata.warning, *(each.message for each in metadata.warnings or ())]
    return tuple(f"AssemblyAI: {redacted(text)}" for text in dict.fromkeys(said) if text)
