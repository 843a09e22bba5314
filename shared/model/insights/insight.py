"""What can be asked of a transcript, by name: as the app brings it along, and as the file of
profiles has it.

    [insight.refund]
    ask = "Was a refund promised?"
    answer = "yes_no"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

import msgspec

from shared.model.insights.mentions import ENTITY_KINDS
from shared.model.insights.shape import Shape, faults
from shared.model.insights.tone import TONES

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEXT = Shape(type="string")
_SIMPLE: Mapping[str, Shape] = {
    "text": _TEXT,
    "yes_no": Shape(type="boolean"),
    "number": Shape(type="number"),
    "list": Shape(type="array", items=_TEXT),
}
_ANSWERS = (
    'expected "text", "yes_no", "number", "list", a list of texts to choose from, or a schema'
)
_choices = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=100)], ...],
    msgspec.Meta(min_length=2, max_length=50),
]


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` is the instruction, `shape` the form of its answer. A property called `line` is the
    number of a line of the transcript, and becomes a time."""

    name: str
    ask: str
    shape: Shape


class Read(NamedTuple):
    """`problems` are told behind the name of the table."""

    insight: Insight | None
    problems: tuple[str, ...] = ()


def _listed(most: int, **properties: Shape) -> Shape:
    entry = Shape(type="object", properties=properties)
    return Shape(type="array", items=entry, max_items=most)


BUILT_IN: Mapping[str, Insight] = {
    one.name: one
    for one in (
        Insight(
            name="summary",
            ask="What was it about, and what came of it? Two to four sentences.",
            shape=_TEXT,
        ),
        Insight(
            name="chapters",
            ask="Divide it into chapters, in order, each about one thing. For each the number of "
            "the line with which it begins, a title of up to eight words, and one sentence on it. "
            "A short conversation has one.",
            shape=_listed(
                40,
                line=Shape(type="integer"),
                title=Shape(type="string", max_length=120),
                summary=Shape(type="string", max_length=400),
            ),
        ),
        Insight(
            name="issues",
            ask="What did somebody want to have solved or answered? For each the number of the "
            "line in which it is first brought up, what it is, and how it ended.",
            shape=_listed(
                20,
                line=Shape(type="integer"),
                issue=Shape(type="string", max_length=300),
                outcome=Shape(type="string", max_length=300),
                status=Shape(type="string", enum=("resolved", "open", "not_told")),
            ),
        ),
        Insight(
            name="outcome",
            ask="Taken together, was the matter settled at the end?",
            shape=Shape(type="string", enum=("resolved", "partly", "open", "not_told")),
        ),
        Insight(
            name="sentiment",
            ask="How did those who speak feel about what they say? For each line that is not "
            "neutral its number, and which it is. Leave out all others.",
            shape=_listed(
                400,
                line=Shape(type="integer"),
                sentiment=Shape(type="string", enum=TONES),
            ),
        ),
        Insight(
            name="key_phrases",
            ask="Which phrases of one to four words say what it is about? Up to 30, each as it "
            "stands in a line, word for word.",
            shape=Shape(type="array", items=Shape(type="string", max_length=200), max_items=50),
        ),
        Insight(
            name="entities",
            ask="Which persons, places, organisations, products, events, dates and other things "
            "with a name are spoken of? Each once, as it stands in a line, word for word.",
            shape=_listed(
                100,
                text=Shape(type="string", max_length=200),
                kind=Shape(type="string", enum=tuple(ENTITY_KINDS)),
            ),
        ),
    )
}
"""What every profile can ask for by name."""
ANALYSED = ("sentiment", "key_phrases", "entities")
"""Those of them that a service for language may find, too: they have the same form whoever makes
them, and are put together from what was said."""


def read_insight(name: str, table: object) -> Read:
    """One `[insight.NAME]` of the file of profiles."""
    if not isinstance(table, dict):
        return Read(None, ("is no table",))
    problems = []
    if not _NAME.fullmatch(name):
        problems.append("is no usable name, expected up to 40 lower-case letters, digits, _")
    problems += [f"{key}: there is no such key" for key in table if key not in ("ask", "answer")]
    ask = table.get("ask")
    if not isinstance(ask, str) or not 1 <= len(ask.strip()) <= 2_000:
        problems.append("ask: expected an instruction of up to 2000 characters")
    found = _shape(table.get("answer", "text"))
    if not isinstance(found, Shape):
        problems += [f"answer: {problem}" for problem in found]
    if problems or not isinstance(found, Shape):
        return Read(None, tuple(problems))
    return Read(Insight(name=name, ask=str(ask).strip(), shape=found))


def _shape(said: object) -> Shape | list[str]:
    try:
        if isinstance(said, str):
            return _SIMPLE.get(said) or [f"is {said[:60]!r}, {_ANSWERS}"]
        if isinstance(said, list):
            return Shape(type="string", enum=msgspec.convert(said, _choices))
        shape = msgspec.convert(said, Shape)
    except msgspec.ValidationError:
        return [f"is not usable, {_ANSWERS}"]
    return faults(shape) or shape


def version_of(insights: Iterable[Insight]) -> str:
    """Twelve hex digits that tell what was asked from anything else."""
    said: list[Any] = [msgspec.to_builtins(one) for one in insights]
    return sha256(msgspec.json.encode(said)).hexdigest()[:12]
