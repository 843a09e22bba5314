"""What is read and changed by the API is written down: before it happens, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.model.access.caller import Caller
from shared.model.access.trail import TrailEntry, TrailKind
from shared.ports.access import Trail
from shared.ports.queue import Clock

DAY = timedelta(days=1)
SOON = timedelta(minutes=1)
"""Clocks of two instances differ."""


@dataclass(frozen=True, kw_only=True)
class KeepTrail:
    """What cannot be written down does not happen."""

    trail: Trail
    new_id: Callable[[], str]
    clock: Clock

    def asked(self, caller: Caller, kind: TrailKind, operation: str, target: str) -> TrailEntry:
        """Before anything is read or changed. Raises `StoreUnavailable`."""
        entry = TrailEntry(
            at=self.clock.now(),
            call=self.new_id(),
            caller=caller.id,
            kind=kind,
            operation=operation,
            target=target,
        )
        self.trail.add(entry)
        return entry

    def answered(self, asked: TrailEntry, status: int, target: str) -> None:
        """Of a change. It is made already: where this cannot be written, that it was asked for
        stands there."""
        entry = msgspec.structs.replace(
            asked, at=self.clock.now(), status=status, target=target or asked.target
        )
        event(
            "api.called",
            operation=entry.operation,
            caller=entry.caller,
            target=entry.target,
            status=status,
        )
        with suppress(DropscribeError):
            self.trail.add(entry)

    def page(
        self,
        from_at: datetime | None,
        to_at: datetime | None,
        *,
        after: str | None = None,
        most: int = 1_000,
    ) -> tuple[list[TrailEntry], str | None]:
        """As `ports.access.Trail`; from a day before the end, and up to now, if left out."""
        end = to_at or self.clock.now() + SOON
        return self.trail.page(from_at or end - DAY, end, after=after, most=most)
