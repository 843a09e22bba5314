"""Links from the report to what it speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import quote, unquote

# "container/name" to a URL, None where no link leads there.
Link = Callable[[str], str | None]


def relative_link(path: str) -> str | None:
    """Relative to the report: as a blob in its container and as a file in its folder, the other
    containers are one step up. A browser resolves dot segments before it asks, even
    percent-encoded ones, and would end up somewhere else."""
    is_plain = {".", ".."}.isdisjoint(path.split("/"))
    return f"../{quote(path, safe='/')}" if is_plain else None


_RELATIVE = re.compile(rb'<a href="\.\./([^"]*)"')


def relinked(page: bytes, link: Link) -> bytes:
    """A page with relative links, for who is shown it elsewhere. Nothing of what people wrote can
    look like such a link: in a page it is escaped."""

    def replaced(found: re.Match[bytes]) -> bytes:
        url = link(unquote(unescape(found[1].decode())))
        return b"<a" if url is None else f'<a href="{escape(url)}"'.encode()

    return _RELATIVE.sub(replaced, page)
