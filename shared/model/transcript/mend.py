"""Sense made of one utterance as a provider gave it: its text, its numbers, its words' times.

Runs for every word of every recording, so what is in order already takes the short way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from shared.model.transcript.plain_text import clean_text, clean_text_or_none
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Alternative, Word

# A confidence may leave 0..1 by rounding. Further out it is on another scale: unknown.
_ROUNDING_SLACK = 0.01


def mend_utterance(heard: RecognisedUtterance, duration_ms: int | None) -> RecognisedUtterance:
    """Text cleaned, numbers made sense of, times inside 0..duration; words still as they came."""
    start_ms, end_ms = max(heard.start_ms, 0), heard.end_ms
    if duration_ms is not None:
        start_ms, end_ms = min(start_ms, duration_ms), min(end_ms, duration_ms)
    text_itn, text_lexical = map(clean_text_or_none, (heard.text_itn, heard.text_lexical))
    return RecognisedUtterance(
        start_ms=start_ms,
        end_ms=max(end_ms, start_ms),
        channel=heard.channel,
        speaker=clean_text(heard.speaker),
        language=heard.language or None,
        confidence=mend_confidence(heard.confidence),
        # Some models fill only one of the forms; speech is never dropped for that.
        text=clean_text(heard.text) or text_itn or text_lexical or _spoken(heard.words),
        text_itn=text_itn,
        text_lexical=text_lexical,
        words=heard.words,
        alternatives=_alternatives(heard.alternatives),
    )


def mend_words(heard: Sequence[Word], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """The words inside start..end, in the order of the text, none overlapping the next.

    Words keep their order even against their times, because the order is the sentence. A word
    whose whole time lies outside the utterance is put on its edge and marked as interpolated.
    """
    words: list[Word] = []
    floor_ms = start_ms
    last_ms = start_ms
    for word in heard:
        text = clean_text(word.text)
        if not text:
            continue
        first_ms = _between(word.start_ms, floor_ms, end_ms)
        if last_ms > first_ms:
            words[-1] = _ending(words[-1], first_ms)
        last_ms = _between(word.end_ms, first_ms, end_ms)
        timing = "interpolated" if _is_outside(word, start_ms, end_ms) else word.timing
        words.append(Word(text, first_ms, last_ms, mend_confidence(word.confidence), timing))
        floor_ms = first_ms
    return tuple(words)


def mend_confidence(value: float | None) -> float | None:
    """0..1 with four places, or None for what cannot be a confidence."""
    if value is None:
        return None
    if 0.0 <= value <= 1.0:
        return round(value, 4)
    if not isfinite(value) or not -_ROUNDING_SLACK <= value <= 1 + _ROUNDING_SLACK:
        return None
    return min(max(value, 0.0), 1.0)


def _spoken(words: Iterable[Word]) -> str:
    return clean_text(" ".join(word.text for word in words))


def _alternatives(heard: Sequence[Alternative]) -> tuple[Alternative, ...]:
    cleaned = (Alternative(clean_text(a.text), mend_confidence(a.confidence)) for a in heard)
    return tuple(alternative for alternative in cleaned if alternative.text)


def _between(value: int, low: int, high: int) -> int:
    # Not min(max()): this runs twice a word, and the two calls cost more than all the rest.
    if value < low:
        return low
    return high if value > high else value


def _is_outside(word: Word, start_ms: int, end_ms: int) -> bool:
    return word.start_ms > end_ms or (word.start_ms < start_ms and word.end_ms < start_ms)


def _ending(word: Word, end_ms: int) -> Word:
    return Word(word.text, word.start_ms, end_ms, word.confidence, word.timing)
