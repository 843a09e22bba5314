"""The names of companions: a file beside a recording that describes it.

A pattern is the name of a companion with `{name}` or `{stem}` in it, the recording's last part of
the name with and without its extension; what stands before a slash is a folder within the
recording's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Described(NamedTuple):
    """The recording that a companion is of: by its whole name or, where the pattern leaves the
    extension out, by what its name begins with."""

    name: str
    is_whole: bool


def companion_name(name: str, pattern: str) -> str:
    """Of the recording `name`."""
    folder, slash, last = name.rpartition("/")
    stem = last.rpartition(".")[0] or last
    return folder + slash + pattern.replace("{name}", last).replace("{stem}", stem)


def described_by(name: str, pattern: str) -> Described | None:
    """What the blob `name` describes by this pattern; None: it is no companion."""
    before, _, after = re.split(r"(\{name\}|\{stem\})", pattern, maxsplit=1)
    expression = rf"((?:.*/)?){re.escape(before)}([^/]+){re.escape(after)}"
    found = re.fullmatch(expression, name, re.IGNORECASE | re.DOTALL)
    return Described(found[1] + found[2], "{name}" in pattern) if found else None


def is_companion(name: str, patterns: Iterable[str]) -> bool:
    return any(described_by(name, pattern) for pattern in patterns)


def is_of(companion: Described, name: str) -> bool:
    """Whether the blob `name` is the recording that a companion describes."""
    if companion.is_whole:
        return name == companion.name
    folder, slash, last = name.rpartition("/")
    return folder + slash + (last.rpartition(".")[0] or last) == companion.name
