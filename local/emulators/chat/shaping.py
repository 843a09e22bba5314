"""Answers in the form of the schema that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.emulators.chat import saying
from local.emulators.chat.reading import Asked, Line
from local.emulators.chat.translating import target_of, translated

Schema = dict[str, Any]


def answered(asked: Asked) -> dict[str, Any]:
    """What it knows, it says; what it does not, is the first that the schema lets it say."""
    if target := target_of(asked.text):
        return {"lines": translated(asked.lines, target)}
    known = {
        "summary": lambda: saying.summary(asked.lines),
        "chapters": lambda: saying.chapters(asked.lines),
        "issues": lambda: saying.issues(asked.lines),
        "outcome": lambda: saying.outcome(asked.lines),
        "sentiment": lambda: saying.sentiment(asked.lines),
        "key_phrases": lambda: saying.key_phrases(asked.lines),
        "entities": lambda: saying.entities(asked.lines),
    }
    wanted: dict[str, Schema] = asked.schema.get("properties", {})
    return {
        name: known[name]() if name in known and asked.lines else _by(schema, asked.lines)
        for name, schema in wanted.items()
    }


def type_of(schema: Schema) -> str:
    said = schema.get("type")
    return next((one for one in said if one != "null"), "null") if type(said) is list else str(said)


def _by(schema: Schema, lines: Sequence[Line]) -> Any:
    match type_of(schema):
        case "string" if "enum" in schema:
            return schema["enum"][-1]
        case "string":
            return saying.summary(lines, 1) or None
        case "array":
            return []
        case "object":
            return {name: _by(one, lines) for name, one in schema.get("properties", {}).items()}
    return None


def with_text(schema: Schema, text: str) -> Any:
    """`text` wherever a text may stand, and something that fits elsewhere."""
    match type_of(schema):
        case "string":
            return text
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case "array":
            return [with_text(schema.get("items", {}), text)]
        case "object":
            return {n: with_text(one, text) for n, one in schema.get("properties", {}).items()}
    return None
