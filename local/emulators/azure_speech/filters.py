"""The OData subset of the `filter` parameter, compiled to a condition on database columns.

    name eq 'a' and (createdDateTime ge 2025-01-01T00:00:00Z or not kind eq 'Transcription')

`eq` and `ne` work on every field, `gt ge lt le` on dates; `not` binds tighter than `and`,
`and` tighter than `or`. A quote inside a text is doubled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from local.emulators.azure_speech.errors import bad_request

_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)"
    r"|(?P<word>[A-Za-z]+))"
)
_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MOST_COMPARISONS = 100
_DEEPEST = 20


@dataclass(frozen=True)
class Field:
    """A column that may be filtered by: text, a date (epoch seconds) or one of `choices`."""

    column: str
    is_date: bool = False
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Condition:
    """Part of an SQL WHERE; every value is a parameter."""

    sql: str = "1"
    values: tuple[str | float, ...] = ()


EVERYTHING = Condition()
STATUSES = frozenset({"NotStarted", "Running", "Succeeded", "Failed"})

_ENTITY_FIELDS = {
    "displayName": Field("display_name"),
    "description": Field("description"),
    "createdDateTime": Field("created_at", is_date=True),
    "lastActionDateTime": Field("last_action_at", is_date=True),
    "status": Field("status", choices=STATUSES),
}
TRANSCRIPTION_FIELDS = {**_ENTITY_FIELDS, "locale": Field("locale")}
MODEL_FIELDS = TRANSCRIPTION_FIELDS
WEBHOOK_FIELDS = {**_ENTITY_FIELDS, "webUrl": Field("web_url")}
FILE_FIELDS = {
    "name": Field("name"),
    "createdDateTime": Field("created_at", is_date=True),
    "kind": Field("kind", choices=frozenset({"Transcription", "TranscriptionReport"})),
}


def compile_filter(expression: str | None, fields: Mapping[str, Field]) -> Condition:
    """The condition that `expression` asks for. Raises 400 UnsupportedFilter."""
    if not expression or not expression.strip():
        return EVERYTHING
    return _Reader(expression, fields).read()


class _Reader:
    """Recursive descent over the tokens, one method per level of precedence."""

    def __init__(self, expression: str, fields: Mapping[str, Field]) -> None:
        self._tokens = _tokens(expression)
        self._at = 0
        self._fields = fields
        self._values: list[str | float] = []

    def read(self) -> Condition:
        sql = self._any(0)
        if self._at < len(self._tokens):
            raise _unsupported(f"unexpected {self._tokens[self._at][1]}")
        return Condition(sql, tuple(self._values))

    def _any(self, depth: int) -> str:
        parts = [self._all(depth)]
        while self._skip("or"):
            parts.append(self._all(depth))
        return f"({' OR '.join(parts)})"

    def _all(self, depth: int) -> str:
        parts = [self._one(depth)]
        while self._skip("and"):
            parts.append(self._one(depth))
        return f"({' AND '.join(parts)})"

    def _one(self, depth: int) -> str:
        if depth > _DEEPEST:
            raise _unsupported("nested too deeply")
        if self._skip("not"):
            return f"(NOT {self._one(depth + 1)})"
        if self._skip("("):
            inside = self._any(depth + 1)
            if not self._skip(")"):
                raise _unsupported("a closing parenthesis is missing")
            return inside
        return self._comparison()

    def _comparison(self) -> str:
        name, operator = self._next("word"), self._next("word")
        field = self._fields.get(name)
        if field is None:
            raise _unsupported(f"the property {name} cannot be filtered by")
        if operator not in _OPERATORS or (operator not in ("eq", "ne") and not field.is_date):
            raise _unsupported(f"the operator {operator} does not apply to {name}")
        self._values.append(self._value(name, field))
        if len(self._values) > _MOST_COMPARISONS:
            raise _unsupported("too many comparisons")
        return f"{field.column} {_OPERATORS[operator]} ?"

    def _value(self, name: str, field: Field) -> str | float:
        if field.is_date:
            return _epoch_seconds(self._next("date"))
        text = self._next("text")[1:-1].replace("''", "'")
        if field.choices and text not in field.choices:
            raise _unsupported(f"{text} is not a value of {name}")
        return text

    def _skip(self, token: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at][1] == token
        self._at += found
        return found

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens):
            raise _unsupported("the expression ends too early")
        found, text = self._tokens[self._at]
        if found != kind:
            raise _unsupported(f"unexpected {text}")
        self._at += 1
        return text


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at = [], 0
    expression = expression.rstrip()
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None or token.lastgroup is None:
            raise _unsupported(f"cannot read the expression at position {at}")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def _epoch_seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unsupported(f"{text} is not a date and time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _unsupported(why: str) -> Exception:
    return bad_request("UnsupportedFilter", f"The filter is not supported: {why}.", "filter")
