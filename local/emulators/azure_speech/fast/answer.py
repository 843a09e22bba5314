"""The answer of a fast transcription: the displayed form alone, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from local.emulators.azure_speech.fast.definition import Asked
from local.emulators.common.display import display_words, joined
from local.recogniser.types import Heard, Phrase

_PUNCTUATION = "DictatedAndAutomatic"
_ONLY_SPEAKER = 0
_NO_TIME = {"offsetMilliseconds": 0, "durationMilliseconds": 0}


def answer_body(asked: Asked, heard: Heard) -> dict[str, Any]:
    """Diarization and translation are beyond the recogniser: everybody is speaker 0, and what is
    translated says what it said, in words without times."""
    phrases = sorted(_heard(asked, heard), key=lambda one: (one.channel, one.start_ms))
    is_apart = bool(asked.channels) and heard.channels > 1
    bodies = [_phrase(one, asked, is_apart) for one in phrases]
    return {
        "durationMilliseconds": heard.duration_ms,
        "combinedPhrases": list(_combined(bodies)),
        "phrases": bodies,
    }


def _heard(asked: Asked, heard: Heard) -> Iterator[Phrase]:
    """What all channels say at the same moment is heard once, where they are heard as one."""
    if asked.channels and heard.channels > 1:
        yield from (one for one in heard.phrases if one.channel in asked.channels)
        return
    seen: set[tuple[int, str]] = set()
    for one in sorted(heard.phrases, key=lambda one: (one.start_ms, one.channel)):
        if (one.start_ms, one.text) not in seen:
            seen.add((one.start_ms, one.text))
            yield Phrase(0, one.start_ms, one.end_ms, one.text, one.confidence, one.words)


def _phrase(phrase: Phrase, asked: Asked, is_apart: bool) -> dict[str, Any]:
    shown = _shown(phrase, asked)
    words = [
        {"text": text, **(_NO_TIME if asked.target_language else _span(word.start_ms, word.end_ms))}
        for word, text in zip(phrase.words, shown, strict=True)
        if text
    ]
    return {
        **({"channel": phrase.channel} if is_apart else {}),
        **({"speaker": _ONLY_SPEAKER} if asked.tells_speakers else {}),
        **_span(phrase.start_ms, phrase.end_ms),
        "text": joined(shown),
        "words": words,
        "locale": asked.locales[0] if asked.locales else "en-us",
        "confidence": 0 if asked.is_enhanced else phrase.confidence,
    }


def _shown(phrase: Phrase, asked: Asked) -> list[str]:
    words = phrase.words
    own = [word.shown for word in words]
    return display_words([word.text for word in words], _PUNCTUATION, asked.profanity, own)


def _span(start_ms: int, end_ms: int) -> dict[str, int]:
    return {"offsetMilliseconds": start_ms, "durationMilliseconds": end_ms - start_ms}


def _combined(phrases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for channel, some in groupby(phrases, key=lambda one: one.get("channel")):
        text = joined([one["text"] for one in some])
        yield {"text": text} if channel is None else {"channel": channel, "text": text}
