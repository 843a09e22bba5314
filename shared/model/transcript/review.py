"""Which stretches of a recording a person should listen to again, the worst first.

A single word below a threshold says little: most are right. Where a recogniser errs, the words
around are in doubt too, so a word is judged together with its neighbours, and counts more if it
is a number or a name, because there an error costs more. Some doubts need no confidence: a phrase
said over and over, more text than anybody can say in the time, and sentences that models are
known to make up where nobody speaks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from operator import eq, itemgetter
from typing import cast

import msgspec

from shared.model.language.languages import Language, language
from shared.model.language.sentences import may_end
from shared.model.transcript.transcript import Doubt, Review, Stretch, Transcript, Utterance, Word

MOST = 20
"""So many stretches a row of the table holds; the transcript holds them all."""
OWN_WEIGHT = 4
"""How much a word's own confidence counts beside that of each neighbour."""
COSTLY = 1.3
"""So many times the doubt of a word that is a number or a name."""
_ONE_LISTEN_MS = 1_000
"""Two doubtful places closer than this are heard in one go."""
_ENOUGH_MS = 10_000
_ENOUGH = 0.05
"""So much to hear again, in milliseconds or as a part of what is said, and a recording is to be
reviewed."""
_DIGIT = re.compile(r"\d")
_LONGEST_LOOP = 12
_TIMES, _TIMES_OF_A_WORD = 3, 5
_TOO_FAST = 30
"""Characters a second that nobody says, over at least `_MUCH` of them."""
_MUCH = 40


