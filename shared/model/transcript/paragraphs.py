"""A monologue in parts that can be read, found again, and played.

Providers end an utterance where the speaker makes a pause, and some speakers make none. What lasts
longer than a minute is cut at the ends of sentences, by the times of its words; where nobody wrote
sentences, at the longest pause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from shared.model.language.languages import Language
from shared.model.language.scripts import script_of
from shared.model.language.sentences import sentences
from shared.model.transcript.alignment import boundaries, key
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Alternative
from shared.model.transcript.words import mean_confidence, mend_words

PARAGRAPH_MS = 60_000
_LONGEST_MS = 75_000
"""Without the end of a sentence for so long, a pause has to do."""
_SHORTEST_MS = 20_000
_SENTENCE_MARKS = re.compile(r"(?<=[。！？｡!?])(?![」』）】》〉”’!?。！？])")


class _Token(NamedTuple):
    """A place where the text can be cut: behind `last` characters, at `end_ms`, after which
    `pause_ms` of silence follow."""

    last: int
    end_ms: int
    pause_ms: int
    is_end: bool


def paragraphs(utterance: RecognisedUtterance, language: Language) -> list[RecognisedUtterance]:
    """The utterance in parts of up to about a minute, each with its own words and times; alone if
    it is short enough. Put together again, the parts are the whole."""
    if utterance.end_ms - utterance.start_ms <= PARAGRAPH_MS:
        return [utterance]
    text = utterance.text
    spans = _spans(text)
    if len(spans) < 2:
        return [utterance]
    tokens = _tokens(utterance, spans, language)
    cuts = _cuts(tokens, utterance.start_ms, utterance.end_ms)
    return _parts(utterance, spans, [0, *cuts, len(spans)]) if cuts else [utterance]


def _spans(text: str) -> list[tuple[int, int]]:
    """Words; or sentences and clauses, where words are not told apart."""
    if not any(map(script_of, text)):
        return [found.span() for found in re.finditer(r"\S+", text)]
    spans = []
    for found in re.finditer(r"\S+", text):
        edges = [0, *(m.start() for m in _SENTENCE_MARKS.finditer(found[0])), len(found[0])]
        spans += [(found.start() + a, found.start() + b) for a, b in pairwise(edges) if b > a]
    return spans


def _tokens(
    utterance: RecognisedUtterance, spans: Sequence[tuple[int, int]], language: Language
) -> list[_Token]:
    words = [utterance.text[first:last] for first, last in spans]
    ends = {last for _, last in sentences(words, language)}
    times = _times(utterance, words)
    return [
        _Token(span[1], end_ms, pause_ms, at in ends)
        for at, (span, (end_ms, pause_ms)) in enumerate(zip(spans, times, strict=True), 1)
    ]


def _times(utterance: RecognisedUtterance, words: Sequence[str]) -> list[tuple[int, int]]:
    """When each piece of the text ends, and how long nothing follows."""
    heard = utterance.words
    if heard:
        places = _places(words, [word.text for word in heard])
        found = []
        for place in places:
            end = heard[place - 1].end_ms if place else utterance.start_ms
            after = heard[place].start_ms if place < len(heard) else utterance.end_ms
            found.append((end, after - end))
        return found
    sizes = [len(word) + 1 for word in words]
    length, done, total = utterance.end_ms - utterance.start_ms, 0, sum(sizes)
    ends = []
    for size in sizes:
        done += size
        ends.append((utterance.start_ms + length * done // total, 0))
    return ends


def _places(pieces: Sequence[str], words: Sequence[str]) -> list[int]:
    """How many of the words stand before the end of each piece of the text."""
    if list(pieces) == list(words):
        return list(range(1, len(words) + 1))
    if not any(script_of(char) for piece in pieces for char in piece):
        left, right = [key(piece) for piece in pieces], [key(word) for word in words]
        return boundaries(left, right, range(1, len(pieces) + 1))
    letters = [char for piece in pieces for char in piece]
    ends, done = [], 0
    for piece in pieces:
        done += len(piece)
        ends.append(done)
    spoken = [char for word in words for char in word]
    owner = [n for n, word in enumerate(words) for _ in word]
    cuts = boundaries(letters, spoken, ends)
    return [owner[cut] if cut < len(owner) else len(words) for cut in cuts]


def _cuts(tokens: Sequence[_Token], start_ms: int, end_ms: int) -> list[int]:
    """Numbers of tokens behind which a new part begins."""
    cuts: list[int] = []
    since, first = start_ms, 0
    while end_ms - since > PARAGRAPH_MS:
        at = _cut(tokens, first, since)
        if at is None or at >= len(tokens):
            break
        cuts.append(at)
        first, since = at, tokens[at - 1].end_ms
    return cuts


def _cut(tokens: Sequence[_Token], first: int, since: int) -> int | None:
    """Behind the last sentence within a minute, or the first one soon after it; else at the
    longest pause; None where the rest is better left whole."""
    last_end = None
    pauses: list[tuple[int, int]] = []
    for at in range(first, len(tokens) - 1):
        passed = tokens[at].end_ms - since
        if passed > PARAGRAPH_MS and last_end is not None:
            return last_end
        if passed > _LONGEST_MS and pauses:
            return max(pauses)[1]
        if tokens[at].is_end and passed > 0:
            last_end = at + 1
        if passed >= _SHORTEST_MS:
            pauses.append((tokens[at].pause_ms, at + 1))
    return last_end


def _parts(
    whole: RecognisedUtterance, spans: Sequence[tuple[int, int]], edges: Sequence[int]
) -> list[RecognisedUtterance]:
    texts = [whole.text[spans[a][0] : spans[b - 1][1]] for a, b in pairwise(edges)]
    pieces = [whole.text[first:last] for first, last in spans]
    places = [0, *_places(pieces, [word.text for word in whole.words])]
    words = [whole.words[places[a] : places[b]] for a, b in pairwise(edges)]
    itn = _forms(whole.text_itn, pieces, edges)
    lexical = _forms(whole.text_lexical, pieces, edges)
    others = [(other, _forms(other.text, pieces, edges)) for other in whole.alternatives]
    starts = _starts(whole, spans, edges, words)
    ends = [*starts[1:], whole.end_ms]
    found = []
    for n, text in enumerate(texts):
        mine = words[n]
        end_ms = max(min(ends[n], mine[-1].end_ms), starts[n]) if mine else ends[n]
        if n == len(texts) - 1:
            end_ms = whole.end_ms
        sure = mean_confidence(mine)
        found.append(
            replace(
                whole,
                start_ms=starts[n],
                end_ms=end_ms,
                text=text,
                text_itn=itn[n],
                text_lexical=lexical[n],
                confidence=whole.confidence if sure is None else sure,
                words=mend_words(mine, starts[n], end_ms),
                alternatives=tuple(
                    Alternative(forms[n] or "", other.confidence)
                    for other, forms in others
                    if forms[n]
                ),
            )
        )
    return found


def _starts(
    whole: RecognisedUtterance,
    spans: Sequence[tuple[int, int]],
    edges: Sequence[int],
    words: Sequence[Sequence[object]],
) -> list[int]:
    times = _times(whole, [whole.text[first:last] for first, last in spans])
    starts = [whole.start_ms]
    for edge in edges[1:-1]:
        end_ms, pause_ms = times[edge - 1]
        starts.append(max(end_ms + pause_ms, starts[-1]))
    return starts


def _forms(text: str | None, pieces: Sequence[str], edges: Sequence[int]) -> list[str | None]:
    """Another form of the text, cut at the same places."""
    parts = len(edges) - 1
    if not text:
        return [None] * parts
    spans = _spans(text)
    places = _places(pieces, [text[a:b] for a, b in spans])
    cuts = [0, *(places[edge - 1] for edge in edges[1:-1]), len(spans)]
    return [text[spans[a][0] : spans[b - 1][1]] if b > a else None for a, b in pairwise(cuts)]
