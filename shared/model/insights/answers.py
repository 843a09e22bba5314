"""What is believed of what a language model says.

It read what strangers said, and may do what they told it to. So an answer counts for what it is:
text of nobody's, in the form that was asked for, about lines that are there. Addresses are taken
out of it, whoever said them, and where something is to be hidden, the net looks at the answers,
too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from shared.model.insights.insight import ANALYSED, BUILT_IN, Insight
from shared.model.insights.mentions import Mention, entities_of, key_phrases_of, said
from shared.model.insights.problems import INSIGHT_PROBLEMS
from shared.model.insights.shape import Shape, Unfit, Value, fitting, texts_in
from shared.model.insights.tone import Tone, sentiment_of
from shared.model.redaction.kinds import kinds_of
from shared.model.redaction.net import Passage, find
from shared.model.transcript.transcript import Transcript

_FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.S)


class NotMade(msgspec.Struct, frozen=True, kw_only=True):
    """An insight that there is none of, and why."""

    insight: str
    code: str
    reason: str


class Answers(NamedTuple):
    """By the name of the insight. Every one that was asked for is in one of the two."""

    made: dict[str, Value]
    not_made: tuple[NotMade, ...] = ()


def not_made(insights: Iterable[str], code: str) -> tuple[NotMade, ...]:
    """All of them, for one reason; `code` is one of `INSIGHT_PROBLEMS`."""
    return tuple(
        NotMade(insight=name, code=code, reason=INSIGHT_PROBLEMS[code]) for name in insights
    )


def read_answers(
    content: str, insights: Sequence[Insight], transcript: Transcript, hidden: Sequence[str] = ()
) -> Answers | None:
    """`hidden` are the kinds and presets that must not stand in any of it. None: it is no JSON
    object, and a model may well do better when it is asked once more."""
    told = object_in(content)
    if told is None:
        return None
    made: dict[str, Value] = {}
    failed: list[NotMade] = []
    for one in insights:
        try:
            value = fitting(one.shape, told.get(one.name))
            value = _put_together(one, value, transcript)
        except Unfit:
            failed += not_made([one.name], "wrong_form")
            continue
        if holds_hidden(value, transcript, hidden):
            failed += not_made([one.name], "personal_data")
        else:
            made[one.name] = value
    return Answers(made, tuple(failed))


def holds_hidden(value: Value, transcript: Transcript, hidden: Sequence[str]) -> bool:
    """Whether it holds what a profile wants hidden: these kinds and presets."""
    return bool(hidden) and _is_open(texts_in(value), transcript, hidden)


def _put_together(one: Insight, value: Value, transcript: Transcript) -> Value:
    """As it is told: with times for lines, and of what has the same form whoever makes it, with all
    that follows from what was said. Raises `Unfit`."""
    if one.name not in ANALYSED or one != BUILT_IN[one.name] or not isinstance(value, list):
        return _timed(one.shape, value, transcript)
    if one.name == "sentiment":
        return sentiment_of(transcript, dict(_tones(value, transcript)))
    if one.name == "entities":
        texts = [(one["text"], one["kind"] or "other") for one in value if isinstance(one, dict)]
        return entities_of(transcript, _said(texts, transcript))
    return key_phrases_of(transcript, _said([(one, "") for one in value], transcript))


def _said(texts: Iterable[tuple[Value, Value]], transcript: Transcript) -> Iterator[Mention]:
    for text, kind in texts:
        yield from said(str(text or ""), str(kind), transcript)


def _tones(value: Iterable[Value], transcript: Transcript) -> Iterator[tuple[int, Tone]]:
    for one in value:
        if isinstance(one, dict) and one["sentiment"] is not None:
            yield _order(one["line"], transcript), cast(Tone, one["sentiment"])


def _order(line: Value, transcript: Transcript) -> int:
    """Raises `Unfit` where there is no such line."""
    if not isinstance(line, int) or not 1 <= line <= len(transcript.utterances):
        raise Unfit("there is no such line")
    return line - 1


def object_in(content: str) -> Mapping[str, Any] | None:
    """None: it is none. Some models put a fence around it, whatever they are told."""
    fenced = _FENCE.match(content)
    try:
        said = msgspec.json.decode(fenced[1] if fenced else content)
    except (msgspec.DecodeError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _timed(shape: Shape, value: Value, transcript: Transcript) -> Value:
    """Numbers of lines as times. Raises `Unfit` where there is no such line."""
    if isinstance(value, list) and shape.items is not None:
        return [_timed(shape.items, one, transcript) for one in value]
    if not isinstance(value, dict):
        return value
    return dict(_entries(shape, value, transcript))


def _entries(
    shape: Shape, value: Mapping[str, Value], transcript: Transcript
) -> Iterator[tuple[str, Value]]:
    for name, one in value.items():
        part = shape.properties[name]
        if name != "line" or part.type != "integer":
            yield name, _timed(part, one, transcript)
        elif one is None:
            yield "start_ms", None
        else:
            yield "start_ms", transcript.utterances[_order(one, transcript)].start_ms


def _is_open(texts: Iterable[str], transcript: Transcript, hidden: Sequence[str]) -> bool:
    code = transcript.language.code
    passages = [Passage(text, (n, "answer"), n, code) for n, text in enumerate(texts)]
    return bool(find(passages, kinds_of(hidden)))
