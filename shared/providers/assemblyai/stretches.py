"""Words, and the stretches of speech that they make where the service gives none.

Times are whole milliseconds already. Channels are counted from "1".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from shared.model.transcript.transcript import Word

_LONGEST_WORDS = 60
_PAUSE_MS = 1_500
_ENDS = (".", "?", "!", "…", "。", "\uff1f", "\uff01", "؟", "।")  # those of CJK, Arabic, Hindi, too
_CLOSING = "\"'”’»)]」』"


class HeardWord(msgspec.Struct, gc=False):
    text: str | None = None
    start: int | None = None
    end: int | None = None
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None


class Heard(msgspec.Struct):
    """An utterance of the service, or one that was made of words."""

    text: str | None = None
    start: int | None = None
    end: int | None = None
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None
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


def stretches(words: Sequence[HeardWord], joint: str) -> list[Heard]:
    """Cut after sentences and at pauses; what has neither is cut after many words."""
    return [_stretch(part, joint) for part in _parts(words)]


def _parts(words: Sequence[HeardWord]) -> Iterator[list[HeardWord]]:
    part: list[HeardWord] = []
    for word in words:
        if part and _is_cut(part, word):
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _is_cut(part: Sequence[HeardWord], word: HeardWord) -> bool:
    last = part[-1]
    gap = (word.start or 0) - (last.end or 0)
    has_ended = (last.text or "").rstrip(_CLOSING).endswith(_ENDS)
    is_other = (last.speaker, last.channel) != (word.speaker, word.channel)
    return has_ended or is_other or gap >= _PAUSE_MS or len(part) >= _LONGEST_WORDS


def _stretch(words: list[HeardWord], joint: str) -> Heard:
    sure = [word.confidence for word in words if word.confidence is not None]
    return Heard(
        text=joint.join(word.text for word in words if word.text),
        start=words[0].start,
        end=words[-1].end,
        confidence=sum(sure) / len(sure) if sure else None,
        speaker=words[0].speaker,
        channel=words[0].channel,
        words=words,
    )
