"""Names of blobs that mean the same to every service that reads them.

A name goes into addresses. `..` leads out of its container where a service folds it (RFC 3986,
5.2.4; some decode `%2e` first), a backslash is a slash to some, a control character ends a line,
and a bidi sign shows another name than there is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_DECODED_TIMES = 3


def name_problem(name: str) -> str:
    """What is wrong with a name or with the beginning of one, as a sentence without its end; "" for
    nothing."""
    return next(filter(None, map(_problem, _readings(name))), "")


def leads_astray(name: str) -> bool:
    """Whether some service may read a name as that of another blob."""
    return any("\\" in form or _dots(form) for form in _readings(name))


def from_top(container: str, name: str) -> str:
    """A name, or the beginning of one, as it is in its container: without slashes before it, and
    without the container, as it stands in an address."""
    return name.lstrip("/").removeprefix(f"{container}/").lstrip("/")


def shared_beginning(names: Collection[str]) -> str:
    """With which all of them begin."""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:length] if length is not None else first


def _readings(name: str) -> Iterator[str]:
    """The name, and what it is for those who decode it once or more often."""
    for _ in range(_DECODED_TIMES):
        yield name
        if (decoded := unquote(name)) == name:
            return
        name = decoded


def _problem(name: str) -> str:
    if "\\" in name:
        return "Holds a backslash"
    if _CONTROL.search(name):
        return "Holds control characters"
    if _TURNS.search(name):
        return "Holds signs that turn the direction of text"
    if _dots(name):
        return 'Holds a folder called "." or ".."'
    return ""


def _dots(name: str) -> bool:
    return any(segment.strip(" ") in (".", "..") for segment in name.split("/"))
