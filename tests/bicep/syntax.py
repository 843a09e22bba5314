"""Bicep's tokens as statements and expressions.

An expression is a tuple that begins with its kind: `text`, `literal`, `name`, `list`, `object`,
`prop`, `index`, `call`, `method`, `not`, `minus`, `infix`, `either` (the ternary), `for`, `if`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from tests.bicep.tokens import Token, tokens_of

Expression = tuple[Any, ...]
_LITERALS = {"true": True, "false": False, "null": None}
_PRECEDENCE = (
    ("??",),
    ("||",),
    ("&&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)


class Statement(NamedTuple):
    """`kind` is param, var, resource, module, output or targetScope. `type` is that of a param or
    output, a resource's "type@version", or a module's path. `value` is None where there is none."""

    kind: str
    name: str
    type: str
    value: Expression | None
    decorators: dict[str, tuple[Expression, ...]]
    is_existing: bool = False


def read_bicep(path: Path) -> list[Statement]:
    """Raises `ValueError` with file and line for what is not understood."""
    try:
        return _Parser(tokens_of(path.read_text(encoding="utf-8"))).statements()
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def statements(self) -> list[Statement]:
        found = []
        while self._skip_lines() and self._peek().kind != "end":
            found.append(self._statement())
        return found

    def _statement(self) -> Statement:
        decorators = {}
        while self._take("@"):
            name = self._name()
            decorators[name] = self._arguments() if self._take("(") else ()
            self._skip_lines()
        kind = self._name()
        if kind == "targetScope":
            self._expect("=")
            return Statement(kind, "", "", self.expression(), decorators)
        name = self._name()
        if kind in ("resource", "module"):
            described = self._plain_string()
            is_existing = self._take("existing")
            self._expect("=")
            return Statement(kind, name, described, self._body(), decorators, is_existing)
        if kind not in ("param", "var", "output"):
            raise ValueError(f"line {self._peek().line}: {kind} is not a statement")
        type_ = self._name() if kind != "var" else ""
        value = self.expression() if self._take("=") else None
        return Statement(kind, name, type_, value, decorators)

    def _body(self) -> Expression:
        if self._take("if"):
            return ("if", self._primary(), self.expression())
        return self.expression()

    def expression(self) -> Expression:
        condition = self._infix(0)
        if not self._take("?"):
            return condition
        self._skip_lines()
        yes = self.expression()
        self._skip_lines()
        self._expect(":")
        self._skip_lines()
        return ("either", condition, yes, self.expression())

    def _infix(self, level: int) -> Expression:
        if level == len(_PRECEDENCE):
            return self._unary()
        left = self._infix(level + 1)
        while self._peek().kind == "symbol" and self._peek().value in _PRECEDENCE[level]:
            operator = self._next().value
            left = ("infix", operator, left, self._infix(level + 1))
        return left

    def _unary(self) -> Expression:
        if self._take("!"):
            return ("not", self._unary())
        if self._take("-"):
            return ("minus", self._unary())
        return self._postfix(self._primary())

    def _postfix(self, value: Expression) -> Expression:
        while True:
            if self._take("!"):
                continue  # a promise to the compiler that it is not null
            if self._take(".?"):
                value = ("prop", value, self._name(), True)
            elif self._take("."):
                name = self._name()
                if self._take("("):
                    value = ("method", value, name, self._arguments())
                else:
                    value = ("prop", value, name, False)
            elif self._take("["):
                value = ("index", value, self.expression())
                self._expect("]")
            else:
                return value

    def _primary(self) -> Expression:
        token = self._next()
        if token.kind == "int":
            return ("literal", token.value)
        if token.kind == "string":
            return ("text", _parts(token))
        if token.kind == "name":
            name = str(token.value)
            if name in _LITERALS:
                return ("literal", _LITERALS[name])
            return ("call", name, self._arguments()) if self._take("(") else ("name", name)
        if token.value == "(":
            inner = self.expression()
            self._expect(")")
            return inner
        if token.value == "{":
            return self._object()
        if token.value == "[":
            return self._loop() if self._take("for") else self._list()
        raise ValueError(f"line {token.line}: {token.value!r} was not expected")

    def _arguments(self) -> tuple[Expression, ...]:
        return self._items(")")

    def _list(self) -> Expression:
        return ("list", self._items("]"))

    def _items(self, end: str) -> tuple[Expression, ...]:
        """Separated by commas or lines."""
        items = []
        self._skip_lines()
        while not self._take(end):
            items.append(self.expression())
            self._take(",")
            self._skip_lines()
        return tuple(items)

    def _object(self) -> Expression:
        pairs = []
        self._skip_lines()
        while not self._take("}"):
            key = self._next()
            plain = ("text", (key.value,)) if key.kind == "name" else ("text", _parts(key))
            self._expect(":")
            pairs.append((plain, self.expression()))
            self._take(",")
            self._skip_lines()
        return ("object", tuple(pairs))

    def _loop(self) -> Expression:
        index = ""
        if self._take("("):
            item = self._name()
            self._expect(",")
            index = self._name()
            self._expect(")")
        else:
            item = self._name()
        self._expect("in")
        over = self.expression()
        self._expect(":")
        each = self._body()
        self._expect("]")
        return ("for", item, index, over, each)

    def _plain_string(self) -> str:
        (text,) = _parts(self._next())
        return str(text)

    def _name(self) -> str:
        token = self._next()
        if token.kind != "name":
            raise ValueError(f"line {token.line}: {token.value!r} stands where a name belongs")
        return str(token.value)

    def _skip_lines(self) -> bool:
        while self._peek().kind == "newline":
            self._at += 1
        return True

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, wanted: str) -> bool:
        """Whether that symbol or word was next; if so it is behind us."""
        token = self._peek()
        is_next = token.kind in ("symbol", "name") and token.value == wanted
        self._at += is_next
        return is_next

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            token = self._peek()
            raise ValueError(f"line {token.line}: {token.value!r} stands where {wanted} belongs")


def _parts(token: Token) -> tuple[Any, ...]:
    if token.kind != "string":
        raise ValueError(f"line {token.line}: {token.value!r} stands where a string belongs")
    assert isinstance(token.value, tuple)
    return tuple(
        part if isinstance(part, str) else _Parser(part).expression() for part in token.value
    )
