"""What was said in a recording, as far as a page of the report shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

from shared.model.language.scripts import joint
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Transcript, Utterance
from shared.outputs.spoken import spoken_words

MOST_CHARACTERS = 60_000
"""Of a recording: an hour of speech."""
_MOST_OF_STRETCH = 80


class Said(NamedTuple):
    """`turns` are what was said, one after the other, `stretches` the words of each span."""

    turns: tuple[str, ...]
    stretches: tuple[str, ...]


def said_in(transcript: Transcript, spans: Sequence[Span]) -> Said:
    """What is longer than a page can take ends with an ellipsis."""
    text = _cut(transcript.text, MOST_CHARACTERS)
    code = transcript.language.code
    return Said(
        tuple(text.splitlines()),
        tuple(_cut(_within(transcript.utterances, span, code), _MOST_OF_STRETCH) for span in spans),
    )


def _within(utterances: Iterable[Utterance], span: Span, code: str | None) -> str:
    """With the word before and the one after, by which a person finds the place."""
    there = (u for u in utterances if u.start_ms <= span.end_ms and u.end_ms >= span.start_ms)
    words = [word for utterance in there for word in spoken_words(utterance, code)]
    inside = [w.start_ms < span.end_ms and w.end_ms > span.start_ms for w in words]
    found = [w.text for n, w in enumerate(words) if any(inside[max(n - 1, 0) : n + 2])]
    return reduce(lambda before, after: before + joint(before, after) + after, found, "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
