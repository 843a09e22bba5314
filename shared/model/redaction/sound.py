"""Where in the sound is what was hidden in a transcript.

Words tell it by their times. What nobody gave a time lies between those that have one. Where an
utterance has none, or its words do not hold all that another of its forms does, all of it is
hidden; and where nobody knows when it was said, the whole recording.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.model.redaction.again import Form
from shared.model.redaction.net import Hit, Passage
from shared.model.transcript.insights import Span
from shared.model.transcript.transcript import Transcript, Utterance, Word

EVERYTHING = Span(0, 360_000_000)
"""Longer than any recording."""
HEARD_TO_THE_END_MS = 2_000
"""So far apart may be where a provider and a probe see the end of a recording."""
PAUSE_MS = 150
"""What lies nearer follows without a pause. Measured with four voices and two recognisers: where a
number began was told up to 0.3 s late, and never by more than the word before it lasts."""
_MASKED = re.compile(r"#|\[[A-Z]+(?:_[A-Z]+)*(?:_\d{1,4})?\]")

Edit = tuple[int, int, str]
Edits = Mapping[Form, list[Edit]]
"""By utterance and form: from where to where, and what stands there instead."""


class Covered(NamedTuple):
    """Words that one edit touches: from which to before which, and what stands there instead."""

    first: int
    behind: int
    mask: str


class Hidden(NamedTuple):
    """What is hidden in a transcript whose passages these are. A form of `lost` is left out. With
    `by_provider` what stands in the transcript as a mask is one."""

    passages: Sequence[Passage]
    hits: Sequence[Hit]
    edits: Edits
    lost: frozenset[Form]
    by_provider: bool = False


def covered(words: Iterable[Word], edits: Iterable[Edit]) -> list[Covered]:
    """Of words that make a text together, those in which something is hidden."""
    found: list[Covered] = []
    left, at = list(edits), 0
    hiding: Edit | None = None
    for n, word in enumerate(words):
        start, end = at, at + len(word.text)
        at = end + 1
        while left and left[0][1] <= start:
            left.pop(0)
        if not left or left[0][0] >= end:
            hiding = None
        elif hiding is left[0]:
            found[-1] = found[-1]._replace(behind=n + 1)
        else:
            hiding = left[0]
            found.append(Covered(n, n + 1, hiding[2]))
    return found


def hidden_spans(transcript: Transcript, hidden: Hidden) -> tuple[Span, ...]:
    """In order and apart, without any padding. `transcript` is as it was before."""
    there = transcript.redaction
    found: list[Span] = []
    if there is not None:
        found += [EVERYTHING] if there.spans is None else there.spans
    is_masked = hidden.by_provider and there is None
    values, whole = _values(hidden), _units(transcript.utterances)
    beside = _beside(transcript.utterances)
    for order, one in enumerate(transcript.utterances):
        stretches = _stretches(order, one, hidden, values, is_masked=is_masked)
        places = None if stretches is None else _between(one, stretches, beside[order])
        found += [EVERYTHING if one.timing != "provider" else each for each in places or ()]
        if places is None:
            found.append(EVERYTHING if one.timing != "provider" else whole[_unit(order, one)])
    return apart(found)


def unheard(heard_ms: int | None, length_ms: int) -> tuple[Span, ...]:
    """What lies behind the end of what a provider says that it heard, of a recording of that
    length, 0 for unknown: nobody looked for anything there."""
    if heard_ms is None or 0 < length_ms <= heard_ms + HEARD_TO_THE_END_MS:
        return ()
    return (Span(heard_ms + HEARD_TO_THE_END_MS, EVERYTHING.end_ms),)


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order; what overlaps or touches becomes one."""
    done: list[Span] = []
    for one in sorted(spans, key=lambda each: (each.start_ms, each.end_ms)):
        if done and one.start_ms <= done[-1].end_ms:
            done[-1] = Span(done[-1].start_ms, max(done[-1].end_ms, one.end_ms))
        else:
            done.append(one)
    return tuple(done)


_Values = Mapping[Form, set[str]]


