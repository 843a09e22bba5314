"""How sure the service is of a word as it is displayed.

It tells only how sure it is of the words as they were spoken, so a display word ("£25") takes the
mean of the spoken words that it overlaps ("twenty five pounds"), weighted by how long.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.transcript.transcript import Word

_POINT = 0.000_001  # the weight of an overlap without length: counts only where nothing else does


def mean_confidence(
    spoken: Sequence[Word], first: int, start: int, end: int
) -> tuple[float | None, int]:
    """The mean over the words from `first` on that overlap start..end (ms), None where none does,
    and where the next display word has to begin to look.

    Both lists are in time order, so all display words together take one walk along the spoken
    ones: of those it passed, only the last may reach into the next display word.
    """
    total = weighted = 0.0
    at = first
    while at < len(spoken):
        word = spoken[at]
        if word.start_ms > end:
            break
        at += 1
        weight = _overlap(word, start, end)
        if weight > 0 and word.confidence is not None:
            total += weight
            weighted += weight * word.confidence
    return (weighted / total if total else None), max(first, at - 1)


def _overlap(word: Word, start: int, end: int) -> float:
    """Milliseconds in common. Neighbours that only touch have none, but a word without length
    lies inside."""
    shared_ms = min(end, word.end_ms) - max(start, word.start_ms)
    if shared_ms:
        return shared_ms
    return _POINT if start == end or word.start_ms == word.end_ms else 0.0


def probability(value: float | None) -> float | None:
    """0..1; the service writes 1.0000001 now and then."""
    return value if value is None or 0.0 <= value <= 1.0 else min(1.0, max(0.0, value))
