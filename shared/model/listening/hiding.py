"""Which stretches of a recording nobody is to hear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Fill = Literal["silence", "tone"]
"""What is heard in their place."""
PADDING_MS = 100
"""Times of words are off by a few hundredths of a second, and a voice fades."""
MOST_SPANS = 2_500
"""As many fit into one job of the child."""


class Span(NamedTuple):
    """From where to where, in milliseconds."""

    start_ms: int
    end_ms: int


def padded(
    spans: Iterable[tuple[int, int]], padding_ms: int = PADDING_MS, most: int = MOST_SPANS
) -> tuple[Span, ...]:
    """In order and apart, each longer by the padding on both sides. Of more than `most` those with
    the least between them become one: rather too much is hidden than too little."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if end < start:
            raise ValueError("a span ends before it starts")
        wide = Span(max(0, start - padding_ms), end + padding_ms)
        if apart and wide.start_ms <= apart[-1].end_ms:
            apart[-1] = Span(apart[-1].start_ms, max(apart[-1].end_ms, wide.end_ms))
        else:
            apart.append(wide)
    return tuple(_joined(apart, most))


def _joined(spans: list[Span], most: int) -> list[Span]:
    """The smallest gaps close first."""
    if len(spans) <= most:
        return spans
    by_gap = sorted(range(1, len(spans)), key=lambda at: spans[at].start_ms - spans[at - 1].end_ms)
    closed = set(by_gap[: len(spans) - most])
    joined: list[Span] = []
    for at, span in enumerate(spans):
        if at in closed:
            joined[-1] = Span(joined[-1].start_ms, span.end_ms)
        else:
            joined.append(span)
    return joined
