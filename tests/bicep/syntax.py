"""Bicep's tokens as statements and expressions.

An expression is a tuple that begins with its kind: `text`, `literal`, `name`, `list`, `object`,
`prop`, `index`, `call`, `method`, `not`, `minus`, `infix`, `either` (the ternary), `for`, `if`,
`lambda`.
"""

from __future__ import annotations

from functools import cache
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
    """`kind` is param, var, func, import, resource, module, output or targetScope. `type` is that
    of a param or output (string for a list of texts to choose from, which are then `allowed`), a
    resource's "type@version", or the path of a module or import. `value` is None where there is
    none. An import of several names is a statement for each."""

    kind: str
    name: str
    type: str
    value: Expression | None
    decorators: dict[str, tuple[Expression, ...]]
    is_existing: bool = False
    allowed: tuple[str | int, ...] = ()


def read_bicep(path: Path) -> list[Statement]:
    """Raises `ValueError` with file and line for what is not understood."""
    return list(_read(path.name, path.read_text(encoding="utf-8")))


@cache
def _read(name: str, text: str) -> tuple[Statement, ...]:
    try:
        return tuple(_Parser(tokens_of(text)).statements())
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def statements(self) -> list[Statement]:
        found = []
        while self._skip_lines() and self._peek().kind != "end":
            found += self._imports() if self._take("import") else [self._statement()]
        return found

    def _imports(self) -> list[Statement]:
        self._expect("{")
        names = []
        while not self._take("}"):
            names.append(self._name())
            self._take(",")
        self._expect("from")
        path = self._plain_string()
        return [Statement("import", name, path, None, {}) for name in names]

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
        if kind == "func":
            return Statement(kind, name, "", self._function(), decorators)
        if kind not in ("param", "var", "output"):
            raise ValueError(f"line {self._peek().line}: {kind} is not a statement")
        type_, allowed = self._type() if kind != "var" else ("", ())
        value = self.expression() if self._take("=") else None
        return Statement(kind, name, type_, value, decorators, allowed=allowed)

    def _function(self) -> Expression:
        parameters = []
        self._expect("(")
        while not self._take(")"):
            parameters.append(self._name())
            self._type()
            self._take(",")
        self._type()
        self._expect("=>")
        return ("lambda", tuple(parameters), self.expression())

    def _type(self) -> tuple[str, tuple[str | int, ...]]:
        """A name, a list of one, an object with values of one type, or literals to choose from."""
        token = self._next()
        if token.kind in ("int", "string"):
            allowed = [token]
            while self._take("|"):
                allowed.append(self._next())
            values = tuple(v.value if v.kind == "int" else str(_parts(v)[0]) for v in allowed)
            return token.kind, values
        if token.value == "{":
            while self._next().value != "}":
                continue
            return "object", ()
        if token.kind != "name":
            raise ValueError(f"line {token.line}: {token.value!r} is no type")
        while self._take("["):
            self._expect("]")
        return str(token.value), ()

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
            if self._take("=>"):
                return ("lambda", (name,), self.expression())
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
