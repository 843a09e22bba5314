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
from dataclasses import dataclass

from shared.outputs.captions.cue import (
    CHAIN_MS,
    CROSSING_MS,
    GAP_MS,
    LINGER_MS,
    MAX_CUE_MS,
    MIN_CUE_MS,
    SHIFT_MS,
)
from shared.outputs.captions.segment import Piece

LEAST_CUE_MS = MIN_CUE_MS // 2
"""A cue is not squeezed below this; rather it overlaps the next one."""


@dataclass(slots=True)
class Draft:
    """A cue whose times are still those of the speech. `need_ms` is what reading takes; it shows
    `piece` of the run of that number. `voice` tells whose cues may never overlap."""

    run: int
    voice: Hashable
    piece: Piece
    start_ms: int
    audio_end_ms: int
    need_ms: int
    end_ms: int = 0


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
        draft.start_ms = max(draft.start_ms, free_from.get(draft.voice, 0))
        draft.audio_end_ms = max(draft.audio_end_ms, draft.start_ms)
        free_from[draft.voice] = draft.start_ms + LEAST_CUE_MS + GAP_MS


def _make_room(ordered: Sequence[Draft], starts: list[int]) -> None:
    """Move starts at changes of speaker where a cue would be too short to read."""
    free_from = 0
    for place, draft in enumerate(ordered):
        following = _following(starts, draft, place)
        if following < len(ordered):
            missing = draft.need_ms - (starts[following] - GAP_MS - draft.start_ms)
            if missing > 0 and (not place or ordered[place - 1].voice != draft.voice):
                early = min(missing, SHIFT_MS, draft.start_ms - free_from)
                missing -= _moved(ordered, starts, place, -early) if early > 0 else 0
            if missing > 0 and following == place + 1 and ordered[following].voice != draft.voice:
                late = min(missing, SHIFT_MS, _spare_ms(ordered, starts, following))
                _moved(ordered, starts, following, max(late, 0))
        free_from = max(
            free_from,
            draft.start_ms + draft.need_ms + GAP_MS,
            draft.audio_end_ms + GAP_MS - CROSSING_MS,
        )


def _following(starts: Sequence[int], draft: Draft, place: int) -> int:
    """The first later cue that does not begin in the midst of this one's speech."""
    return bisect_left(starts, draft.audio_end_ms - CROSSING_MS, place + 1)


def _spare_ms(ordered: Sequence[Draft], starts: Sequence[int], place: int) -> int:
    """How much later a cue can come without being too short itself or out of order."""
    draft = ordered[place]
    spare_ms = SHIFT_MS
    if place + 1 < len(ordered):
        spare_ms = starts[place + 1] - draft.start_ms
    after = _following(starts, draft, place)
    if after < len(ordered):
        room_ms = starts[after] - GAP_MS - draft.start_ms
        spare_ms = min(spare_ms, room_ms - draft.need_ms)
    return spare_ms


def _moved(ordered: Sequence[Draft], starts: list[int], place: int, by_ms: int) -> int:
    ordered[place].start_ms += by_ms
    starts[place] += by_ms
    return abs(by_ms)


def _followers(ordered: Sequence[Draft]) -> list[int | None]:
    """For each cue the start of the next one of its voice."""
    later: dict[Hashable, int] = {}
    found: list[int | None] = []
    for draft in reversed(ordered):
        found.append(later.get(draft.voice))
        later[draft.voice] = draft.start_ms
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
