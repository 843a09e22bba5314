"""Takes secrets out of what the service says about a request, which may quote our SAS URLs."""

from __future__ import annotations

import re

_QUERY = re.compile(r"(https?://[^\s?#'\"<>]*)[?#][^\s'\"<>]*", re.IGNORECASE)
_USER = re.compile(r"(https?://)[^\s/?#'\"<>@]*@", re.IGNORECASE)
_SECRET = re.compile(r"\b(sig|signature|key|secret|token|code)=[^\s&'\"<>]+", re.IGNORECASE)
_MAX_CHARACTERS = 500


def redacted(text: str) -> str:
    """`text` without queries, fragments and credentials of URLs, and not endlessly long."""
    text = _USER.sub(r"\1", _QUERY.sub(r"\1", text))
    text = " ".join(_SECRET.sub(r"\1=...", text).split())
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 3] + "..."


def without_query(url: str) -> str:
    """A URL up to its query or fragment. A path inside a container is returned as it is: its
    `?` and `#` belong to the blob's name."""
    if url[:8].lower().startswith(("http://", "https://")):
        return re.split(r"[?#]", url, maxsplit=1)[0]
    return url
