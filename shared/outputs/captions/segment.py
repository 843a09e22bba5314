"""Cuts a speaker's words into cues and lines, the best way that there is.

Dynamic programming over the places where a line may end. The cost of a cue is how badly it
breaks (`breaks.py`), plus what the reader suffers: too short to see, too fast to read, a silence
or a sentence end in its middle, lines of unequal length. Costs are points; 45 is a break
between two ordinary words. A cue of over two lines or seven seconds is never considered.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from shared.outputs.captions.breaks import BAD
from shared.outputs.captions.cue import CHAIN_MS, GAP_MS, MAX_CUE_MS, MIN_CUE_MS
from shared.outputs.captions.measure import Measure
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
    places = _Places(words, room_end_ms, measure.line)
    names = [prefix if every_cue or not n else 0 for n in range(len(places.at))]
    back, split = _cheapest(places, names, measure)
    found: list[Piece] = []
    j = len(places.at) - 1
    while j > 0:
        i, k = back[j], split[j]
        found.append(Piece(places.at[i], places.at[k] if k else places.at[j], places.at[j]))
        j = i
    return found[::-1]


class _Places:
    """The places where a line may end, parallel lists; the first is before the first word.

    `left` and `right` are the edges of the text after and before the place; `gone` is when a cue
    that ends there has to leave, `end` when it does leave at the earliest; `kept` sums what not
    to break costs at this and all earlier places.
    """

    def __init__(self, words: RunWords, room_end_ms: int, line: int) -> None:
        n = len(words.tokens)
        spans = zip(words.widths, [*words.spaces[1:], 0], strict=True)
        left = list(accumulate((width + space for width, space in spans), initial=0))
        right = [0, *[left[k] + words.widths[k] for k in range(n)]]
        starts, ends = words.starts, words.ends
        self.at = at = _candidates(words, left, right, line)
        self.left = [left[k] for k in at]
        self.right = [right[k] for k in at]
        self.start = [starts[k] for k in at[:-1]]
        nexts = [*starts, room_end_ms + GAP_MS]
        self.gone = [nexts[k] - GAP_MS for k in at]
        pauses = [0, *[nexts[k] - ends[k - 1] for k in at[1:]]]
        self.end = [
            gone if pause <= CHAIN_MS + GAP_MS else ends[k - 1]
            for k, gone, pause in zip(at, self.gone, pauses, strict=True)
        ]
        raw = [words.penalties[k] for k in at[:-1]]
        # A silence excuses half of an ordinary break, nothing of a bad one.
        self.penalty = [
            p if p >= BAD or pause <= 0 else p - p * (pause if pause < 600 else 600) // 1200
            for p, pause in zip(raw, pauses, strict=False)
        ]
        self.penalty.append(0)
        self.line_penalty = [p if p >= BAD else p * 2 // 3 for p in raw]
        closed = words.closed
        kept = [
            (_SENTENCE_INSIDE_COST if closed[k] else 0)
            + ((pause - _PAUSE_MS) // 20 if pause > _PAUSE_MS else 0)
            for k, pause in zip(at, pauses, strict=True)
        ]
        self.kept = list(accumulate(kept))


def _candidates(words: RunWords, left: list[int], right: list[int], line: int) -> list[int]:
    """All good places, and the bad ones wherever good ones are more than a line apart."""
    starts, ends, penalties = words.starts, words.ends, words.penalties
    found = [0]
    previous = 0
    last = len(words.tokens)
    for n in range(1, last + 1):
        if n < last and penalties[n] >= _GOOD_BREAK and starts[n] - ends[n - 1] < _LONG_PAUSE_MS:
            continue
        if right[n] - left[previous] > line or ends[n - 1] - starts[previous] > MAX_CUE_MS:
            found += range(previous + 1, n)
        found.append(n)
        previous = n
    return found


def _cheapest(places: _Places, names: list[int], measure: Measure) -> tuple[list[int], list[int]]:
    """For each place the best beginning of the cue that ends there, and its line break or 0.

    What is counted for each pair of places is kept small: a sum of the two ends instead of widths
    and times, the best line break first, and nothing more once it cannot win.
    """
    left, right, start, gone, end = places.left, places.right, places.start, places.gone, places.end
    penalty, line_penalty, kept = places.penalty, places.line_penalty, places.kept
    line, read_ms = measure.line, measure.ms_per_width
    count = len(places.at)
    first_left = [edge - name for edge, name in zip(left, names, strict=True)]
    hurry = [edge * read_ms - at for edge, at in zip(first_left, start, strict=False)]
    middle = [a + b for a, b in zip(left, right, strict=True)]
    costs = [0] * count  # of everything before the place, less kept[place]
    back = [0] * count
    split = [0] * count
    low = one_line = splits_from = 0
    two_lines = 2 * line
    for j in range(1, count):
        right_j, gone_j = right[j], gone[j]
        latest = end[j] - MAX_CUE_MS
        while low < j - 1 and (right_j - first_left[low] > two_lines or start[low] < latest):
            low += 1
        needed = right_j - line
        while one_line < j and first_left[one_line] < needed:
            one_line += 1
        while splits_from < j and left[splits_from] < needed:
            splits_from += 1
        hurry_j = right_j * read_ms - gone_j
        comfortable = gone_j - _COMFORTABLE_MS
        best, best_i, best_k = _IMPOSSIBLE, j - 1, 0
        if low < one_line:
            least = splits_from if splits_from > low else low + 1
            worth = min(line_penalty[least:j], default=_IMPOSSIBLE)
            for i in range(low, one_line):
                cost = costs[i] + _TWO_LINES_COST
                if cost + worth >= best:
                    continue
                if start[i] > comfortable:
                    cost += _hasty(gone_j - start[i])
                if hurry_j > hurry[i]:
                    cost += _TOO_FAST_COST + int(hurry_j - hurry[i]) // 10
                    if cost + worth >= best:
                        continue
                both = right_j + first_left[i]
                edge = first_left[i] + line
                for k in range(least if least > i else i + 1, j):
                    if right[k] > edge:
                        break
                    lines = cost + line_penalty[k]
                    if lines < best:
                        uneven = both - middle[k]
                        lines += uneven >> 4 if uneven >= 0 else -3 * uneven >> 5
                        if lines < best:
                            best, best_i, best_k = lines, i, k
        i = one_line if one_line > low else low
        for cost in costs[i:j]:
            if cost < best:
                if start[i] > comfortable:
                    cost += _hasty(gone_j - start[i])
                if hurry_j > hurry[i]:
                    cost += _TOO_FAST_COST + int(hurry_j - hurry[i]) // 10
                if cost < best:
                    best, best_i, best_k = cost, i, 0
            i += 1
        if best == _IMPOSSIBLE:
            best = costs[j - 1] + _TOO_SHORT_COST
        costs[j] = best + kept[j - 1] + penalty[j] + _CUE_COST - kept[j]
        back[j], split[j] = best_i, best_k
    return back, split


def _hasty(time: int) -> int:
    """What a cue costs that stands for less than is comfortable; milliseconds."""
    cost = (_COMFORTABLE_MS - time) >> 6
    if time < MIN_CUE_MS:
        cost += _TOO_SHORT_COST + ((MIN_CUE_MS - time) >> 2)
    return cost
