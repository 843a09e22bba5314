"""Two speakers in quick exchange share a cue, a line each.

Short turns leave no cue long enough to be read. Two one-line cues of different voices, one after
the other, can be shown together, and which pairs there are is found so that as little as possible
is too short.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from shared.outputs.captions.cue import CROSSING_MS, GAP_MS, MAX_CUE_MS, MIN_CUE_MS, SHIFT_MS
from shared.outputs.captions.cue_times import Draft

_SHARED_COST = 100
"""As many missing milliseconds as sharing a cue is worth."""
_SHORT_COST, _TOO_SHORT_COST = 60, 300
"""Where room has to be borrowed, and where borrowing is not enough."""
_EARLY = 5
"""A line that comes before it is heard costs a part of that time: one in so many."""
_LONGEST_LEAD_MS = 3_000
_MISSED = 100
"""Missing milliseconds cost their square by this: rather little in many places than much in one."""
_BREAK_MS = 60
"""The break between two lines is read like a character."""
_REACH = 6
"""So many later cues are looked at for one that does not begin inside of this one's speech."""

Fits = Callable[[Draft, Draft], bool]


def shared(drafts: Sequence[Draft], fits: Fits) -> list[Draft]:
    """The drafts by start, some of them two in one. `fits` tells whether the lines of two have
    room beside each other's dashes."""
    ordered = sorted(drafts, key=lambda draft: draft.start_ms)
    count = len(ordered)
    if not any(a.voice != b.voice for a, b in pairwise(ordered)):
        return ordered
    around = _around(ordered)
    best = [0.0] * (count + 1)
    is_pair = [False] * (count + 1)
    for end in range(1, count + 1):
        alone = _cost(ordered[end - 1], ordered, end)
        best[end] = best[end - 1] + alone
        if end > 1 and _may_share(end - 2, ordered, around, fits):
            pair = _paired(ordered[end - 2], ordered[end - 1])
            lead = ordered[end - 1].start_ms - pair.start_ms
            cost = best[end - 2] + _cost(pair, ordered, end) + _SHARED_COST + lead // _EARLY
            if cost < best[end]:
                best[end], is_pair[end] = cost, True
    found: list[Draft] = []
    end = count
    while end:
        if is_pair[end]:
            found.append(_paired(ordered[end - 2], ordered[end - 1]))
            end -= 2
        else:
            found.append(ordered[end - 1])
            end -= 1
    return found[::-1]


Around = tuple[list[int | None], list[int | None]]


def _around(ordered: Sequence[Draft]) -> Around:
    """Where the voice of each spoke before, and where it speaks next."""
    before: list[int | None] = []
    after: list[int | None] = [None] * len(ordered)
    last: dict[Hashable, int] = {}
    for at, draft in enumerate(ordered):
        found = last.get(draft.voice)
        before.append(found)
        if found is not None:
            after[found] = at
        last[draft.voice] = at
    return before, after


def _may_share(at: int, ordered: Sequence[Draft], around: Around, fits: Fits) -> bool:
    first, second = ordered[at], ordered[at + 1]
    if first.voice == second.voice:
        return False
    if any(draft.piece.split < draft.piece.last for draft in (first, second)):
        return False
    if second.start_ms - first.start_ms > _LONGEST_LEAD_MS:
        return False
    end_ms = max(first.audio_end_ms, second.audio_end_ms)
    if end_ms - first.start_ms > MAX_CUE_MS:
        return False
    before, after = around
    return (
        _is_gone(before[at + 1], at, ordered)
        and all(n is None or ordered[n].start_ms >= end_ms for n in after[at : at + 2])
        and fits(first, second)
    )


def _is_gone(before: int | None, at: int, ordered: Sequence[Draft]) -> bool:
    """What the second voice said last must not be on the screen any more, whoever shares it."""
    if before is None:
        return True
    beside = ordered[max(before - 1, 0) : min(before + 2, at)]
    return max(draft.audio_end_ms for draft in beside) <= ordered[at].start_ms


def _paired(first: Draft, second: Draft) -> Draft:
    return replace(
        first,
        audio_end_ms=max(first.audio_end_ms, second.audio_end_ms),
        need_ms=max(MIN_CUE_MS, first.read_ms + second.read_ms + _BREAK_MS),
        read_ms=first.read_ms + second.read_ms + _BREAK_MS,
        second=second,
    )


def _cost(draft: Draft, ordered: Sequence[Draft], following: int) -> float:
    """How much is missing to read it before the next cue comes."""
    inside = draft.audio_end_ms - CROSSING_MS
    for after in ordered[following : following + _REACH]:
        if after.start_ms >= inside:
            room = after.start_ms - GAP_MS - draft.start_ms
            short = _SHORT_COST if room < MIN_CUE_MS else 0
            if room + 2 * SHIFT_MS < MIN_CUE_MS:
                short = _TOO_SHORT_COST
            return max(0, draft.need_ms - room) ** 2 / _MISSED + short
    if following < len(ordered) and ordered[following].start_ms < inside:
        return _SHARED_COST  # two cues at once, where one could be enough
    return 0.0
