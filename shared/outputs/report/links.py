"""Links from the report to what it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

# "container/name" to a URL, None where no link leads there.
Link = Callable[[str], str | None]


def relative_link(path: str) -> str | None:
    """Relative to the report: as a blob in its container and as a file in its folder, the other
    containers are one step up. A browser resolves dot segments before it asks, even
    percent-encoded ones, and would end up somewhere else."""
    is_plain = {".", ".."}.isdisjoint(path.split("/"))
    return f"../{quote(path, safe='/')}" if is_plain else None
