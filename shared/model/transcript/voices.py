"""Utterances among each other: one voice never overlaps itself, two voices may."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from msgspec.structs import replace

from shared.model.language.scripts import joined
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Word
from shared.model.transcript.words import mean_confidence, mend_words

Voice = tuple[int, str]


def voice_of(utterance: RecognisedUtterance) -> Voice:
    """Who speaks: channel and the provider's label, which may be missing."""
    return utterance.channel, utterance.speaker


def without_doubles(
    heard: Sequence[RecognisedUtterance],
) -> tuple[list[RecognisedUtterance], list[str]]:
    """Nobody says the same twice at the same time. With the sentence that tells of it."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for one in heard:
        mark = (one.channel, one.speaker, one.start_ms, one.end_ms, one.text)
        if one.end_ms > one.start_ms and mark in seen:
            continue
        seen.add(mark)
        found.append(one)
    twice = len(heard) - len(found)
    return found, [f"{twice} utterance(s) came twice and stand here once."] if twice else []


def in_order(heard: Sequence[RecognisedUtterance]) -> list[RecognisedUtterance]:
    """As they began; what began at once as the provider has it."""
    return sorted(heard, key=lambda one: one.start_ms)


def apart(ordered: Sequence[RecognisedUtterance]) -> list[RecognisedUtterance]:
    """Where a voice would overlap itself, the earlier utterance ends where the next one begins;
    one that would go on behind the next is cut in two around it, if the times of its words say
    where."""
    found: list[RecognisedUtterance] = []
    last_of: dict[Voice, int] = {}
    is_cut = False
    for one in ordered:
        voice = voice_of(one)
        last = last_of.get(voice)
        rest = None
        if last is not None and found[last].end_ms > one.start_ms:
            found[last], rest = _cut(found[last], one)
        last_of[voice] = len(found)
        found.append(one)
        if rest is not None:
            is_cut = True
            found.append(rest)
    return apart(in_order(found)) if is_cut else found


def _cut(
    earlier: RecognisedUtterance, later: RecognisedUtterance
) -> tuple[RecognisedUtterance, RecognisedUtterance | None]:
    behind = [n for n, w in enumerate(earlier.words) if w.start_ms >= later.end_ms]
    texts = [word.text for word in earlier.words]
    if (
        behind
        and behind[0] > 0
        and later.end_ms > later.start_ms
        and earlier.end_ms > later.end_ms
        and "".join(texts) == "".join(earlier.text.split())
    ):
        middle = behind[0]
        head = _part(earlier, slice(0, middle), earlier.start_ms, later.start_ms)
        return head, _part(earlier, slice(middle, None), later.end_ms, earlier.end_ms)
    end = max(earlier.start_ms, later.start_ms)
    words = mend_words(_pressed(earlier, end), earlier.start_ms, end)
    return replace(earlier, end_ms=end, words=words), None


def _part(
    whole: RecognisedUtterance, words: slice, start_ms: int, end_ms: int
) -> RecognisedUtterance:
    mine = whole.words[words]
    sure = mean_confidence(mine)
    is_head = words.start == 0
    return replace(
        whole,
        start_ms=start_ms,
        end_ms=end_ms,
        text=_text_of(whole, words),
        text_itn=whole.text_itn if is_head else None,
        text_lexical=whole.text_lexical if is_head else None,
        alternatives=whole.alternatives if is_head else (),
        confidence=whole.confidence if sure is None else sure,
        words=mend_words(_pressed(replace(whole, words=mine), end_ms), start_ms, end_ms),
    )


def _text_of(whole: RecognisedUtterance, words: slice) -> str:
    texts = [word.text for word in whole.words[words]]
    return " ".join(texts) if " " in whole.text else joined(texts)


def _pressed(utterance: RecognisedUtterance, end_ms: int) -> Sequence[Word]:
    """Words that lie behind a new end have no time of their own any more."""
    return (
        utterance.words
        if utterance.words and utterance.words[-1].end_ms <= end_ms
        else [word if word.end_ms <= end_ms else _clipped(word, end_ms) for word in utterance.words]
    )


def _clipped(word: Word, end_ms: int) -> Word:
    if word.start_ms < end_ms:
        return Word(word.text, word.start_ms, end_ms, word.confidence, word.timing)
    return Word(word.text, end_ms, end_ms, word.confidence, "interpolated")


def overlapping(ordered: Sequence[RecognisedUtterance]) -> set[int]:
    """Indexes of the utterances that share time with another voice's.

    As no voice overlaps itself, whoever still speaks when another begins is another voice; and of
    several who speak already, all are known to overlap.
    """
    found: set[int] = set()
    speaking: list[tuple[int, int]] = []  # until when, and who; the first to end comes first
    for index, utterance in enumerate(ordered):
        while speaking and speaking[0][0] <= utterance.start_ms:
            heappop(speaking)
        if utterance.end_ms <= utterance.start_ms:
            continue
        if speaking:
            found |= {index, speaking[0][1]}
        heappush(speaking, (utterance.end_ms, index))
    return found
