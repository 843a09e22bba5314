"""What a provider finds in a recording beyond who said what when: only where it was asked for.

Times are integer milliseconds from the start of the recording, confidences 0..1.
"""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, gc=False):
    """A stretch of time."""

    start_ms: int
    end_ms: int


class Entity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that was named. `kind` is the provider's word for what it is."""

    kind: str
    text: str
    start_ms: int
    end_ms: int


class Chapter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of the recording about one thing."""

    start_ms: int
    end_ms: int
    title: str
    summary: str = ""


class Highlight(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase that matters. `rank` is 0..1, the more the weightier."""

    text: str
    rank: float | None = None
    spans: tuple[Span, ...] = ()


class Sentiment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a stretch of speech sounds: positive, neutral or negative, in the provider's order.
    It holds no text; what was said then, the utterances tell."""

    start_ms: int
    end_ms: int
    label: str
    confidence: float | None = None
    channel: int = 0


class Insights(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Empty where nothing was found or nothing was asked for."""

    entities: tuple[Entity, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    sentiments: tuple[Sentiment, ...] = ()
