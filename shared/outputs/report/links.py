"""Links from the report to what it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

# "container/name" to a URL, None where no link leads there.
Link = Callable[[str], str | None]


def relative_link(prefix: str = "../") -> Link:
    """URLs relative to the report: as a blob in its container and as a file in its folder, the
    other containers are one step up."""

    def link(path: str) -> str | None:
        # A browser resolves dot segments before it asks, even percent-encoded ones, and would
        # end up somewhere else.
        if not {".", ".."}.isdisjoint(path.split("/")):
            return None
        return prefix + quote(path, safe="/")

    return link
