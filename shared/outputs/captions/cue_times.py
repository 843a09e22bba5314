"""When each cue comes and goes, all speakers together.

A cue comes with its first word and stays until the last one, then lingers for up to half a
second or as long as reading takes. It leaves two frames before the next cue; a gap of up to
half a second is closed to these two frames. At a change of speaker a cue that is too short may
come, and the next one may wait, for up to a quarter of a second. Cues overlap only where the
speech does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import pairwise

import msgspec

from shared.outputs.captions.cue import (
    CHAIN_MS,
    CROSSING_MS,
    GAP_MS,
    LINGER_MS,
    MAX_CUE_MS,
    MIN_CUE_MS,
    SHIFT_MS,
)
from shared.outputs.captions.cut import Piece

LEAST_CUE_MS = MIN_CUE_MS // 2
"""A cue is not squeezed below this; rather it overlaps the next one."""


class Draft(msgspec.Struct):
    """A cue whose times are still those of the speech. `need_ms` is how long it has to stay,
    `read_ms` what reading takes; it shows
    `piece` of the run of that number. `voice` tells whose cues may never overlap. `second` is the
    line of another voice that is shown with it."""

    run: int
    voice: Hashable
    piece: Piece
    start_ms: int
    audio_end_ms: int
    need_ms: int
    read_ms: int = 0
    end_ms: int = 0
    second: Draft | None = None

    @property
    def voices(self) -> tuple[Hashable, ...]:
        return (self.voice, self.second.voice) if self.second else (self.voice,)

    @property
    def last_voice(self) -> Hashable:
        return self.voices[-1]


def schedule(drafts: Sequence[Draft]) -> list[Draft]:
    """Set the times; the drafts come back by start. Starts of a voice must not go back."""
    _spread(drafts)
    ordered = sorted(drafts, key=lambda draft: draft.start_ms)
    starts = [draft.start_ms for draft in ordered]
    _make_room(ordered, starts)
    followers = _followers(ordered)
    for place, draft in enumerate(ordered):
        draft.end_ms = _end(draft, _limit(draft, starts, place, followers[place]))
    return ordered


def _spread(drafts: Sequence[Draft]) -> None:
    """Words that a provider all puts at one moment still make cues that can be read."""
    free_from: dict[Hashable, int] = {}
    for draft in drafts:
        for voice in draft.voices:
            if draft.start_ms < (free := free_from.get(voice, 0)):
                draft.start_ms = free
        if draft.audio_end_ms < draft.start_ms:
            draft.audio_end_ms = draft.start_ms
        for voice in draft.voices:
            free_from[voice] = draft.start_ms + LEAST_CUE_MS + GAP_MS


def _make_room(ordered: Sequence[Draft], starts: list[int]) -> None:
    """Move starts at changes of speaker where a cue would be too short to read, rather early than
    late, and several in a row together."""
    if all(one.last_voice == after.voice for one, after in pairwise(ordered)):
        return
    wanted = _wanted(ordered, starts)
    latest = _latest(ordered, starts, wanted)
    before = 0
    for place, draft in enumerate(ordered):
        free_from = before
        if place and _is_next(ordered, starts, place):
            last = ordered[place - 1]
            free_from = max(free_from, last.start_ms + last.need_ms + GAP_MS)
            before = max(before, min(starts[place], last.start_ms + MIN_CUE_MS + GAP_MS))
        start = max(wanted[place], min(free_from, latest[place]), before)
        draft.start_ms = before = start
    starts[:] = [draft.start_ms for draft in ordered]


def _wanted(ordered: Sequence[Draft], starts: Sequence[int]) -> list[int]:
    """When each cue had better come so that it and all behind it can be read."""
    wanted = list(starts)
    earliest = _earliest(ordered, starts)
    for place in range(len(ordered) - 2, -1, -1):
        if not _is_next(ordered, starts, place + 1):
            continue
        early = wanted[place + 1] - ordered[place].need_ms - GAP_MS
        if early < starts[place]:
            wanted[place] = max(early, earliest[place])
    return wanted


def _earliest(ordered: Sequence[Draft], starts: Sequence[int]) -> list[int]:
    """How early each cue may come: not at the cost of those that are on the screen by then."""
    found: list[int] = []
    heard = read = 0  # until when what came before is spoken, and what came before that is read
    for place, draft in enumerate(ordered):
        if place and ordered[place - 1].last_voice == draft.voice:
            found.append(starts[place])
        else:
            limit = max(starts[place] - SHIFT_MS, heard, read, 0)
            found.append(min(starts[place], limit))
        heard = max(heard, draft.audio_end_ms + GAP_MS - CROSSING_MS)
        if place:
            last = ordered[place - 1]
            read = max(read, last.start_ms + last.need_ms + GAP_MS)
    return found


def _latest(ordered: Sequence[Draft], starts: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """How late each cue may come without being too short itself."""
    latest = list(starts)
    for place in range(len(ordered) - 1, 0, -1):
        if ordered[place - 1].last_voice == ordered[place].voice:
            continue
        limit = starts[place] + SHIFT_MS
        if place + 1 < len(ordered) and _is_next(ordered, starts, place + 1):
            limit = min(limit, latest[place + 1] - ordered[place].need_ms - GAP_MS)
        elif place + 1 < len(ordered):
            limit = min(limit, wanted[place + 1])
            after = _following(starts, ordered[place], place)
            if after < len(ordered):
                limit = min(limit, wanted[after] - ordered[place].need_ms - GAP_MS)
        latest[place] = max(wanted[place], limit)
    return latest


def _is_next(ordered: Sequence[Draft], starts: Sequence[int], place: int) -> bool:
    """Whether the cue there begins behind the speech of the one before it."""
    return _following(starts, ordered[place - 1], place - 1) == place


def _following(starts: Sequence[int], draft: Draft, place: int) -> int:
    """The first later cue that does not begin in the midst of this one's speech."""
    return bisect_left(starts, draft.audio_end_ms - CROSSING_MS, place + 1)


def _followers(ordered: Sequence[Draft]) -> list[int | None]:
    """For each cue the start of the next one of its voice."""
    later: dict[Hashable, int] = {}
    found: list[int | None] = []
    for draft in reversed(ordered):
        nexts = [later[voice] for voice in draft.voices if voice in later]
        found.append(min(nexts, default=None))
        for voice in draft.voices:
            later[voice] = draft.start_ms
    return found[::-1]


def _limit(draft: Draft, starts: Sequence[int], place: int, follower: int | None) -> int | None:
    """The start of the cue before which this one has to leave; None where nothing follows."""
    at = _following(starts, draft, place)
    if at < len(starts) and starts[at] - GAP_MS - draft.start_ms < LEAST_CUE_MS:
        at = bisect_left(starts, draft.start_ms + draft.need_ms + GAP_MS, at)
        if follower is not None:
            return min(follower, starts[at]) if at < len(starts) else follower
    return starts[at] if at < len(starts) else None


def _end(draft: Draft, limit_ms: int | None) -> int:
    latest = draft.start_ms + MAX_CUE_MS
    enough = min(max(draft.audio_end_ms, draft.start_ms + draft.need_ms), latest)
    wish = min(max(draft.audio_end_ms + LINGER_MS, enough), latest)
    if limit_ms is None or limit_ms - wish > CHAIN_MS:
        return wish
    closed = limit_ms - GAP_MS
    if wish >= closed:
        return closed
    apart = limit_ms - CHAIN_MS - 1
    return closed if apart < enough and closed <= latest else apart
