"""Sense made of the text and the numbers of one utterance as a provider gave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from shared.model.transcript.plain_text import clean_text, clean_text_or_none
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Alternative, Word
from shared.model.transcript.words import mend_confidence


def mend_utterance(heard: RecognisedUtterance) -> RecognisedUtterance:
    """Text cleaned, confidences made sense of; times and words' times as they came."""
    text_itn, text_lexical = map(clean_text_or_none, (heard.text_itn, heard.text_lexical))
    # Some models fill only one of the forms; speech is never dropped for that.
    text = clean_text(heard.text) or text_itn or text_lexical or _spoken(heard.words)
    return replace(
        heard,
        speaker=clean_text(heard.speaker),
        language=heard.language or None,
        confidence=mend_confidence(heard.confidence),
        text=text,
        text_itn=text_itn,
        text_lexical=text_lexical,
        words=_told(heard.words, heard.confidence),
        alternatives=_alternatives(heard.alternatives, text),
    )


def _told(words: tuple[Word, ...], confidence: float | None) -> tuple[Word, ...]:
    """Words that are all said to be certainly wrong, in an utterance that is not, are words of
    which the provider tells nothing."""
    if not words or not confidence or any(word.confidence for word in words):
        return words
    return tuple(replace(word, confidence=None) for word in words)


def _spoken(words: Iterable[Word]) -> str:
    return clean_text(" ".join(word.text for word in words))


def _alternatives(heard: Sequence[Alternative], text: str) -> tuple[Alternative, ...]:
    """Each reading once, and none that is the text itself."""
    found: dict[str, Alternative] = {}
    for other in heard:
        cleaned = clean_text(other.text)
        if cleaned and cleaned != text:
            found.setdefault(cleaned, Alternative(cleaned, mend_confidence(other.confidence)))
    return tuple(found.values())