class Span(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a recording to listen to again, as rows and reports have it. `confidence` is
    the mean of its doubtful parts, weighted by length, 0 where the provider tells none."""

    start_ms: int
    end_ms: int
    confidence: float


_Doubtful = tuple[int, int, float | None, float, Doubt]
"""From when to when, the confidence, the doubt, and why. Not a class: there may be tens of
thousands."""


def review(
    utterances: Sequence[Utterance], review_below: float | None, tag: str | None
) -> Review | None:
    """All doubtful stretches, worst first; None without a threshold. `tag` is the language."""
    if review_below is None:
        return None
    found: list[_Doubtful] = []
    for utterance in utterances:
        found += _unsure(utterance, review_below, tag)
        found += _incredible(utterance)
    found += _loops(utterances)
    if not found:
        return Review()
    found.sort(key=itemgetter(0, 1))
    ranked = sorted(_near(found), key=lambda pair: (-pair[0], pair[1].start_ms))
    stretches = tuple(stretch for _, stretch in ranked)
    return Review(listen_ms=sum(s.end_ms - s.start_ms for s in stretches), stretches=stretches)


def needs_review(found: Review | None, spoken_ms: int) -> bool:
    """Whether what is in doubt is worth somebody's time, in a recording with so much speech."""
    if found is None or not found.stretches:
        return False
    return found.listen_ms >= min(_ENOUGH_MS, max(spoken_ms * _ENOUGH, 1))


def review_spans(
    transcript: Transcript, review_below: float | None, most: int = MOST
) -> tuple[Span, ...]:
    """The `most` worst stretches, worst first."""
    found = transcript.review or review(
        transcript.utterances, review_below, transcript.language.code
    )
    if review_below is None or found is None:
        return ()
    return tuple(
        Span(stretch.start_ms, stretch.end_ms, stretch.confidence or 0.0)
        for stretch in found.stretches[:most]
    )


# -- what the provider is not sure of ---------------------------------------------------------


def _unsure(utterance: Utterance, below: float, tag: str | None) -> list[_Doubtful]:
    """Doubtful words; the utterance as a whole only if none of them says where the doubt lies."""
    confidences = [word.confidence for word in utterance.words]
    spans: list[_Doubtful] = []
    if confidences:
        known = [sure for sure in confidences if sure is not None]
        # Doubt of a costly word counts more: nothing above this limit can be below the threshold.
        if known and min(known) < 1 - (1 - below) / COSTLY:
            spans = _unsure_words(utterance, confidences, below, tag)
    if spans or utterance.confidence is None or utterance.confidence >= below:
        return spans
    sure = utterance.confidence
    return [(utterance.start_ms, utterance.end_ms, sure, 1 - sure, "unsure")]


def _unsure_words(
    utterance: Utterance, confidences: Sequence[float | None], below: float, tag: str | None
) -> list[_Doubtful]:
    spans: list[_Doubtful] = []
    costly_below = 1 - (1 - below) / COSTLY
    words = utterance.words
    spoken = language(utterance.language or tag)
    for n, smooth in enumerate(_smoothed(confidences)):
        if smooth is None or smooth >= costly_below:
            continue
        word = words[n]
        text = word.text
        if text.isalpha() and text[0].islower():  # most are
            if smooth < below:
                spans.append((word.start_ms, word.end_ms, word.confidence, 1 - smooth, "unsure"))
            continue
        why = _kind(words, n, spoken)
        doubt = 1 - smooth if why == "unsure" else (1 - smooth) * COSTLY
        if 1 - doubt < below:
            spans.append((word.start_ms, word.end_ms, word.confidence, doubt, why))
    return spans


def _smoothed(confidences: Sequence[float | None]) -> list[float | None]:
    """Each together with those of its neighbours, as far as they are told."""
    own, all_three = OWN_WEIGHT, OWN_WEIGHT + 2
    if None not in confidences and len(confidences) > 2:
        known = cast(Sequence[float], confidences)
        around = zip(known, known[1:], known[2:], strict=False)
        inner = [(sure * own + before + after) / all_three for before, sure, after in around]
        first = (known[1] + known[0] * own) / (own + 1)
        return [first, *inner, (known[-2] + known[-1] * own) / (own + 1)]
    found: list[float | None] = []
    before = None
    for sure, after in zip(confidences, [*confidences[1:], None], strict=True):
        if sure is None:
            found.append(None)
        elif before is None or after is None:
            beside = [one for one in (before, after) if one is not None]
            found.append(sum(beside, sure * own) / (own + len(beside)))
        else:
            found.append((sure * own + before + after) / all_three)
        before = sure
    return found


def _kind(words: Sequence[Word], n: int, spoken: Language) -> Doubt:
    text = words[n].text
    if _DIGIT.search(text):
        return "number"
    if not text[:1].isupper() or spoken.nouns_capitalised or len(text) < 2 or n == 0:
        return "unsure"
    return "unsure" if may_end(words[n - 1].text, spoken) else "name"


# -- what cannot be so ------------------------------------------------------------------------


def _incredible(utterance: Utterance) -> Iterator[_Doubtful]:
    text, length_ms = utterance.text, utterance.end_ms - utterance.start_ms
    span = utterance.start_ms, utterance.end_ms, utterance.confidence
    if len(text) >= _MUCH and len(text) * 1000 > _TOO_FAST * length_ms:
        yield *span, 1.0, "too_fast"
    if len(text) < 100 and _plain(text) in _made_up():
        yield *span, 1.0, "known_phrase"


@cache
def _made_up() -> frozenset[str]:
    text = (files(__package__) / "made_up.txt").read_text(encoding="utf-8")
    return frozenset(_plain(line) for line in text.splitlines() if line and line[0] != "#")


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _loops(utterances: Sequence[Utterance]) -> Iterator[_Doubtful]:
    """Phrases that a voice says several times in a row, over the ends of utterances."""
    voices: dict[tuple[int, str | None], list[Utterance]] = {}
    for utterance in utterances:
        voices.setdefault((utterance.channel, utterance.speaker), []).append(utterance)
    for spoken in voices.values():
        yield from _loops_of(spoken)


def _loops_of(spoken: Sequence[Utterance]) -> Iterator[_Doubtful]:
    words: list[str] = []
    firsts: list[int] = []
    for utterance in spoken:
        firsts.append(len(words))
        words += utterance.text.split()
    for first, last in _repeated(words):
        start, end = bisect_right(firsts, first) - 1, bisect_right(firsts, last - 1) - 1
        yield (
            _at(spoken[start], first - firsts[start]),
            _at(spoken[end], last - firsts[end]),
            None,
            1.0,
            "repeated",
        )


def _at(utterance: Utterance, n: int) -> int:
    """About when the `n`th of its words begins."""
    size = len(utterance.text.split())
    if len(utterance.words) == size:
        return utterance.words[n].start_ms if n < size else utterance.end_ms
    return utterance.start_ms + (utterance.end_ms - utterance.start_ms) * n // size


def _repeated(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last word, exclusive, of what is one phrase over and over."""
    covered = 0
    marks = bytes([hash(word) & 255 for word in words])
    for loop in range(1, min(_LONGEST_LOOP, len(words) // 2) + 1):
        times = _TIMES if loop > 1 else _TIMES_OF_A_WORD
        wanted = b"\x01" * (loop * (times - 1))
        if not _may_repeat(marks, loop, len(wanted)):
            continue
        same = bytes(map(eq, words, words[loop:]))
        first = same.find(wanted)
        while first >= 0:
            last = same.find(b"\x00", first)
            last = len(same) if last < 0 else last
            if first >= covered:
                covered = last + loop
                yield first, covered
            first = same.find(wanted, last)


def _may_repeat(marks: bytes, loop: int, times: int) -> bool:
    """Whether so many words in a row can be those that stand `loop` words further on; a look at a
    byte of each, all at once, settles it for nearly every recording."""
    size = len(marks) - loop
    here, there = int.from_bytes(marks[:size], "big"), int.from_bytes(marks[loop:], "big")
    return bytes(times) in (here ^ there).to_bytes(size, "big")


# -- stretches --------------------------------------------------------------------------------


def _near(found: Sequence[_Doubtful]) -> Iterator[tuple[float, Stretch]]:
    """What is heard in one go of `found`, which is in time order: how much speech is in doubt, and
    the stretch. Silence that it takes in weighs nothing."""
    first, end_ms = found[0][0], found[0][1]
    doubtful = total = weight = 0.0
    doubts: list[Doubt] = []
    for start, end, sure, doubt, why in found:
        if start - end_ms > _ONE_LISTEN_MS:
            yield doubtful, _stretch(first, end_ms, total, weight, doubts)
            first, end_ms, doubts = start, end, []
            doubtful = total = weight = 0.0
        length = end - start or 1
        doubtful += doubt * length
        if end > end_ms:
            end_ms = end
        if sure is not None:
            total += sure * length
            weight += length
        if why not in doubts:
            doubts.append(why)
    yield doubtful, _stretch(first, end_ms, total, weight, doubts)


def _stretch(
    start_ms: int, end_ms: int, total: float, weight: float, doubts: Iterable[Doubt]
) -> Stretch:
    sure = round(total / weight, 4) if weight else None
    return Stretch(start_ms=start_ms, end_ms=end_ms, confidence=sure, doubts=tuple(doubts))
