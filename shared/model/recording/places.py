"""Which blob a provider means when it names an input."""

from __future__ import annotations

import re
from urllib.parse import unquote

Place = tuple[str | None, str]
_ADDRESS = "://"  # no container is called so


def keys(source: str) -> tuple[Place, ...]:
    """All that a source can stand for: blobs, and the address itself without its query."""
    return (*places(source), (_ADDRESS, _plain(source)))


def keys_of(
    container: str, name: str, web_url: str | None, copy: str | None = None
) -> tuple[Place, ...]:
    """The keys of which a recording's source has one; the first is the surest. `copy` is what went
    to the provider in its place."""
    if copy is not None:
        container, _, name = copy.partition("/")
        return ((container, name), (None, name))
    if web_url is not None:
        return ((_ADDRESS, _plain(web_url)),)
    return ((container, name), (None, name))


def _plain(address: str) -> str:
    return unquote(re.split(r"[?#]", address, maxsplit=1)[0])


def places(source: str) -> tuple[Place, ...]:
    """The (container, blob name) pairs that a source can stand for.

    A source is the URL as it was submitted, or a path relative to the container's root (the
    container is then None). Azurite puts the account before the container, so both readings of
    a URL are given. A relative path may or may not be percent-encoded. A `+` is a plus.
    """
    scheme, is_url, address = source.partition("://")
    if not is_url or not scheme.isalpha():
        path = source.lstrip("/")
        return tuple(dict.fromkeys([(None, path), (None, unquote(path))]))
    _, _, path = re.split(r"[?#]", address, maxsplit=1)[0].partition("/")
    segments = unquote(path).split("/", 2)
    found: list[Place] = []
    if len(segments) > 1:
        found.append((segments[0], "/".join(segments[1:])))
    if len(segments) > 2:
        found.append((segments[1], segments[2]))
    return tuple(found)
