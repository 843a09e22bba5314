"""What the answer of a fast transcription means. No I/O.

There is the displayed form alone: no spoken form, no other readings, and no confidence of words.
"""

from __future__ import annotations

from typing import Any

import msgspec

from shared.model.profile.locale import canonical
from shared.model.transcript.masking import is_hidden
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Word
from shared.providers.azure_speech.confidence import probability
from shared.providers.azure_speech.shapes import Milliseconds
from shared.providers.decoding import decode_result

NOBODY_SPOKE = b'{"durationMilliseconds":0,"combinedPhrases":[],"phrases":[]}'
"""In the place of an answer that says that no language was found: there was no speech."""


class _Word(msgspec.Struct, gc=False, rename="camel"):
    text: str = ""
    offset_milliseconds: Milliseconds | None = None
    duration_milliseconds: Milliseconds | None = None


class _Phrase(_Word, gc=False, rename="camel"):
    channel: int | None = None
    speaker: int | str | None = None
    locale: str | None = None
    confidence: float | None = None
    words: list[_Word] | None = None


class _Combined(msgspec.Struct, gc=False):
    text: str = ""
    channel: int | None = None


class _Answer(msgspec.Struct, rename="camel"):
    phrases: list[_Phrase]
    combined_phrases: list[_Combined] | None = None
    duration_milliseconds: Milliseconds | None = None
    source: Any = None


_answer = msgspec.json.Decoder(_Answer)


def read_answer(body: bytes) -> Recognition:
    """One recording as the service heard it. Raises `ResultMalformed`."""
    answer, lost = decode_result(_answer, body)
    duration_ms = round(answer.duration_milliseconds or 0) or None
    utterances = tuple(_utterance(phrase) for phrase in answer.phrases if phrase.text.strip())
    return Recognition(
        source="",
        duration_ms=duration_ms,
        utterances=utterances or _combined(answer, duration_ms),
        warnings=lost,
    )


def _utterance(phrase: _Phrase) -> RecognisedUtterance:
    span = _span(phrase)
    start, end = span or (0, 0)
    words = tuple(_words(phrase))
    return RecognisedUtterance(
        start_ms=start,
        end_ms=end,
        channel=max(phrase.channel or 0, 0),
        speaker="" if phrase.speaker is None else str(phrase.speaker),
        language=canonical(phrase.locale) if phrase.locale else None,
        confidence=probability(phrase.confidence) or None,
        text=phrase.text,
        is_masked=is_hidden(phrase.text, " ".join(word.text for word in words)),
        words=words,
        timing="provider" if span else "interpolated",
    )


def _words(phrase: _Phrase) -> list[Word]:
    """Where no word has a time, as in a translation, there are none: all would stand at the
    beginning."""
    if not any(
        word.offset_milliseconds or word.duration_milliseconds for word in phrase.words or ()
    ):
        return []
    timed = [(word, _span(word)) for word in phrase.words or () if word.text.strip()]
    return [Word(word.text, *span) for word, span in timed if span is not None]


def _span(one: _Word) -> tuple[int, int] | None:
    if one.offset_milliseconds is None or one.duration_milliseconds is None:
        return None
    start = max(round(one.offset_milliseconds), 0)
    return start, start + max(round(one.duration_milliseconds), 0)


def _combined(answer: _Answer, duration_ms: int | None) -> tuple[RecognisedUtterance, ...]:
    """What was said on each channel, where no phrase says it."""
    return tuple(
        RecognisedUtterance(
            start_ms=0,
            end_ms=duration_ms or 0,
            channel=max(one.channel or 0, 0),
            text=one.text,
            timing="provider" if duration_ms else "interpolated",
        )
        for one in answer.combined_phrases or ()
        if one.text.strip()
    )
