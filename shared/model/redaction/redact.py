"""Hides what was found in a transcript, in every form of every utterance.

An utterance has a displayed, an itemised and a spoken form, its words, and other readings of it.
What is found in one form is hidden there; words that it covers become one, in their time together;
other readings of an utterance that held something are left out, and so is what a provider concluded
from the text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from shared.errors import RedactionFailed
from shared.model.redaction.kinds import Mask, beyond_the_net, kinds_of
from shared.model.redaction.net import Hit, Part, Passage, find
from shared.model.transcript.normalise import text_of
from shared.model.transcript.transcript import Redaction, Transcript, Utterance, Word

FORMS = ("text", "text_itn", "text_lexical", "words")


class Redacted(NamedTuple):
    """`hidden` are the texts that must stand nowhere any more; they are secrets."""

    transcript: Transcript
    hidden: frozenset[str]


def redact(
    transcript: Transcript, asked: Sequence[str], mask: Mask, *, by_provider: bool = False
) -> Redacted:
    """Without what the net finds of the kinds that are asked for. `by_provider`: the provider has
    hidden what it found. Raises `RedactionFailed` where nobody else looked, and a language was
    spoken whose numbers are not known."""
    kinds = kinds_of(asked)
    passages = passages_of(transcript)
    if not by_provider:
        _refuse_unknown(passages, kinds)
    hits = find(passages, kinds)
    edits = _edits(passages, hits, _Masks(hits, mask))
    touched = {order for order, _ in edits}
    utterances = tuple(
        _hidden(one, edits, order) if order in touched else one
        for order, one in enumerate(transcript.utterances)
    )
    counts = Counter(kind for kind, _ in {(hit.kind, hit.value) for hit in hits})
    said = Redaction(
        kinds=kinds,
        mask=mask,
        by=("provider", "net") if by_provider else ("net",),
        counts=dict(sorted(counts.items())),
    )
    there = transcript.redaction
    clean = msgspec.structs.replace(
        transcript,
        utterances=utterances,
        text=text_of(utterances) if touched else transcript.text,
        redaction=said if there is None or hits else there,
    )
    hidden = (passages[p.passage].text[p.start : p.end] for h in hits for p in h.parts)
    return Redacted(clean, frozenset(hidden))


def _refuse_unknown(passages: Iterable[Passage], kinds: Sequence[str]) -> None:
    for language in {passage.language for passage in passages}:
        if beyond_the_net(kinds, (language or "",)):
            raise RedactionFailed(f"language {language}", is_leak=False)


Edits = Mapping[tuple[int, str], list[tuple[int, int, str]]]
"""By utterance and form: from where to where, and what stands there instead."""


def _edits(passages: Sequence[Passage], hits: Iterable[Hit], masks: _Masks) -> Edits:
    found: defaultdict[int, list[tuple[Part, Hit]]] = defaultdict(list)
    for hit in hits:
        for part in hit.parts:
            found[part.passage].append((part, hit))
    return {
        (passages[at].order, passages[at].stream[1]): [
            (start, end, masks(hit, passages[at].text[start:end]))
            for start, end, hit in _apart(there)
        ]
        for at, there in found.items()
    }


def passages_of(transcript: Transcript) -> list[Passage]:
    """Every form that holds something, the words as the text that they make."""
    found = []
    for order, one in enumerate(transcript.utterances):
        language = one.language or transcript.language.code
        for form in FORMS:
            text = _joined(one.words) if form == "words" else getattr(one, form)
            if text:
                found.append(Passage(text, (one.channel, form), order, language))
    return found


def _joined(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _apart(found: Iterable[tuple[Part, Hit]]) -> list[tuple[int, int, Hit]]:
    """In order; what overlaps becomes one."""
    done: list[tuple[int, int, Hit]] = []
    for part, hit in sorted(found, key=lambda each: (each[0].start, -each[0].end)):
        if done and part.start < done[-1][1]:
            start, end, first = done[-1]
            done[-1] = (start, max(end, part.end), first)
        else:
            done.append((part.start, part.end, hit))
    return done


class _Masks:
    """What stands in place of a value: hash signs, its kind, or a name that stays the same."""

    def __init__(self, hits: Iterable[Hit], mask: Mask) -> None:
        self._mask = mask
        self._numbers: dict[tuple[str, str], int] = {}
        last: Counter[str] = Counter()
        for hit in hits:
            if (hit.kind, hit.value) not in self._numbers:
                last[hit.kind] += 1
                self._numbers[hit.kind, hit.value] = last[hit.kind]

    def __call__(self, hit: Hit, text: str) -> str:
        if self._mask == "hash":
            return "".join("#" if char.isalnum() else char for char in text)
        name = hit.kind.upper()
        if self._mask == "kind":
            return f"[{name}]"
        return f"[{name}_{self._numbers[hit.kind, hit.value]}]"


def _hidden(one: Utterance, forms: Edits, order: int) -> Utterance:
    texts = {
        form: _without(getattr(one, form), forms[order, form])
        for form in FORMS[:-1]
        if (order, form) in forms
    }
    words = one.words
    if (order, "words") in forms:
        words = _words_without(words, forms[order, "words"])
    return msgspec.structs.replace(one, **texts, words=words, alternatives=())


def _without(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    done: list[str] = []
    at = 0
    for start, end, mask in edits:
        done += (text[at:start], mask)
        at = end
    return "".join([*done, text[at:]])


def _words_without(
    words: Sequence[Word], edits: Sequence[tuple[int, int, str]]
) -> tuple[Word, ...]:
    """The words that an edit touches become one word, in their time together."""
    found: list[Word] = []
    left = list(edits)
    at = 0
    hiding: tuple[int, int, str] | None = None
    for word in words:
        start, end = at, at + len(word.text)
        at = end + 1
        while left and left[0][1] <= start:
            left.pop(0)
        if not left or left[0][0] >= end:
            found.append(word)
            hiding = None
        elif hiding is left[0]:
            found[-1] = msgspec.structs.replace(
                found[-1], end_ms=max(word.end_ms, found[-1].end_ms)
            )
        else:
            hiding = left[0]
            found.append(msgspec.structs.replace(word, text=hiding[2].replace(" ", "")))
    return tuple(found)
