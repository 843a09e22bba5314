"""Brakes in memory."""

from __future__ import annotations

from itertools import count

import msgspec

from shared.errors import StoreConflict
from shared.model.events.notice import Notice
from shared.model.money.brakes import Brake


class FakeBrakes:
    """`ports.brakes.Brakes`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.rows: dict[str, Brake] = {}
        self.notices: dict[tuple[str, str], Notice] = {}

    def all(self) -> list[Brake]:
        return [self.rows[scope] for scope in sorted(self.rows)]

    def get(self, scope: str) -> Brake:
        return self.rows.get(scope) or Brake(scope=scope)

    def save(self, brake: Brake, notice: Notice | None = None) -> Brake:
        if self.get(brake.scope).version != brake.version:
            raise StoreConflict("save brake")
        saved = msgspec.structs.replace(brake, version=f"b{next(self._versions)}")
        self.rows[brake.scope] = saved
        if notice is not None:
            self.notices[notice.partition, notice.id] = notice
        return saved
