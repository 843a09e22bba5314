"""Our own id of an attempt, where the provider shows it again.

There is no field for it. It goes into the query of the audio's link, which Azure Storage does not
mind and the provider's list echoes, and into that of the webhook's address, which only a single
transcript echoes. A link that somebody else signed may break if it is added to; then the webhook's
address alone carries the mark.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

MARK = "dropscribe"
_KEEP = "dropscribe-keep"
_INSTEAD = "dropscribe-instead"
_SAS = ("sv", "sig")


class Mark(NamedTuple):
    """`keep` tells that the provider's copy is to stay."""

    text: str
    keep: bool


def with_mark(url: str, mark: str, *, keep: bool = False, instead: bool = False) -> str:
    """`instead` notes that models are asked for that a refusal named, not the usual ones."""
    flags = {_KEEP: keep, _INSTEAD: instead}
    added = urlencode({MARK: mark, **{name: "1" for name, is_set in flags.items() if is_set}})
    return f"{url}{'&' if '?' in url else '?'}{added}"


def may_be_added_to(url: str) -> bool:
    """A link with a SAS, or one without a query; others may be signed as a whole."""
    query = parse_qs(urlsplit(url).query)
    return not query or all(name in query for name in _SAS)


def mark_in(*urls: str | None) -> Mark | None:
    """The mark in the first of the URLs that carries one."""
    for url in urls:
        try:
            query = parse_qs(urlsplit(url or "").query)
        except ValueError:
            continue
        if query.get(MARK):
            return Mark(query[MARK][0], _KEEP in query)
    return None


def has_others_instead(*urls: str | None) -> bool:
    """Whether one of the URLs notes that other models than the usual ones were asked for."""
    return any(f"&{_INSTEAD}=1" in (url or "") for url in urls)
