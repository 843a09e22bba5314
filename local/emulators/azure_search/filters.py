"""The OData of filters, as far as this stand-in knows it: comparisons, `and`, `or`, `not`,
`search.in`, and `any` of a collection. What it does not know it refuses."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from local.emulators.azure_search.definition import Field
from local.emulators.azure_search.errors import invalid

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)(?![\w.])|"
    r"(?P<word>[A-Za-z_][\w.]*(?:/(?:any|all))?)|(?P<sign>[(),:]))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    name: getattr(operator, name) for name in ("eq", "ne", "gt", "lt", "ge", "le")
}


def read_filter(text: str, fields: Mapping[str, Field]) -> Test:
    """Raises `Refusal`."""
    reader = _Reader(text, fields)
    test = reader.either()
    if reader.tokens:
        raise invalid(f"Invalid expression: nothing was expected behind it, in: {text}")
    return test


class _Reader:
    def __init__(self, text: str, fields: Mapping[str, Field]) -> None:
        self._text, self._fields = text, fields
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise invalid(f"Invalid expression: a character at {at} is not understood.")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.tokens.reverse()

    def either(self) -> Test:
        tests = [self._both()]
        while self._is_next("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._is_next("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._is_next("not"):
            test = self._one()
            return lambda row: not test(row)
        if self._is_next("("):
            inner = self.either()
            self._take(")")
            return inner
        kind, word = self._take()
        if kind != "word":
            raise invalid(f"Invalid expression: a field was expected, in: {self._text}")
        if word == "search.in":
            return self._is_in()
        if word.endswith("/any"):
            return self._any(word.removesuffix("/any"))
        field = self._field(word, is_collection=False)
        compare, value = self._comparison(field)
        return lambda row: row.get(field.name) is not None and compare(row[field.name], value)

    def _is_in(self) -> Test:
        self._take("(")
        field = self._field(self._take()[1], is_collection=False)
        self._take(",")
        said, signs = self._string(), " ,"
        if self._is_next(","):
            signs = self._string()
        self._take(")")
        values = set(re.split(f"[{re.escape(signs)}]", said))
        return lambda row: row.get(field.name) in values

    def _any(self, name: str) -> Test:
        field = self._field(name, is_collection=True)
        self._take("(")
        variable = self._take()[1]
        self._take(":")
        self._take(variable)
        compare, value = self._comparison(field)
        self._take(")")
        return lambda row: any(compare(one, value) for one in row.get(field.name) or ())

    def _comparison(self, field: Field) -> tuple[Callable[[Any, Any], bool], Any]:
        name = self._take()[1]
        if name not in _COMPARE:
            raise invalid(f"Invalid expression: {name} compares nothing.")
        kind, said = self._take()
        value: Any = {"true": True, "false": False}.get(said, said)
        if kind == "text":
            value = said[1:-1].replace("''", "'")
        elif kind == "number":
            value = int(said)
        if not field._replace(kind=field.element).fits(value):
            raise invalid(f"Invalid expression: {field.name} is not comparable with that.")
        return _COMPARE[name], value

    def _field(self, name: str, *, is_collection: bool) -> Field:
        field = self._fields.get(name)
        if field is None:
            raise invalid(f"Invalid expression: Could not find a property named '{name}'.")
        if "filterable" not in field.can:
            raise invalid(f"Invalid expression: {name} is not filterable.")
        if field.is_collection != is_collection:
            raise invalid(f"Invalid expression: {name} is of another type.")
        return field

    def _string(self) -> str:
        kind, said = self._take()
        if kind != "text":
            raise invalid("Invalid expression: a string was expected.")
        return said[1:-1].replace("''", "'")

    def _is_next(self, said: str) -> bool:
        if self.tokens and self.tokens[-1][1] == said and self.tokens[-1][0] != "text":
            self.tokens.pop()
            return True
        return False

    def _take(self, wanted: str | None = None) -> tuple[str, str]:
        if not self.tokens or (wanted is not None and self.tokens[-1][1] != wanted):
            raise invalid(f"Invalid expression: {wanted or 'more'} was expected.")
        return self.tokens.pop()
