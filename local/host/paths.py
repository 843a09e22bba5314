"""Blob paths of triggers and outputs, `audio/{name}.{ext}`, and what the expressions stand for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class BlobPath:
    """A container and a pattern for the names in it; no pattern means every blob."""

    container: str
    pattern: str

    @property
    def prefix(self) -> str:
        """The literal start of every name that can match: what a subscription would filter on."""
        return self.pattern.partition("{")[0]

    def match(self, name: str) -> dict[str, str] | None:
        """The values of the expressions in a blob's name, or None when it does not match."""
        if not self.pattern:
            return {}
        found = _compiled(self.pattern).fullmatch(name)
        return found.groupdict() if found else None


def parse_blob_path(text: str) -> BlobPath:
    """Split `container/pattern`. Raises ValueError without a literal container."""
    container, _, pattern = text.strip("/").partition("/")
    if not re.fullmatch(r"[a-z0-9$][a-z0-9-]*", container):
        raise ValueError(f"{text!r} does not start with a container's name")
    _compiled(pattern)
    return BlobPath(container, pattern)


def expressions(text: str) -> list[str]:
    """The names inside braces."""
    return _HOLE.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace each {name}. Raises KeyError for one without a value."""
    return _HOLE.sub(lambda found: values[found[1]], text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """An expression takes as much as it can, slashes included."""
    result, end = "", 0
    for hole in _HOLE.finditer(pattern):
        if not hole[1].isidentifier():
            raise ValueError(f"{{{hole[1]}}} is not a name")
        result += re.escape(pattern[end : hole.start()]) + f"(?P<{hole[1]}>.+)"
        end = hole.end()
    try:
        return re.compile(result + re.escape(pattern[end:]), re.DOTALL)
    except re.error as error:
        raise ValueError(f"{pattern!r}: {error}") from error
