"""Where the brakes of all instances are kept."""

from __future__ import annotations

from typing import Protocol

from shared.model.events.notice import Notice
from shared.model.money.brakes import Brake


class Brakes(Protocol):
    """Small: the deployment, and some profiles and endpoints."""

    def all(self) -> list[Brake]:
        """In one query."""

    def get(self, scope: str) -> Brake:
        """One without a version where nothing is known."""

    def save(self, brake: Brake) -> Brake:
        """Insert or replace, and return with the new version. Raises `StoreConflict`."""


class NoticedBrakes(Brakes, Protocol):
    """As `ports.state.NoticedRows`, of brakes."""

    def save(self, brake: Brake, notice: Notice | None = None) -> Brake: ...
