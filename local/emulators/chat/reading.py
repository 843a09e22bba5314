"""What is asked, taken out of the messages of a call."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

_LINE = re.compile(r"(\d+) ([^:\n]{1,80}): (.*)")
_QUESTION = re.compile(r"^- ([a-z][a-z0-9_]*): (.*)$", re.M)
_SCHEMA = re.compile(r"^\{\"type\":.*\}$", re.M)


class Line(NamedTuple):
    number: int
    who: str
    said: str


class Asked(NamedTuple):
    """`questions` by name, `schema` of the answer, {} where there is none; `text` is all that was
    asked."""

    questions: dict[str, str]
    schema: dict[str, Any]
    lines: tuple[Line, ...]
    characters: int
    text: str


def read(body: dict[str, Any]) -> Asked:
    """Of whatever shape the messages are; what is not there is empty."""
    messages = body.get("messages") or []
    said = [str(one.get("content", "")) for one in messages if isinstance(one, dict)]
    text = said[-1] if said else ""
    head = text.partition("The transcript")[0]
    lines = (Line(int(n), who, said) for n, who, said in _LINE.findall(text))
    return Asked(
        dict(_QUESTION.findall(head)), _schema(body, text), tuple(lines), sum(map(len, said)), text
    )


def _schema(body: dict[str, Any], text: str) -> dict[str, Any]:
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        found = form.get("json_schema", {}).get("schema")
        return found if isinstance(found, dict) else {}
    match = _SCHEMA.search(text)
    return dict(msgspec.json.decode(match[0])) if match else {}
