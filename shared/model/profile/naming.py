"""What the name of a recording says: recorders write who, whom and when into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

_PART = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,39})(?::([^{}]+))?\}|\*")
_FREE = r"(?:\{[A-Za-z][A-Za-z0-9_]*\})"
_SIDE_BY_SIDE = re.compile(rf"{_FREE}(?:{_FREE}|\*)|\*{_FREE}")
_DIGITS = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}",
    "%I": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}", "%f": r"\d{1,6}", "%j": r"\d{3}",
    "%b": r"[A-Za-z]{3}", "%p": r"[AaPp][Mm]", "%%": "%",
}  # fmt: skip
_DATE, _TIME = ("%Y", "%y", "%j", "%d"), ("%H", "%I")


class _Part(NamedTuple):
    name: str
    format: str | None


def parts_of(name: str, pattern: str) -> dict[str, str] | None:
    """The named parts of a blob's name by `pattern`: `{agent}` stands for what lies between its
    neighbours, `*` for anything, `{date:%Y%m%d}` for a time, which comes out as ISO 8601 has it.
    Without a slash in it, it is one of the last part of the name; the extension may be left out.
    None: the name is not built like this."""
    expression, parts = _compiled(pattern)
    subject = name if "/" in pattern else name.rpartition("/")[2]
    found = expression.fullmatch(_without_ending(subject)) or expression.fullmatch(subject)
    if found is None:
        return None
    values = {part.name: _value(found[i], part.format) for i, part in enumerate(parts, 1)}
    if None in values.values():
        return None
    return {key: text for key, text in values.items() if text}


def pattern_problem(pattern: str) -> str | None:
    """Why a pattern cannot be used."""
    parts = [found for found in _PART.finditer(pattern) if found[1]]
    if not parts:
        return "has no part in braces, such as {agent}"
    if re.search(r"[{}]", _PART.sub("", pattern)):
        return "has braces that are no part; a part is letters, digits and _, such as {call_id}"
    names = [found[1] for found in parts]
    if len(set(names)) < len(names):
        return "names a part twice"
    if _SIDE_BY_SIDE.search(pattern):
        return "has parts side by side, and nothing tells where one ends; write what lies between"
    for found in parts:
        unknown = set(re.findall(r"%.", found[2] or "")) - set(_DIGITS)
        if unknown:
            return f"has {min(unknown)}, which is not known; known are {' '.join(_DIGITS)}"
    return None


@cache
def _compiled(pattern: str) -> tuple[re.Pattern[str], tuple[_Part, ...]]:
    parts: list[_Part] = []
    return re.compile("".join(_pieces(pattern, parts)), re.DOTALL), tuple(parts)


def _pieces(pattern: str, parts: list[_Part]) -> Iterator[str]:
    at = 0
    for found in _PART.finditer(pattern):
        yield re.escape(pattern[at : found.start()])
        at = found.end()
        if found[1] is None:
            yield ".*?"
            continue
        parts.append(_Part(found[1], found[2]))
        yield f"({_time_expression(found[2]) if found[2] else '[^/]+?'})"
    yield re.escape(pattern[at:])


def _time_expression(format_: str) -> str:
    pieces = re.split(r"(%.)", format_)
    return "".join(_DIGITS.get(piece, re.escape(piece)) for piece in pieces)


def _value(text: str, format_: str | None) -> str | None:
    """None: digits that are no time."""
    if format_ is None:
        return text.strip()
    try:
        moment = datetime.strptime(text, format_)
    except ValueError:
        return None
    has_date, has_time = any(d in format_ for d in _DATE), any(t in format_ for t in _TIME)
    if has_date and has_time:
        return moment.isoformat(timespec="seconds")
    if has_time:
        return moment.time().isoformat(timespec="seconds")
    return moment.date().isoformat()


def _without_ending(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name
