"""What a transcription says, in the forms of the service.

The recogniser hears English; the few words of Hebrew that English has taken in are written as
the service writes Hebrew words: transliterated in `<i>`, in Hebrew letters, or one after the
other. Text is marked up and escaped, words in the time stamps are not; a paragraph is a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Any

import msgspec

from local.emulators.common.display import joined
from local.emulators.soferai.submission import Wanted
from local.recogniser.types import Heard, Phrase, Word

_HEBREW = {
    "amen": "אמן",
    "cherub": "כרוב",
    "hallelujah": "הללויה",
    "jubilee": "יובל",
    "kosher": "כשר",
    "messiah": "משיח",
    "rabbi": "רבי",
    "sabbath": "שבת",
    "shalom": "שלום",
    "torah": "תורה",
}
_ONLY_SPEAKER = "1"
_NEAREST, _ALIKE = 8, 0.6


class Stamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word as it is kept: `hebrew` in both scripts where it is one, `shown` as the recogniser
    itself writes it, where it does."""

    word: str
    start_ms: int
    end_ms: int
    hebrew: str = ""
    shown: str = ""


Paragraphs = tuple[tuple[Stamp, ...], ...]


def paragraphs(heard: Heard) -> Paragraphs:
    """One for each phrase. The service hears a mix of all channels, in which what is on several of
    them is there once, as it is on that on which it is loudest."""
    mixed: list[Phrase] = []
    for phrase in sorted(heard.phrases, key=lambda phrase: (phrase.start_ms, phrase.channel)):
        known = next((one for one in mixed[-_NEAREST:] if _is_on_both(phrase, one)), None)
        if known is None:
            mixed.append(phrase)
        elif phrase.confidence > known.confidence:
            mixed[mixed.index(known)] = phrase
    return tuple(tuple(_stamp(word) for word in _words(phrase)) for phrase in mixed)


def _is_on_both(phrase: Phrase, other: Phrase) -> bool:
    """The same words, or nearly so, at the same time on another channel."""
    shared = min(phrase.end_ms, other.end_ms) - max(phrase.start_ms, other.start_ms)
    longest = max(phrase.end_ms - phrase.start_ms, other.end_ms - other.start_ms)
    if phrase.channel == other.channel or shared < longest / 2:
        return False
    return SequenceMatcher(None, phrase.text.split(), other.text.split()).ratio() > _ALIKE


def transcription_text(said: Paragraphs, scripts: Sequence[str]) -> str:
    return "\n".join(_line(paragraph, scripts) for paragraph in said)


def timestamps(said: Paragraphs, scripts: Sequence[str], wanted: Wanted) -> list[dict[str, Any]]:
    """Start and end in seconds; a speaker only where labels were asked for."""
    return [
        {
            "word": word,
            "start": stamp.start_ms / 1000,
            "end": stamp.end_ms / 1000,
            "speaker": _ONLY_SPEAKER if wanted.labels_speakers else None,
            "hebrew_word_format": None if script is None else [script],
        }
        for paragraph in said
        for stamp in paragraph
        for word, script in _forms(stamp, scripts)
    ]


def _words(phrase: Phrase) -> tuple[Word, ...]:
    return phrase.words or (Word(phrase.text, phrase.start_ms, phrase.end_ms, phrase.confidence),)


def _stamp(word: Word) -> Stamp:
    hebrew = _HEBREW.get(word.text.lower(), "")
    return Stamp(word.text, word.start_ms, word.end_ms, hebrew, word.shown)


def _forms(stamp: Stamp, scripts: Sequence[str]) -> list[tuple[str, str | None]]:
    """The word as it is written, and in which script if it is Hebrew. `hybrid` is not
    documented; here it is Hebrew letters."""
    if not stamp.hebrew:
        return [(stamp.word, None)]
    found: list[tuple[str, str | None]] = [(stamp.word, "en")] if "en" in scripts else []
    in_letters = "he" in scripts or "hybrid" in scripts
    return [*found, (stamp.hebrew, "he")] if in_letters else found


def _line(paragraph: Sequence[Stamp], scripts: Sequence[str]) -> str:
    shown = [
        f"<i>{escape(word)}</i>"
        if script == "en"
        else escape(word if script else stamp.shown or word)
        for stamp in paragraph
        for word, script in _forms(stamp, scripts)
    ]
    line = joined(shown)
    if not line or any(stamp.shown for stamp in paragraph):
        return line
    return line[:1].upper() + line[1:] + "."
