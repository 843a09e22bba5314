"""How long the scan that stands in for Event Grid rests."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.core.exceptions import ServiceResponseTimeoutError

from local.host import scan
from local.host.scan import Scanner


class Clocked(Scanner):
    """Scans take as long as it is told, and those that are told so fail."""

    def __init__(self, took: list[tuple[float, bool]]) -> None:
        self.took, self.now, self.rests = took, 0.0, []  # type: ignore[var-annotated]
        self._scan_seconds = 0.5
        self._watch = cast(Any, SimpleNamespace(container="audio"))
        self._storage = cast(Any, SimpleNamespace(call=self._call))

    async def _call(self, function: object) -> set[bytes]:
        return set()

    async def _scan(self, ending: asyncio.Event) -> None:
        seconds, fails = self.took.pop(0)
        self.now += seconds
        if fails:
            raise ServiceResponseTimeoutError("no answer")

    async def happens(self, ending: asyncio.Event, pause: float) -> bool:
        self.rests.append(pause)
        return not self.took


@pytest.mark.parametrize(
    ("took", "rest"),
    [
        ((0.01, False), 0.5),
        ((0.5, False), 2.0),
        ((8.0, False), 10.0),
        ((30.0, True), 0.5),  # it was two minutes, in which nobody heard of what was dropped
    ],
)
def test_a_scan_rests_as_long_as_it_made_work_and_never_for_long(
    took: tuple[float, bool], rest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocked = Clocked([took])
    monkeypatch.setattr(scan, "monotonic", lambda: clocked.now)
    monkeypatch.setattr(scan, "happens", clocked.happens)
    asyncio.run(clocked.run(asyncio.Event()))
    assert clocked.rests == [0.0, rest]
