"""Which stretches of a recording a person should listen to again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from shared.model.transcript.transcript import Transcript, Utterance, Word

# Two doubtful places closer than this are heard in one go.
_ONE_LISTEN_MS = 1_000


def review_spans(
    transcript: Transcript, review_below: float | None, most: int = 20
) -> tuple[Span, ...]:
    """The doubtful stretches in time order, at most `most` of them.

    Words with a confidence below the threshold count, wherever they stand; an utterance below
    it counts as a whole only if none of its words says where the doubt lies. Neighbours are
    merged. If there are more than `most`, those stay that leave the most speech in doubt.
    """
    if review_below is None:
        return ()
    doubtful = sorted(
        (span for u in transcript.utterances for span in _doubtful(u, review_below)),
        key=lambda span: (span.start_ms, span.end_ms),
    )
    merged = list(_merged(doubtful))
    worst = sorted(merged, key=lambda span: _length_ms(span) * (span.confidence - review_below))
    return tuple(sorted(worst[:most], key=lambda span: span.start_ms))


def _doubtful(utterance: Utterance, review_below: float) -> list[Span]:
    spans = [span for word in utterance.words for span in _if_low(word, review_below)]
    return spans or list(_if_low(utterance, review_below))


def _if_low(heard: Word | Utterance, review_below: float) -> Iterator[Span]:
    if heard.confidence is not None and heard.confidence < review_below:
        yield Span(heard.start_ms, heard.end_ms, heard.confidence)


def _merged(spans: list[Span]) -> Iterator[Span]:
    """`spans` in time order; the silence that a merge takes in does not dilute the doubt."""
    group: list[Span] = []
    end_ms = 0
    for span in spans:
        if group and span.start_ms - end_ms > _ONE_LISTEN_MS:
            yield _as_one(group, end_ms)
            group = []
        end_ms = max(end_ms, span.end_ms) if group else span.end_ms
        group.append(span)
    if group:
        yield _as_one(group, end_ms)


def _as_one(group: list[Span], end_ms: int) -> Span:
    weight_ms = sum(map(_length_ms, group))
    confidence = sum(span.confidence * _length_ms(span) for span in group) / weight_ms
    return Span(group[0].start_ms, end_ms, round(confidence, 4))


def _length_ms(span: Span) -> int:
    return max(span.end_ms - span.start_ms, 1)


class Span(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a recording to listen to again. `confidence` is the mean of its doubtful
    parts, weighted by length."""

    start_ms: int
    end_ms: int
    confidence: float
