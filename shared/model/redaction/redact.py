"""Hides what was found in a transcript, in every form of every utterance.

An utterance has a displayed, an itemised and a spoken form, its words, and other readings of it.
What is found in one form is hidden there, and what a finder found in the displayed form in the
others, too, or they are left out; words that it covers become one, in their time together; other
readings of an utterance that held something are left out, and so is what a provider concluded from
the text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from shared.errors import RedactionFailed
from shared.model.redaction.again import Again, Form, Units, found_again
from shared.model.redaction.kinds import Finds, Mask, Unsupported, found_by_nobody, kinds_of
from shared.model.redaction.net import Hit, Part, Passage, find
from shared.model.redaction.sound import Edits, Hidden, apart, covered, hidden_spans
from shared.model.redaction.windows import Found, Placed, hits_of
from shared.model.transcript.insights import Span
from shared.model.transcript.normalise import text_of
from shared.model.transcript.transcript import Provider, Redaction, Transcript, Utterance, Word

FORMS = ("text", "text_itn", "text_lexical", "words")


class Redacted(NamedTuple):
    """`hidden` are the texts that must stand nowhere any more, `sought` what a finder found, by
    units; both are secrets. `spans` are where in the sound all of it is, whoever found it."""

    transcript: Transcript
    hidden: frozenset[str]
    sought: frozenset[Units] = frozenset()
    spans: tuple[Span, ...] = ()


class Looked(NamedTuple):
    """Who looked before the net does: the provider, which has hidden what it found, or a finder,
    with the windows that it read, what it found in each, and what it can find. `by` is "provider",
    the name of the finder, or "" for nobody."""

    by: str = ""
    finds: Finds | None = None
    windows: Sequence[Placed] = ()
    found: Sequence[Sequence[Found]] = ()


BY_PROVIDER = Looked("provider")
NOBODY = Looked()


def redact(
    transcript: Transcript,
    asked: Sequence[str],
    mask: Mask,
    looked: Looked = NOBODY,
    unsupported: Unsupported = "fail",
) -> Redacted:
    """Without what was found of the kinds that are asked for, by the net or before. Raises
    `RedactionFailed` where a language was spoken in which nobody finds one of them, and that is not
    to be put up with."""
    kinds, passages = kinds_of(asked), passages_of(transcript)
    missed = () if looked.by == "provider" else _missed(passages, kinds, looked.finds)
    if missed and unsupported == "fail":
        raise RedactionFailed(missed[0].where, why="language")
    named = hits_of(looked.windows, looked.found, passages)
    again = found_again(passages, named) if named else Again()
    everywhere = [*again.elsewhere, *find(passages, kinds)]
    hits = [*named, *again.beside, *everywhere]
    edits = _edits(passages, hits, _Masks(hits, mask))
    touched = {order for order, _ in edits}
    utterances = tuple(
        _hidden(one, edits, order, again.lost) if order in touched else one
        for order, one in enumerate(transcript.utterances)
    )
    clean = msgspec.structs.replace(
        transcript,
        utterances=utterances,
        text=text_of(utterances) if touched else transcript.text,
        redaction=_said(transcript.redaction, _sure(kinds, missed), mask, looked.by, hits),
        needs_review=transcript.needs_review or bool(missed),
        provider=_warned(transcript.provider, missed),
    )
    told = Hidden(passages, hits, edits, again.lost, looked.by == "provider")
    spans = hidden_spans(transcript, told)
    return Redacted(clean, _texts(passages, everywhere), again.sought, spans)


def with_spans(redacted: Redacted, more: Iterable[Span] = ()) -> Redacted:
    """The transcript tells where in the sound it is, and that these are to be hidden, too."""
    there = redacted.transcript.redaction
    assert there is not None
    told = msgspec.structs.replace(there, spans=apart((*redacted.spans, *more)))
    clean = msgspec.structs.replace(redacted.transcript, redaction=told)
    return redacted._replace(transcript=clean)


def _said(
    there: Redaction | None, kinds: tuple[str, ...], mask: Mask, by: str, hits: Sequence[Hit]
) -> Redaction:
    if there is not None and not hits:
        return there
    counts = Counter(kind for kind, _ in {(hit.kind, hit.value) for hit in hits})
    return Redaction(
        kinds=kinds,
        mask=mask,
        by=(by, "net") if by else ("net",),
        counts=dict(sorted(counts.items())),
    )


class _Missed(NamedTuple):
    """A language, and the kinds that nobody finds in it."""

    tag: str | None
    kinds: tuple[str, ...]

    @property
    def where(self) -> str:
        return f"language {self.tag}"


def _missed(
    passages: Iterable[Passage], kinds: Sequence[str], finds: Finds | None
) -> tuple[_Missed, ...]:
    tags = dict.fromkeys(passage.language for passage in passages)
    found = (_Missed(tag, found_by_nobody(kinds, (tag or "",), finds)) for tag in tags)
    return tuple(each for each in found if each.kinds)


def _sure(kinds: tuple[str, ...], missed: Iterable[_Missed]) -> tuple[str, ...]:
    """Those that were looked for in every language."""
    lost = {kind for each in missed for kind in each.kinds}
    return tuple(kind for kind in kinds if kind not in lost)


def _warned(provider: Provider, missed: Sequence[_Missed]) -> Provider:
    told = [
        f"Nobody looked for {', '.join(each.kinds)} in the {each.where}, so they may stand there."
        for each in missed
    ]
    return msgspec.structs.replace(provider, warnings=(*provider.warnings, *told))


def _texts(passages: Sequence[Passage], hits: Iterable[Hit]) -> frozenset[str]:
    return frozenset(passages[p.passage].text[p.start : p.end] for h in hits for p in h.parts)


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


def _hidden(one: Utterance, forms: Edits, order: int, lost: Collection[Form]) -> Utterance:
    """A form in which something could not be found is left out."""
    texts = {
        form: None if (order, form) in lost else _without(getattr(one, form), forms[order, form])
        for form in FORMS[:-1]
        if (order, form) in forms or (order, form) in lost
    }
    words = () if (order, "words") in lost else one.words
    if words and (order, "words") in forms:
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
    at = 0
    for first, behind, mask in covered(words, edits):
        mine = words[first:behind]
        end_ms = max(word.end_ms for word in mine)
        found += words[at:first]
        found.append(msgspec.structs.replace(mine[0], text=mask.replace(" ", ""), end_ms=end_ms))
        at = behind
    return (*found, *words[at:])
