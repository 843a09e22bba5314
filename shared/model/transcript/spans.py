"""When each utterance was said: what to believe before anything is mended.

The recording is as long as the longest of what the provider, the probe and the last word say. An
utterance far behind all that, or without a time, is put behind the one before it; one that would
last for ever ends with its words. Whatever a reader should know of this is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.words import MS_PER_CHARACTER, mend_words

_FAR_MS = 60_000
_FAR = 0.1
"""So much behind the end, in milliseconds and as a part of the whole, a time is not believed, if
few say so."""
_FEW = 0.1
_WORTH_A_WORD_MS = 1_000
_HASTE = 5
"""An utterance said so many times faster than people speak has lost its end."""


class Placed(NamedTuple):
    """Utterances in the provider's order, their times and those of their words inside
    0..`duration_ms`; None where nothing tells the length."""

    utterances: list[RecognisedUtterance]
    duration_ms: int | None
    warnings: list[str]


def place(
    heard: Sequence[RecognisedUtterance], heard_ms: int | None, probed_ms: int | None
) -> Placed:
    """`heard_ms` and `probed_ms` are the recording's length as provider and probe have it."""
    known = max((ms for ms in (heard_ms, probed_ms) if ms is not None and ms > 0), default=None)
    if known is None and not heard:
        known = 0 if heard_ms is not None else None
    lost = _lost(heard, known)
    far = known + _far_ms(known) if known is not None else None
    found: list[RecognisedUtterance] = []
    latest: dict[int, int] = {}
    for at, one in enumerate(heard):
        since = latest.get(one.channel, 0)
        mended = _unplaced(one, since) if at in lost else _mended(one, far)
        latest[one.channel] = max(mended.end_ms, since)
        found.append(mended)
    last = max((one.end_ms for one in found), default=None)
    ends = [ms for ms in (known, last) if ms is not None]
    return Placed(found, max(ends, default=None), _warnings(heard, lost, known, last))


def _far_ms(known_ms: int) -> int:
    return _FAR_MS + round(known_ms * _FAR)


def _lost(heard: Sequence[RecognisedUtterance], known: int | None) -> set[int]:
    """Those without a time that can be believed."""
    untimed = {at for at, one in enumerate(heard) if one.timing != "provider"}
    if known is None:
        return untimed
    far = known + _far_ms(known)
    late = {at for at, one in enumerate(heard) if one.start_ms > far}
    return untimed | late if len(late) <= max(1, len(heard) * _FEW) else untimed


def _unplaced(one: RecognisedUtterance, since_ms: int) -> RecognisedUtterance:
    """By its words where they have times near by, else behind what was said before."""
    need = (len(one.text) + 1) * MS_PER_CHARACTER
    timed = [w for w in one.words if w.timing == "provider" and w.end_ms >= w.start_ms > 0]
    if one.timing != "provider" and timed:
        start, end = timed[0].start_ms, max(word.end_ms for word in timed)
    else:
        start, end = since_ms, since_ms + need
    words = mend_words(one.words, start, end)
    return replace(one, start_ms=start, end_ms=end, words=words, timing="interpolated")


def _mended(one: RecognisedUtterance, far: int | None) -> RecognisedUtterance:
    start = max(one.start_ms, 0)
    end = max(one.end_ms, start)
    if far is not None and end > far:
        end = _end_of_words(one, start, far)
    elif one.words and (end - start) * _HASTE < len(one.text) * MS_PER_CHARACTER:
        end = _end_of_words(one, start, far, least_ms=end)
    words = mend_words(one.words, start, end) if one.words else ()
    if words is one.words and start == one.start_ms and end == one.end_ms:
        return one
    return replace(one, start_ms=start, end_ms=end, words=words)


def _end_of_words(
    one: RecognisedUtterance, start: int, far: int | None, *, least_ms: int | None = None
) -> int:
    """Where its words end, as far as they follow its start; by its length where there are none."""
    need = start + (len(one.text) + 1) * MS_PER_CHARACTER
    latest = start + _HASTE * (need - start)
    if far is not None:
        latest = min(latest, far)
    ends = [w.end_ms for w in one.words if start <= w.start_ms and w.end_ms <= latest]
    if least_ms is not None:
        return max([least_ms, *ends])
    return max(ends, default=min(need, latest))


def _warnings(
    heard: Sequence[RecognisedUtterance], lost: set[int], known: int | None, last: int | None
) -> list[str]:
    told = []
    late = sum(heard[at].timing == "provider" for at in lost)
    if late:
        told.append(
            f"The time of {late} utterance(s) lay far behind the end of the recording; they stand "
            "behind what was said before."
        )
    if known is not None and last is not None and last - known > _WORTH_A_WORD_MS:
        told.append(
            f"The last word ends after {last / 1000:.1f} s in a recording that should last "
            f"{known / 1000:.1f} s."
        )
    return told
