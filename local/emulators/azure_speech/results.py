"""Result and report files, in the schema of the version that the job was made with.

Phrases come grouped by channel, not in order of time: the service promises no order.
Ticks are written as floats on phrases and words, as the service writes them. Diarization is
beyond the recogniser: everybody is speaker 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec

from local.emulators.azure_speech.models import BASE_MODELS
from local.emulators.azure_speech.time_forms import TICKS_PER_MS, iso_duration, ticks, utc
from local.emulators.azure_speech.transcriptions import Transcription, Wanted
from local.emulators.common.display import display_words, joined, masked
from local.recogniser.types import Heard, Phrase, Word

_MOST_ALTERNATIVES = 5
_ONLY_SPEAKER = 1


def result_body(one: Transcription, source: str, heard: Heard, at: int) -> bytes:
    """The result file of one recording. `source`: the URL as given, or the path in the
    container."""
    dated = one.version.dated
    phrases = [
        _phrase(phrase, one, dated)
        for phrase in sorted(heard.phrases, key=lambda p: (p.channel, p.start_ms))
        if phrase.channel in one.wanted.channels
    ]
    body = {
        "source": source,
        "timestamp": utc(at),
        "durationInTicks": heard.duration_ms * TICKS_PER_MS,
        **({"durationMilliseconds": heard.duration_ms} if dated else {}),
        "duration": iso_duration(heard.duration_ms),
        "combinedRecognizedPhrases": _combined(phrases),
        "recognizedPhrases": phrases,
    }
    return msgspec.json.encode(body)


def report_body(details: list[dict[str, str]]) -> bytes:
    """`details` as made by `report_line`, in the order of the inputs."""
    failed = sum(line["status"] == "Failed" for line in details)
    return msgspec.json.encode(
        {
            "successfulTranscriptionsCount": len(details) - failed,
            "failedTranscriptionsCount": failed,
            "details": details,
        }
    )


def report_line(source: str, error: tuple[str, str] | None) -> dict[str, str]:
    if error is None:
        return {"source": source, "status": "Succeeded"}
    kind, message = error
    return {"source": source, "status": "Failed", "errorMessage": message, "errorKind": kind}


def _combined(phrases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per channel on which somebody spoke: silence gives an empty list."""
    combined = []
    for channel, said in groupby(phrases, key=lambda phrase: phrase["channel"]):
        best = [phrase["nBest"][0] for phrase in said]
        forms = {
            form: joined([one[form] for one in best])
            for form in ("lexical", "itn", "maskedITN", "display")
        }
        combined.append({"channel": channel, **forms})
    return combined


def _phrase(phrase: Phrase, one: Transcription, dated: bool) -> dict[str, Any]:
    wanted = one.wanted
    body: dict[str, Any] = {"recognitionStatus": "Success", "channel": phrase.channel}
    if wanted.most_speakers is not None:
        body["speaker"] = _ONLY_SPEAKER
    if wanted.candidate_locales:
        body["locale"] = one.locale
    body |= _span(phrase.start_ms, phrase.end_ms, dated)
    body["nBest"] = _alternatives(phrase, wanted, dated)
    return body


def _alternatives(phrase: Phrase, wanted: Wanted, dated: bool) -> list[dict[str, Any]]:
    model = BASE_MODELS.get(wanted.model or "")
    display_only = model is not None and model.display_only
    own = [word.shown for word in phrase.words]
    best = _forms(phrase.text, phrase.confidence, wanted, display_only, own)
    if wanted.word_times and not display_only:
        best["words"] = [_word(word, dated) for word in phrase.words]
    if wanted.display_word_times and not display_only:
        best["displayWords"] = _display_words(phrase.words, wanted, dated)
    others = [
        _forms(other.text, other.confidence or 0.0, wanted, display_only)
        for other in phrase.alternatives
        if other.text != phrase.text
    ]
    return [best, *others[: _MOST_ALTERNATIVES - 1]]


def _forms(
    text: str, confidence: float, wanted: Wanted, display_only: bool, own: Sequence[str] = ()
) -> dict[str, Any]:
    words = text.split()
    shown = joined(display_words(words, wanted.punctuation, wanted.profanity, own))
    lexical = "" if display_only else text
    return {
        "confidence": confidence,
        "lexical": lexical,
        "itn": lexical,
        "maskedITN": "" if display_only else joined(masked(words, wanted.profanity)),
        "display": shown,
    }


def _word(word: Word, dated: bool) -> dict[str, Any]:
    span = _span(word.start_ms, word.end_ms, dated)
    return {"word": word.text, **span, "confidence": word.confidence}


def _display_words(words: tuple[Word, ...], wanted: Wanted, dated: bool) -> list[dict[str, Any]]:
    shown = display_words(
        [word.text for word in words],
        wanted.punctuation,
        wanted.profanity,
        [word.shown for word in words],
    )
    return [
        {"displayText": text, **_span(word.start_ms, word.end_ms, dated)}
        for word, text in zip(words, shown, strict=True)
        if text
    ]


def _span(start_ms: int, end_ms: int, dated: bool) -> dict[str, Any]:
    length_ms = end_ms - start_ms
    span: dict[str, Any] = {
        "offset": iso_duration(start_ms),
        "duration": iso_duration(length_ms),
        "offsetInTicks": ticks(start_ms),
        "durationInTicks": ticks(length_ms),
    }
    if dated:
        span |= {"offsetMilliseconds": start_ms, "durationMilliseconds": length_ms}
    return span
