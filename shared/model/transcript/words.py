"""When each word of an utterance was said: what to believe of the times that came with it, and
what to make of the rest.

What is in order already takes the short way, for this runs for every word of every recording.
Otherwise it is first decided which times can be right: they lie where the utterance does, and do
not go back. The others are dropped, and a word without a time of its own is put between its
neighbours, no slower than people speak, and marked as interpolated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isfinite

from shared.model.transcript.alignment import align, key
from shared.model.transcript.plain_text import clean_text
from shared.model.transcript.transcript import Utterance, Word

MS_PER_CHARACTER = 65
"""Calm speech: about fifteen characters a second, the space behind a word included."""

# A confidence may leave 0..1 by rounding. Further out it is on another scale: unknown.
_ROUNDING_SLACK = 0.01
_JITTER_MS = 100
"""Words may go back by so much and still be in order: their edges are rounded, or touch."""
_LONGEST_WORD_MS = 5_000
_LONGEST_CHARACTER_MS = 600
_OPEN_END_MS = 3_600_000
_SAME_MOMENT = 3
"""So many words at one moment have no times of their own."""


def mend_words(heard: Sequence[Word], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """The words of an utterance that lasts from `start_ms` to `end_ms`: inside of that, in the
    order of the text, none overlapping the next."""
    if _are_in_order(heard, start_ms, end_ms):
        return _rounded(heard)
    words = [_clean(word) for word in without_doubles(heard) if clean_text(word.text)]
    if not words:
        return ()
    believed = _believed(words, start_ms, end_ms)
    return tuple(_filled(believed, start_ms, end_ms))


def fill(words: Sequence[Word], start_ms: int, end_ms: int | None) -> list[Word]:
    """Times for words that have none, which end before they start: between their neighbours, no
    slower than people speak; inside `start_ms` to `end_ms`, None for no end that is known. Those
    that have times are put in order, as far as they can be believed."""
    timed = [word for word in words if word.end_ms >= word.start_ms]
    if not timed:
        need = sum(len(word.text) + 1 for word in words) * MS_PER_CHARACTER
        return spread(words, start_ms, start_ms + need if end_ms is None else end_ms)
    latest = max(word.end_ms for word in timed)
    end = latest + _OPEN_END_MS if end_ms is None else max(end_ms, latest)
    return _filled(_believed(words, start_ms, end), start_ms, end)


def _are_in_order(words: Sequence[Word], start_ms: int, end_ms: int) -> bool:
    """Whether all texts are clean, all times given, and none of them wrong."""
    floor, last = start_ms, start_ms - 1
    for word in words:
        begin, end = word.start_ms, word.end_ms
        if (
            begin < floor
            or begin <= last
            or not begin <= end <= begin + _LONGEST_WORD_MS
            or word.timing != "provider"
        ):
            return False
        floor, last = end, begin
    return floor <= end_ms and _are_clean([word.text for word in words])


def _are_clean(texts: Sequence[str]) -> bool:
    """Looked at all at once first, for most are plain."""
    if not all(texts):
        return False
    together = "".join(texts)
    if together.isascii() and together.isprintable() and " " not in together:
        return True
    return all(clean_text(text) == text for text in texts)


def _rounded(words: Sequence[Word]) -> tuple[Word, ...]:
    """With confidences of four places. `round` takes the way over the decimal text, three times as
    long as all the rest."""
    return tuple(
        [
            word
            if (sure := word.confidence) is None
            else Word(
                word.text,
                word.start_ms,
                word.end_ms,
                int(sure * 10_000 + 0.5) / 10_000 if 0.0 <= sure <= 1.0 else mend_confidence(sure),
            )
            for word in words
        ]
    )


def _clean(word: Word) -> Word:
    text = clean_text(word.text)
    return Word(text, word.start_ms, word.end_ms, mend_confidence(word.confidence), word.timing)


def _believed(words: Sequence[Word], low: int, high: int) -> list[Word]:
    """Words whose times are believed, inside `low` to `high`; the others without a time, which is
    a timing of "interpolated" and an end before the start."""
    starts = [w.start_ms for w in words]
    crowd = _crowd(starts)
    can_be = [
        n
        for n, w in enumerate(words)
        if n not in crowd and _is_timed(w) and _is_inside(w, low, high)
    ]
    kept = set(_rising(can_be, starts))
    found: list[Word] = []
    floor = low
    for n, word in enumerate(words):
        if n not in kept:
            found.append(Word(word.text, 0, -1, word.confidence, "interpolated"))
            continue
        start = max(word.start_ms, floor)
        end = min(max(word.end_ms, start), high, start + _longest_ms(word.text))
        found.append(Word(word.text, start, end, word.confidence, word.timing))
        floor = start
    return _not_behind_the_next(found)


def _not_behind_the_next(words: list[Word]) -> list[Word]:
    """Ends brought before the next start that is believed."""
    limit: int | None = None
    for n in range(len(words) - 1, -1, -1):
        word = words[n]
        if word.end_ms < word.start_ms:
            continue
        if limit is not None and word.end_ms > limit:
            words[n] = Word(word.text, word.start_ms, limit, word.confidence, word.timing)
        limit = word.start_ms
    return words


def _is_timed(word: Word) -> bool:
    """A guess counts, unless it is no more than a place."""
    return word.timing == "provider" or word.end_ms > word.start_ms


def _is_inside(word: Word, low: int, high: int) -> bool:
    return word.start_ms <= high and (word.start_ms >= low or word.end_ms >= low)


def _longest_ms(text: str) -> int:
    return max(_LONGEST_WORD_MS, len(text) * _LONGEST_CHARACTER_MS)


def _crowd(starts: Sequence[int]) -> set[int]:
    """Places of words that share their moment with many neighbours, but for the first of each."""
    found: set[int] = set()
    first = 0
    for n in range(1, len(starts) + 1):
        if n < len(starts) and starts[n] == starts[first]:
            continue
        if n - first >= _SAME_MOMENT:
            found.update(range(first + 1, n))
        first = n
    return found


def _rising(places: Sequence[int], starts: Sequence[int]) -> Sequence[int]:
    """The most of `places` whose starts do not go back."""
    latest = None
    for n in places:
        if latest is not None and starts[n] < latest - _JITTER_MS:
            break
        latest = starts[n] if latest is None else max(latest, starts[n])
    else:
        return places
    tails: list[int] = []  # the least start that a row of that length can end with
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for n in places:
        at = bisect_right(tails, starts[n])
        before[n] = ends[at - 1] if at else None
        tails[at : at + 1] = [starts[n]]
        ends[at : at + 1] = [n]
    row: list[int] = []
    here: int | None = ends[-1]
    while here is not None:
        row.append(here)
        here = before[here]
    return row[::-1]


def _filled(words: list[Word], low: int, high: int) -> list[Word]:
    """Each stretch without times between what lies before and behind it."""
    found: list[Word] = []
    at = 0
    while at < len(words):
        if words[at].end_ms >= words[at].start_ms:
            found.append(words[at])
            at += 1
            continue
        last = at
        while last < len(words) and words[last].end_ms < words[last].start_ms:
            last += 1
        before = found[-1] if found else None
        after = words[last].start_ms if last < len(words) else None
        texts = words[at:last]
        span = _room(texts, before.end_ms if before else None, after, low, high)
        found += spread(texts, *span)
        at = last
    return found


def _room(
    texts: Sequence[Word], before: int | None, after: int | None, low: int, high: int
) -> tuple[int, int]:
    need = sum(len(word.text) + 1 for word in texts) * MS_PER_CHARACTER
    if before is None and after is None:
        return low, high
    if before is None:
        end = max(low, min(after or 0, high))
        return max(low, end - need), end
    end = max(before, min(high if after is None else after, high))
    return before, min(end, before + need)


def spread(words: Sequence[Word], start_ms: int, end_ms: int) -> list[Word]:
    """Words one after the other over a stretch of time, each as long as it is written."""
    sizes = [len(word.text) + 1 for word in words]
    total, done, found = sum(sizes), 0, []
    length = end_ms - start_ms
    for word, size in zip(words, sizes, strict=True):
        begin = start_ms + length * done // total
        done += size
        end = start_ms + length * done // total
        found.append(Word(word.text, begin, end, word.confidence, "interpolated"))
    return found


def without_doubles(words: Sequence[Word]) -> Sequence[Word]:
    """Nobody says a word twice at the very same time."""
    if all(a.start_ms != b.start_ms for a, b in pairwise(words)):
        return words
    return [
        word
        for n, word in enumerate(words)
        if not n
        or word.start_ms == word.end_ms
        or (word.text, word.start_ms, word.end_ms)
        != (words[n - 1].text, words[n - 1].start_ms, words[n - 1].end_ms)
    ]


def timed(tokens: Sequence[str], words: Sequence[Word]) -> list[Word]:
    """The words of a text with the times and confidences of what was heard beside it.

    Where the two say something different, the words of the text share the time of the others.
    What has no counterpart gets no time here: `mend_words` finds one."""
    found: list[Word] = []
    for block in align([key(token) for token in tokens], [key(word.text) for word in words]):
        said, heard = tokens[block.first : block.last], words[block.start : block.end]
        if len(said) == len(heard):
            found += [
                Word(token, word.start_ms, word.end_ms, word.confidence, word.timing)
                for token, word in zip(said, heard, strict=True)
            ]
        elif said and heard:
            sure = mean_confidence(heard)
            shares = [Word(token, 0, 0, sure) for token in said]
            found += spread(shares, heard[0].start_ms, max(heard[-1].end_ms, heard[0].start_ms))
        elif said:
            here = found[-1].end_ms if found else 0
            found += [Word(token, here, here, None, "interpolated") for token in said]
    return found


def mean_confidence(words: Iterable[Word | Utterance]) -> float | None:
    """Weighted by length, of which what lasts no time at all has a millisecond; None where none
    has any."""
    total = weight = 0.0
    for word in words:
        if word.confidence is not None:
            length = max(word.end_ms - word.start_ms, 1)
            total += word.confidence * length
            weight += length
    return round(total / weight, 4) if weight else None


def mend_confidence(value: float | None) -> float | None:
    """0..1 with four places, or None for what cannot be a confidence."""
    if value is None:
        return None
    if 0.0 <= value <= 1.0:
        return int(value * 10_000 + 0.5) / 10_000
    if not isfinite(value) or not -_ROUNDING_SLACK <= value <= 1 + _ROUNDING_SLACK:
        return None
    return min(max(value, 0.0), 1.0)
