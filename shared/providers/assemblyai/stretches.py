"""Words, and the stretches of speech that they make where the service gives none.

Times are whole milliseconds already. Channels are counted from "1".
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.model.language.languages import Language
from shared.model.language.sentences import ends_sentence
from shared.model.transcript.parts import parts
from shared.model.transcript.transcript import Word

_LONGEST_WORDS = 60
_PAUSE_MS = 1_500


class HeardWord(msgspec.Struct, gc=False):
    text: str | None = None
    start: int | None = None
    end: int | None = None
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None


class Heard(HeardWord, gc=True):
    """An utterance of the service, or one that was made of words."""

    words: list[HeardWord] | None = None


def channel_of(channel: str | None) -> int:
    """0-based; audio that was heard as one is channel 0."""
    return int(channel) - 1 if channel and channel.isdecimal() and int(channel) > 0 else 0


def read_words(words: Sequence[HeardWord]) -> tuple[Word, ...]:
    """Those that have a text. One without a time stands at the end of the word before it."""
    found: list[Word] = []
    for word in words:
        if not word.text:
            continue
        if word.start is None:
            here = found[-1].end_ms if found else 0
            found.append(Word(word.text, here, here, word.confidence, "interpolated"))
        else:
            end = word.start if word.end is None else max(word.start, word.end)
            found.append(Word(word.text, word.start, end, word.confidence))
    return tuple(found)


def stretches(words: Sequence[HeardWord], joint: str, language: Language) -> list[Heard]:
    """Cut after sentences and at pauses; what has neither is cut after many words."""
    found = parts(words, lambda part, word: _is_cut(part, word, language))
    return [_stretch(part, joint) for part in found]


def _is_cut(part: Sequence[HeardWord], word: HeardWord, language: Language) -> bool:
    last = part[-1]
    is_other = (last.speaker, last.channel) != (word.speaker, word.channel)
    if is_other or len(part) >= _LONGEST_WORDS:
        return True
    if last.end is not None and word.start is not None and word.start - last.end >= _PAUSE_MS:
        return True
    return ends_sentence(last.text or "", word.text or "", language)


def _stretch(words: list[HeardWord], joint: str) -> Heard:
    sure = [word.confidence for word in words if word.confidence is not None]
    return Heard(
        text=joint.join(word.text for word in words if word.text),
        start=next((word.start for word in words if word.start is not None), None),
        end=next((word.end for word in reversed(words) if word.end is not None), None),
        confidence=sum(sure) / len(sure) if sure else None,
        speaker=words[0].speaker,
        channel=words[0].channel,
        words=words,
    )