def _values(hidden: Hidden) -> _Values:
    """What was found in each form."""
    found: defaultdict[Form, set[str]] = defaultdict(set)
    for hit in hidden.hits:
        for part in hit.parts:
            passage = hidden.passages[part.passage]
            found[passage.order, passage.stream[1]].add(hit.value)
    return found


def _units(utterances: Sequence[Utterance]) -> Mapping[tuple[int, int], Span]:
    """From when to when each unit of the provider is: the times of the parts that one was cut into
    may be made up."""
    found: dict[tuple[int, int], Span] = {}
    for order, one in enumerate(utterances):
        unit = _unit(order, one)
        known = found.get(unit, Span(one.start_ms, one.end_ms))
        found[unit] = Span(min(known.start_ms, one.start_ms), max(known.end_ms, one.end_ms))
    return found


def _unit(order: int, one: Utterance) -> tuple[int, int]:
    return (1, one.unit) if one.unit is not None else (0, order)


def _stretches(
    order: int, one: Utterance, hidden: Hidden, values: _Values, *, is_masked: bool
) -> list[tuple[int, int]] | None:
    """The words of an utterance in which something is hidden; None: nobody knows in which."""
    masked = [n for n, w in enumerate(one.words) if is_masked and _MASKED.search(w.text)]
    if is_masked and sum(bool(_MASKED.search(each)) for each in one.text.split()) > len(masked):
        return None
    forms = {form for at, form in (*hidden.edits, *hidden.lost) if at == order}
    mine = hidden.edits.get((order, "words"), [])
    if (order, "words") in hidden.lost or any(
        len(hidden.edits.get((order, form), ())) > len(mine)
        or not values[order, form] <= values[order, "words"]
        for form in forms
        if (order, form) not in hidden.lost
    ):
        return None
    stretches = [(each.first, each.behind) for each in covered(one.words, mine)]
    stretches += [(n, n + 1) for n in masked]
    return None if stretches and not any(map(is_timed, one.words)) else stretches


def _between(
    one: Utterance, stretches: Iterable[tuple[int, int]], beside: _Beside
) -> Iterator[Span]:
    """From the end of the word before to the beginning of the one behind: times of words are often
    too short, and what lies between two of them is silence, or theirs. A word that follows or is
    followed without a pause is hidden along: the border between two may be off by most of one."""
    for first, behind in stretches:
        before = next((w for w in reversed(one.words[:first]) if is_timed(w)), None)
        after = next((w for w in one.words[behind:] if is_timed(w)), None)
        start = one.start_ms if before is None else before.end_ms
        end = one.end_ms if after is None else after.start_ms
        mine = [word for word in one.words[first:behind] if is_timed(word)]
        begins = min((word.start_ms for word in mine), default=start)
        ends = max((word.end_ms for word in mine), default=end)
        before, after = before or beside.before, after or beside.after
        if before is not None and before.end_ms + PAUSE_MS > begins:
            start = min(start, before.start_ms)
        if after is not None and after.start_ms - PAUSE_MS < ends:
            end = max(end, after.end_ms)
        yield Span(min(start, begins), max(end, ends))


class _Beside(NamedTuple):
    """The last word of the utterance before on the same channel, and the first of that behind."""

    before: Word | None = None
    after: Word | None = None


def _beside(utterances: Sequence[Utterance]) -> list[_Beside]:
    befores = _lasts(utterances, -1)
    afters = _lasts(utterances[::-1], 0)[::-1]
    return [_Beside(before, after) for before, after in zip(befores, afters, strict=True)]


def _lasts(utterances: Iterable[Utterance], place: int) -> list[Word | None]:
    """Of the utterance that came before each on its channel, the word at that place."""
    found: list[Word | None] = []
    last: dict[int, Word | None] = {}
    for one in utterances:
        found.append(last.get(one.channel))
        timed = [word for word in one.words if is_timed(word)]
        last[one.channel] = timed[place] if timed else None
    return found


def is_timed(word: Word) -> bool:
    """Whether the provider told its time."""
    return word.timing == "provider" and word.end_ms >= word.start_ms
