"""A conversation as a finder reads it: a text of a few thousand characters at a time, and where in
the transcript each character of it stands.

What was said in one language is one text, a line for each turn, so that what belongs together is
seen together. It is cut into windows between words; each begins a little before the end of the one
before, so that nothing is cut in two in both. Who speaks is left out: it costs, and could be found
itself. Places are code points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from shared.model.redaction.kinds import Finds
from shared.model.redaction.net import Hit, Part, Passage
from shared.model.redaction.repeats import plain
from shared.model.transcript.transcript import Transcript

OVERLAP = 200
"""Characters that two windows share."""
_SHOWN = "text"


class Window(NamedTuple):
    """`language` is a BCP-47 tag."""

    text: str
    language: str


class Found(NamedTuple):
    """A stretch of a window's text, from `start` to before `end`, that is of that kind."""

    kind: str
    start: int
    end: int


class Placed(NamedTuple):
    """A window, and of each utterance in it: where its text begins in the window (less than 0: the
    window before has its beginning), and where that ends."""

    window: Window
    orders: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def windows_of(
    transcript: Transcript, finds: Finds, most: int, *, by_speaker: bool = False
) -> list[Placed]:
    """Of up to `most` characters, all that was said in languages that the finder knows. Where they
    are `by_speaker`, none holds what two say, and none what another one does."""
    together: dict[tuple[str, object], list[int]] = {}
    for order, one in enumerate(transcript.utterances):
        language = one.language or transcript.language.code
        if language and one.text and finds.knows(language):
            who = (one.channel, one.speaker) if by_speaker else None
            together.setdefault((language, who), []).append(order)
    overlap = 0 if by_speaker else OVERLAP
    return [
        window
        for (language, _), orders in together.items()
        for window in _windows(transcript, orders, language, most, overlap)
    ]


def _windows(
    transcript: Transcript, orders: Sequence[int], language: str, most: int, overlap: int
) -> Iterator[Placed]:
    text, starts = _joined(transcript, orders)
    lengths = [len(transcript.utterances[order].text) for order in orders]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    for begin, end in _cuts(text, most, overlap):
        first = bisect_right(ends, begin)
        last = bisect_right(starts, end - 1)
        yield Placed(
            Window(text[begin:end], language),
            tuple(orders[first:last]),
            tuple(start - begin for start in starts[first:last]),
            tuple(place - begin for place in ends[first:last]),
        )


def _joined(transcript: Transcript, orders: Sequence[int]) -> tuple[str, list[int]]:
    """The text, and where each utterance begins in it."""
    said = [transcript.utterances[order] for order in orders]
    joints = [" " if one.turn == after.turn else "\n" for one, after in pairwise(said)]
    starts, at = [], 0
    for one in said:
        starts.append(at)
        at += len(one.text) + 1
    parts = [one.text + joint for one, joint in zip(said, [*joints, ""], strict=True)]
    return "".join(parts), starts


def _cuts(text: str, most: int, overlap: int) -> Iterator[tuple[int, int]]:
    """From where to where each window goes."""
    begin = 0
    while begin < len(text):
        end = min(begin + most, len(text))
        if end < len(text):
            end = _blank_before(text, begin + overlap + 1, end)
        yield begin, end
        if end == len(text):
            return
        begin = _blank_before(text, end - overlap, end - overlap // 2)


def _blank_before(text: str, least: int, most: int) -> int:
    """Behind the last line or word that ends there; `most` where none does."""
    at = max(text.rfind("\n", least, most), text.rfind(" ", least, most))
    return at + 1 if at >= 0 else most


def hits_of(
    placed: Sequence[Placed], found: Sequence[Iterable[Found]], passages: Sequence[Passage]
) -> list[Hit]:
    """What was found in each window, in the order of the conversation, in the displayed form."""
    index = {
        passage.order: at for at, passage in enumerate(passages) if passage.stream[1] == _SHOWN
    }
    hits = {
        hit: None
        for window, spans in zip(placed, found, strict=True)
        for span in spans
        if (hit := _hit(window, span, index)) is not None
    }
    return sorted(hits, key=lambda hit: hit.parts)


def _hit(placed: Placed, span: Found, index: dict[int, int]) -> Hit | None:
    places = places_of(placed, span)
    parts = tuple(Part(index[order], start, end) for order, start, end in places)
    text = placed.window.text[span.start : span.end]
    return Hit(span.kind, plain(text)[0], parts) if parts else None


def places_of(placed: Placed, span: Found) -> list[tuple[int, int, int]]:
    """Where it stands in the transcript: the order of each utterance that it touches, and from
    where to where in its text."""
    found = []
    first = max(bisect_right(placed.starts, span.start) - 1, 0)
    for order, start, end in zip(
        placed.orders[first:], placed.starts[first:], placed.ends[first:], strict=True
    ):
        if start >= span.end:
            break
        at, until = max(span.start, start) - start, min(span.end, end) - start
        if at < until:
            found.append((order, at, until))
    return found
