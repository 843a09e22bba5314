"""What the service finds beside the text. A feature that is off may be null, `{}`, or an object
that says `unavailable`.

Redaction reaches the text only: where it was on, nothing is read here that could hold what the text
does not.
"""

from __future__ import annotations

import msgspec

from shared.model.transcript.insights import Chapter, Entity, Highlight, Insights, Sentiment, Span
from shared.providers.assemblyai.stretches import channel_of


class _Timed(msgspec.Struct):
    start: int | None = None
    end: int | None = None


class _Entity(_Timed):
    entity_type: str | None = None
    text: str | None = None


class _Chapter(_Timed):
    headline: str | None = None
    gist: str | None = None
    summary: str | None = None


class _Sentiment(_Timed):
    sentiment: str | None = None
    confidence: float | None = None
    channel: str | None = None


class _Highlight(msgspec.Struct):
    text: str | None = None
    rank: float | None = None
    timestamps: list[_Timed] | None = None


class _Highlights(msgspec.Struct):
    results: list[_Highlight] | None = None


class Features(msgspec.Struct, kw_only=True):
    """The part of a transcript that holds them."""

    redact_pii: bool | None = None
    entities: list[_Entity] | None = None
    chapters: list[_Chapter] | None = None
    auto_highlights_result: _Highlights | None = None
    sentiment_analysis_results: list[_Sentiment] | None = None


def read_insights(found: Features) -> Insights:
    """What has no text or no time is left out."""
    sentiments = tuple(
        Sentiment(
            start_ms=each.start,
            end_ms=_end(each),
            label=each.sentiment.lower(),
            confidence=each.confidence,
            channel=channel_of(each.channel),
        )
        for each in found.sentiment_analysis_results or ()
        if each.start is not None and each.sentiment
    )
    if found.redact_pii:
        return Insights(sentiments=sentiments)
    highlights = found.auto_highlights_result
    return Insights(
        entities=tuple(
            Entity(
                kind=each.entity_type or "", text=each.text, start_ms=each.start, end_ms=_end(each)
            )
            for each in found.entities or ()
            if each.text and each.start is not None
        ),
        chapters=tuple(
            Chapter(
                start_ms=each.start,
                end_ms=_end(each),
                title=each.headline or each.gist or "",
                summary=each.summary or "",
            )
            for each in found.chapters or ()
            if each.start is not None
        ),
        highlights=tuple(
            Highlight(text=each.text, rank=_share(each.rank), spans=_spans(each.timestamps or []))
            for each in (highlights.results if highlights else None) or ()
            if each.text
        ),
        sentiments=sentiments,
    )


def _spans(times: list[_Timed]) -> tuple[Span, ...]:
    return tuple(Span(each.start, _end(each)) for each in times if each.start is not None)


def _end(each: _Timed) -> int:
    start = each.start or 0
    return start if each.end is None else max(start, each.end)


def _share(rank: float | None) -> float | None:
    return None if rank is None else min(max(rank, 0.0), 1.0)
