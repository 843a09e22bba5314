"""Route templates of HTTP functions: `items/{id:int?}`, `files/{*path}`, most literal first."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar
from urllib.parse import unquote
from uuid import UUID

_HOLE = re.compile(r"\{(\*?)(\w+)(?::([^{}?]+))?(\?)?\}")
_LITERAL, _MIXED, _CONSTRAINED, _FREE, _CATCH_ALL = range(5)


def _is_integer(bits: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        found = re.fullmatch(r"[+-]?[0-9]{1,19}", text)
        return bool(found) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)

    return check


def _is_guid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


CONSTRAINTS: dict[str, Callable[[str], bool]] = {
    "int": _is_integer(32),
    "long": _is_integer(64),
    "bool": lambda text: text.lower() in ("true", "false"),
    "alpha": lambda text: bool(re.fullmatch("[a-zA-Z]*", text)),
    "guid": _is_guid,
}


@dataclass(frozen=True)
class Segment:
    """What stands between two slashes: text, a parameter, or both (`v{version}`)."""

    kind: int
    pattern: re.Pattern[str]
    checks: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    shape: str = ""
    catches_all_as: str = ""

    def match(self, text: str) -> dict[str, str] | None:
        """The parameters in this segment, or None when it is another one."""
        found = self.pattern.fullmatch(text)
        if not found:
            return None
        values = found.groupdict()
        fits = all(CONSTRAINTS[check](values[name]) for name, check in self.checks)
        return values if fits else None


@dataclass(frozen=True)
class Route:
    """A parsed template."""

    template: str
    segments: tuple[Segment, ...]

    @property
    def precedence(self) -> tuple[int, ...]:
        """Sorts the more literal route first, segment by segment."""
        return tuple(segment.kind for segment in self.segments)

    @property
    def shape(self) -> str:
        """Equal for routes that the same paths match, whatever the parameters are called."""
        return "/".join(segment.shape for segment in self.segments)

    def match(self, path: str) -> dict[str, str] | None:
        """The route parameters for a still percent-encoded path, or None."""
        parts = path.strip("/").split("/") if path.strip("/") else []
        values: dict[str, str] = {}
        for position, (segment, part) in enumerate(zip_longest(self.segments, parts)):
            if segment is None:
                return None
            if segment.kind == _CATCH_ALL:
                rest = "/".join(_decode(part) for part in parts[position:])
                return values | {segment.catches_all_as: rest}
            if part is None:
                if not segment.optional:
                    return None
                continue
            found = segment.match(_decode(part))
            if found is None:
                return None
            values |= found
        return values


def parse_route(template: str) -> Route:
    """Read a template. Raises ValueError, saying what is wrong with it."""
    parts = template.strip("/").split("/") if template.strip("/") else []
    route = Route(template, tuple(_segment(part) for part in parts))
    names = [name for segment in route.segments for name in segment.pattern.groupindex]
    for name in {name for name in names if names.count(name) > 1}:
        raise ValueError(f"the parameter {name!r} appears twice")
    for earlier, later in zip(route.segments, route.segments[1:], strict=False):
        if earlier.kind == _CATCH_ALL:
            raise ValueError("a catch-all parameter must come last")
        if earlier.optional and not later.optional:
            raise ValueError("an optional parameter must come last")
    return route


Named = TypeVar("Named")


def in_order(routes: Iterable[tuple[Route, Named]]) -> list[tuple[Route, Named]]:
    """The order in which to try them."""
    return sorted(routes, key=lambda pair: pair[0].precedence)


def _decode(part: str) -> str:
    """Percent-decode one segment; an encoded slash stays encoded, as in ASP.NET."""
    return "%2F".join(unquote(piece) for piece in re.split("%2[fF]", part))


def _segment(part: str) -> Segment:
    holes = list(_HOLE.finditer(part))
    leftover = _HOLE.sub("", part)
    if not part or "{" in leftover or "}" in leftover:
        raise ValueError(f"cannot read the segment {part!r}")
    if not holes:
        return Segment(_LITERAL, re.compile(re.escape(part), re.IGNORECASE), shape=part.lower())
    if holes[0][1]:
        if leftover:
            raise ValueError(f"a catch-all parameter must fill its segment: {part!r}")
        name = holes[0][2]
        return Segment(
            _CATCH_ALL, re.compile(f"(?P<{name}>[\\s\\S]*)"), shape="{*}", catches_all_as=name
        )
    checks = tuple((hole[2], hole[3]) for hole in holes if hole[3])
    for _, check in checks:
        if check not in CONSTRAINTS:
            raise ValueError(f"unknown constraint {check!r}; known: {', '.join(CONSTRAINTS)}")
    if leftover and any(hole[4] for hole in holes):
        raise ValueError(f"an optional parameter must fill its segment: {part!r}")
    kind = _MIXED if leftover else _CONSTRAINED if checks else _FREE
    return Segment(
        kind,
        re.compile(_pattern(part, holes), re.IGNORECASE),
        checks,
        optional=bool(holes[0][4]),
        shape=_HOLE.sub(lambda hole: f"{{{hole[3] or ''}}}", part).lower(),
    )


def _pattern(part: str, holes: list[re.Match[str]]) -> str:
    pattern, end = "", 0
    for hole in holes:
        pattern += re.escape(part[end : hole.start()]) + f"(?P<{hole[2]}>.+?)"
        end = hole.end()
    return pattern + re.escape(part[end:])
