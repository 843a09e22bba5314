"""Reads a completed transcript."""

from __future__ import annotations

from itertools import zip_longest

import msgspec
from msgspec.structs import replace

from shared.errors import ResultMalformed, ResultMissing
from shared.model.language.languages import language
from shared.model.transcript.alignment import align, key, without_echoes
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.providers.assemblyai.insights import Features, read_insights
from shared.providers.assemblyai.languages import UNSPACED, locale_of
from shared.providers.assemblyai.marks import has_others_instead
from shared.providers.assemblyai.stretches import (
    Heard,
    HeardWord,
    channel_of,
    read_words,
    stretches,
)
from shared.providers.assemblyai.wire import is_tombstone, is_upload
from shared.providers.decoding import decode_result
from shared.providers.redaction import redacted, without_query


class _Warning(msgspec.Struct):
    message: str | None = None


class _Metadata(msgspec.Struct):
    warning: str | None = None
    warnings: list[_Warning] | None = None


class _Result(Features, kw_only=True):
    status: str | None = None
    audio_url: str | None = None
    webhook_url: str | None = None
    speech_models: list[str] | None = None
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
    result, lost = decode_result(_result, body)
    if is_tombstone(result.audio_url):
        raise ResultMissing("The transcript was deleted.", code="deleted")
    if lost and result.status is None:
        raise ResultMalformed("Nothing in the result can be read.", code="malformed")
    if result.status != "completed":
        raise ResultMissing("The transcript is not completed.", code="not_completed")
    url = result.audio_url or ""
    duration_ms = None if result.audio_duration is None else round(result.audio_duration * 1000)
    utterances = _utterances(result, duration_ms)
    if lost and not utterances:
        raise ResultMalformed("Nothing in the result can be read.", code="malformed")
    return Recognition(
        source="" if is_upload(url) else without_query(url),
        duration_ms=duration_ms,
        utterances=utterances,
        warnings=_warnings(result.metadata) + _substitutes(result) + lost,
        insights=read_insights(result),
        is_mixed=not result.multichannel,
    )


def _utterances(result: _Result, duration_ms: int | None) -> tuple[RecognisedUtterance, ...]:
    code = result.language_code or ""
    told = locale_of(code)
    joint = "" if code.split("_")[0] in UNSPACED else " "
    found = result.utterances
    if not any(one.text or one.words for one in found or ()):
        words = _with_text(result.words or [], result.text or "", joint)
        found = stretches(words, joint, language(told))
    spoken = told if result.language_detection else None
    said = tuple(_utterance(one, spoken, joint) for one in found or () if _text(one, joint))
    if said or not result.text:
        return said
    # Text alone: no model is known that gives no words, but nothing said is to be lost.
    return (
        RecognisedUtterance(
            start_ms=0,
            end_ms=duration_ms or 0,
            language=spoken,
            confidence=result.confidence,
            text=result.text,
            timing="provider" if duration_ms else "interpolated",
        ),
    )


def _with_text(words: list[HeardWord], text: str, joint: str) -> list[HeardWord]:
    """The words of the text, where it says more than the words beside it do: they tell when."""
    tokens = text.split()
    if not words or not joint or [word.text for word in words] == tokens:
        return words
    keys = [key(word.text or "") for word in words]
    found: list[HeardWord] = []
    for block in align([key(token) for token in tokens], keys):
        said, heard = tokens[block.first : block.last], words[block.start : block.end]
        if len(said) == len(heard):
            found += map(_saying, heard, said)
        elif said:
            found += [_saying(near, token) for token, near in zip_longest(said, heard) if token]
        else:
            found += [words[n] for n in without_echoes(keys, block)]
    return [word for word in found if word.text]


def _saying(word: HeardWord | None, text: str) -> HeardWord:
    return replace(word, text=text) if word else HeardWord(text=text)


def _text(one: Heard, joint: str) -> str:
    return one.text or joint.join(word.text for word in one.words or () if word.text)


def _utterance(one: Heard, spoken: str | None, joint: str) -> RecognisedUtterance:
    words = read_words(one.words or [])
    timed = [word for word in words if word.timing == "provider"]
    start = one.start if one.start is not None else (timed[0].start_ms if timed else None)
    end = one.end if one.end is not None else (timed[-1].end_ms if timed else start)
    channel, speaker = channel_of(one.channel), one.speaker or ""
    return RecognisedUtterance(
        start_ms=start or 0,
        end_ms=end or 0,
        channel=channel,
        speaker="" if speaker == one.channel else speaker,
        language=spoken,
        confidence=one.confidence,
        text=_text(one, joint),
        words=words,
        timing="interpolated" if start is None else "provider",
    )


def _substitutes(result: _Result) -> tuple[str, ...]:
    """That other models than the usual ones were asked for, where the call's mark says so."""
    if not has_others_instead(result.audio_url, result.webhook_url):
        return ()
    models = ", ".join(map(redacted, result.speech_models or ())) or "others"
    return (f"AssemblyAI does not take the usual models any more; it was asked for {models}.",)


def _warnings(metadata: _Metadata | None) -> tuple[str, ...]:
    if metadata is None:
        return ()
    said = [metadata.warning, *(each.message for each in metadata.warnings or ())]
    return tuple(f"AssemblyAI: {redacted(text)}" for text in dict.fromkeys(said) if text)
