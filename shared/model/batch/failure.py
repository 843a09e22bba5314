"""Why a recording failed, in a form that a person can act on."""

from __future__ import annotations

from typing import Literal

import msgspec

FailureKind = Literal["input", "configuration", "throttling", "provider", "ours"]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is whose fault it is, `code` a stable snake_case name, `reason` what happened,
    `advice` what to do. `retryable` tells that another attempt may succeed unchanged."""

    kind: FailureKind
    code: str
    reason: str
    advice: str
    retryable: bool = False
