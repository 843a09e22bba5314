"""The trail: what people and programs read and changed by the API, one line each."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

TrailKind = Literal["read", "change"]


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`caller` is the id of whoever asked, `target` what it was about: the ids in the address, such
    as batch and recording. Of a change there are two of one `call`: that it was asked for, and with
    which `status` it was answered. Nothing of what was read or sent is in it."""

    at: datetime
    call: str
    caller: str
    kind: TrailKind
    operation: str
    target: str = ""
    status: int | None = None
