"""Bicep's text as tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

_SKIPPED = re.compile(r"[ \t\r]+|//[^\n]*|/\*.*?\*/|#disable-next-line[^\n]*", re.DOTALL)
_PLAIN = re.compile(
    r"(?P<newline>\n)|(?P<int>\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<symbol>\?\?|\.\?|&&|\|\||==|!=|<=|>=|=>|[-+*/%!?:.,=<>|()\[\]{}@])"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "'": "'", "\\": "\\", "$": "$"}


class Token(NamedTuple):
    """`value` of a string is a tuple of texts and, for what is interpolated, lists of tokens."""

    kind: str
    value: object
    line: int


def tokens_of(text: str) -> list[Token]:
    """Raises `ValueError` for what is not Bicep, with its line."""
    found, at = _read(text, 0, line=1, until=None)
    assert at == len(text)
    return [*found, Token("end", "", text.count("\n") + 1)]


def _read(text: str, at: int, line: int, until: str | None) -> tuple[list[Token], int]:
    """Up to the end or, inside a string, to the brace that closes the interpolation."""
    found: list[Token] = []
    depth = 0
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            line += skipped[0].count("\n")
            at = skipped.end()
            continue
        if text[at] == "'":
            start = line
            parts, end = _string(text, at, line)
            line += text.count("\n", at, end)
            found.append(Token("string", parts, start))
            at = end
            continue
        match = _PLAIN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"line {line}: {text[at : at + 20]!r} is not understood")
        if until and match[0] == until and depth == 0:
            return found, match.end()
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        kind = match.lastgroup
        found.append(Token(kind, int(match[0]) if kind == "int" else match[0], line))
        line += kind == "newline"
        at = match.end()
    return found, at


def _string(text: str, at: int, line: int) -> tuple[tuple[object, ...], int]:
    if text.startswith("'''", at):
        end = text.index("'''", at + 3)
        return (text[at + 3 : end].removeprefix("\n"),), end + 3
    parts: list[object] = []
    plain = ""
    at += 1
    while text[at] != "'":
        if text[at] == "\\":
            plain += _ESCAPES[text[at + 1]]
            at += 2
        elif text.startswith("${", at):
            inner, at = _read(text, at + 2, line, until="}")
            parts += [plain, [*inner, Token("end", "", line)]]
            plain = ""
        else:
            plain += text[at]
            at += 1
    return (*parts, plain), at + 1
