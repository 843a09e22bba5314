"""A legal hold: somebody answers for it that nothing of a batch, or of a recording, goes."""

from __future__ import annotations

from datetime import datetime

import msgspec

MOST_REASON = 400


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Since when, by whom, and what they said of it, such as the number of a case."""

    at: datetime
    by: str
    reason: str = ""
