"""Something else happens in the middle of a call: between two calls to the outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.world import World

PORTS = (
    "store",
    "contents",
    "names",
    "requests",
    "queue",
    "subscriptions",
    "confidences",
    "audio",
    "outbox",
)


class Meanwhile:
    """Once set, does `happens` just before the call of that number, and never again. Ports of the
    application are asked by name at each call, so that they are replaced on the stand-ins."""

    def __init__(self, world: World) -> None:
        self.calls = 0
        self._at: int | None = None
        self._happens: Callable[[], None] = lambda: None
        for port in PORTS:
            adapter = getattr(world, port)
            for name in _methods(adapter):
                setattr(adapter, name, self._watched(getattr(adapter, name)))

    def set(self, at: int | None, happens: Callable[[], None]) -> None:
        self.calls, self._at, self._happens = 0, at, happens

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self._at:
                self._at = None
                self._happens()
            return method(*args, **kwargs)

        return call


def _methods(adapter: object) -> list[str]:
    names = [name for name in vars(type(adapter)) if not name.startswith("_")]
    return [name for name in names if callable(getattr(adapter, name))]
