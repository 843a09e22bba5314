"""Cuts a speaker's words into cues and lines, the best way that there is.

Dynamic programming over the places where a line may end. The cost of a cue is how badly it
breaks (`break_costs.py`), plus what the reader suffers: too short to see, too fast to read, a
silence or a sentence end in its middle, lines of unequal length. Costs are points; 45 is a break
between two ordinary words. A cue of over two lines or seven seconds is never considered.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from operator import add
from typing import NamedTuple

from shared.outputs.captions.break_costs import BAD
from shared.outputs.captions.cue import CHAIN_MS, GAP_MS, MAX_CUE_MS, MIN_CUE_MS
from shared.outputs.captions.line_limits import Measure
from shared.outputs.captions.run_words import RunWords

_CUE_COST = 22
_TWO_LINES_COST = 4
_TOO_SHORT_COST = 200
_TOO_FAST_COST = 90
_COMFORTABLE_MS = 1500
_SENTENCE_INSIDE_COST = 24
_PAUSE_MS = 300
_LONG_PAUSE_MS = 2000
_GOOD_BREAK = 100
_IMPOSSIBLE = 1 << 60


class Piece(NamedTuple):
    """The words of one cue: from `first` up to `last` exclusive, the second line from `split`,
    which equals `last` where there is one line."""

    first: int
    split: int
    last: int


def segment(
    words: RunWords, measure: Measure, *, room_end_ms: int, prefix: int, every_cue: bool
) -> list[Piece]:
    """The cues of a run.

    `room_end_ms` is when the last cue has to be gone, `prefix` the width to keep free on the
    first line of the first cue (of `every_cue`, where others cross) for the speaker's name.
    """
    places = _Places(words, measure, room_end_ms, prefix, every_cue=every_cue)
    back, split = _cheapest(places, measure)
    found: list[Piece] = []
    j = len(places.at) - 1
    while j > 0:
        i, k = back[j], split[j]
        found.append(Piece(places.at[i], places.at[k] if k else places.at[j], places.at[j]))
        j = i
    return found[::-1]


class _Places:
    """The places where a line may end, parallel lists; the first is before the first word.

    `left` and `right` are the edges of the text after and before the place, `middle` their sum, and
    `first_left` is `left` with room for a name; `gone` is when a cue that ends there has to leave,
    `end` when it does leave at the earliest; `read` is how much sooner than the speech a reader
    would be there; `line_penalty` is what a second line costs that begins there, `onward` what
    ending a cue there costs, less what not to would cost.
    """

    def __init__(
        self, words: RunWords, measure: Measure, room_end_ms: int, prefix: int, *, every_cue: bool
    ) -> None:
        left, right, starts, ends = words.left, words.right, words.starts, words.ends
        self.at = at = _candidates(words, measure.line)
        self.left = [left[k] for k in at]
        self.right = [right[k] for k in at]
        self.middle = list(map(add, self.left, self.right))
        named = len(at) if every_cue else 1
        self.first_left = [edge - prefix for edge in self.left[:named]] + self.left[named:]
        self.start = [starts[k] for k in at[:-1]]
        read_ms = measure.ms_per_width
        self.read = [
            edge * read_ms - start for edge, start in zip(self.first_left, self.start, strict=False)
        ]
        nexts = [*starts, room_end_ms + GAP_MS]
        self.gone = [nexts[k] - GAP_MS for k in at]
        pauses = [0, *[nexts[k] - ends[k - 1] for k in at[1:]]]
        self.end = [
            gone if pause <= CHAIN_MS + GAP_MS else ends[k - 1]
            for k, gone, pause in zip(at, self.gone, pauses, strict=True)
        ]
        raw = [words.penalties[k] for k in at[:-1]]
        self.line_penalty = [_TWO_LINES_COST + (p if p >= BAD else p * 2 // 3) for p in raw]
        # A silence excuses half of an ordinary break, nothing of a bad one.
        penalty = [
            p if p >= BAD or pause <= 0 else p - p * (pause if pause < 600 else 600) // 1200
            for p, pause in zip(raw, pauses, strict=False)
        ]
        closed = words.closed
        self.onward = [
            _CUE_COST
            + p
            - (_SENTENCE_INSIDE_COST if closed[k] else 0)
            - ((pause - _PAUSE_MS) // 20 if pause > _PAUSE_MS else 0)
            for k, p, pause in zip(at, [*penalty, 0], pauses, strict=True)
        ]


def _candidates(words: RunWords, line: int) -> list[int]:
    """All good places, and the bad ones wherever good ones are more than a line apart."""
    starts, ends, left, right = words.starts, words.ends, words.left, words.right
    last = len(words.tokens)
    good = [
        n
        for n, penalty in enumerate(words.penalties)
        if penalty < _GOOD_BREAK or starts[n] - ends[n - 1] >= _LONG_PAUSE_MS
    ]
    good.append(last)
    if len(good) > last:
        return good
    bad = [
        between
        for before, n in pairwise(good)
        if n - before > 1
        and (right[n] - left[before] > line or ends[n - 1] - starts[before] > MAX_CUE_MS)
        for between in range(before + 1, n)
    ]
    return sorted([*good, *bad]) if bad else good


def _cheapest(places: _Places, measure: Measure) -> tuple[list[int], list[int]]:
    """For each place the best beginning of the cue that ends there, and its line break or 0.

    Of equal ones that with the earliest beginning, then the earliest line break. What is counted
    for each pair of places is kept small: one line, which costs least to look at, before two; sums
    of the two ends instead of widths and times; and nothing more once it cannot win.
    """
    left, right, middle, first_left = places.left, places.right, places.middle, places.first_left
    start, gone, read, line_penalty = places.start, places.gone, places.read, places.line_penalty
    line, read_ms, uneven = measure.line, measure.ms_per_width, _uneven(measure.line)
    costs, back, split, full = ([0] * len(right) for _ in range(4))
    low = one_line = splits_from = 0  # the first places of a cue, of one of one line, of a break
    worth, worth_at = _IMPOSSIBLE, 0  # the best line break, and where
    for j in range(1, len(right)):
        right_j, gone_j, latest = right[j], gone[j], places.end[j] - MAX_CUE_MS
        needed = right_j - line
        while low < j - 1 and (first_left[low] < needed - line or start[low] < latest):
            low += 1
        while one_line < j and first_left[one_line] < needed:
            full[one_line] = j
            one_line += 1
        while splits_from < j and left[splits_from] < needed:
            splits_from += 1
        if line_penalty[j - 1] <= worth:
            worth, worth_at = line_penalty[j - 1], j - 1
        read_j, comfortable = right_j * read_ms - gone_j, gone_j - _COMFORTABLE_MS
        best, best_i, best_k = _IMPOSSIBLE, j - 1, 0
        whole = one_line if one_line > low else low
        for i, cost in enumerate(costs[whole:j], whole):
            if cost < best:
                if read_j > read[i]:
                    cost += _TOO_FAST_COST + int(read_j - read[i]) // 10
                if start[i] > comfortable and cost < best:
                    cost += _hasty(gone_j - start[i])
                if cost < best:
                    best, best_i = cost, i
        if low < one_line:
            least = splits_from if splits_from > low else low + 1
            if worth_at < least < j:
                worth = min(line_penalty[least:j])
                worth_at = line_penalty.index(worth, least)
            best += 1  # as good is good enough
            for i, cost in enumerate(costs[low:one_line], low):
                if cost + worth < best:
                    if read_j > read[i]:
                        cost += _TOO_FAST_COST + int(read_j - read[i]) // 10
                    if start[i] > comfortable:
                        cost += _hasty(gone_j - start[i])
                    if cost + worth < best:
                        both = right_j + first_left[i]
                        for k in range(least if least > i else i + 1, full[i]):
                            lines = cost + line_penalty[k] + uneven[both - middle[k]]
                            if lines < best:
                                best, best_i, best_k = lines, i, k
            best -= not best_k
        if best == _IMPOSSIBLE:
            best = costs[j - 1] + _TOO_SHORT_COST
        costs[j], back[j], split[j] = best + places.onward[j], best_i, best_k
    return back, split


@cache
def _uneven(line: int) -> list[int]:
    """What it costs that the second line is so much wider than the first; by a negative number,
    which counts from the end, that it is narrower."""
    return [*[by >> 4 for by in range(line + 1)], *[-3 * by >> 5 for by in range(-line, 0)]]


def _hasty(time: int) -> int:
    """What a cue costs that stands for less than is comfortable; milliseconds."""
    cost = (_COMFORTABLE_MS - time) >> 6
    if time < MIN_CUE_MS:
        cost += _TOO_SHORT_COST + ((MIN_CUE_MS - time) >> 2)
    return cost
