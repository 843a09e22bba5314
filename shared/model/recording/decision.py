"""Why a recording was not simply sent: another provider, another mode, no money, the same
audio."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Choice = Literal["moved_on", "express", "kept_standard", "over_budget", "reused"]


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was decided for a recording on its way: it went to another provider, it goes express
    because the deadline nears, it does not because the budget forbids it, it is left out because
    it would exceed the budget, or the same audio had a transcript already."""

    at: datetime
    what: Choice
    why: str


class BatchDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The same decision for so many recordings, `at` when it was made first."""

    at: datetime
    what: Choice
    why: str
    recordings: Annotated[int, msgspec.Meta(ge=1)]
