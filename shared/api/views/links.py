"""Where to go from an answer: links."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Link = Annotated[str, Meta(description="An absolute address")]


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to go from here."""

    self: Link
    result: Link | None = None
    items: Link | None = None
    report: Link | None = None
    batch: Link | None = None
    transcript: Link | None = None
    insights: Link | None = None
