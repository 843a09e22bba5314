"""How many rows a batch goes through for each of its recordings, on the tests' stand-ins:
of a window's batch, of which all is there when it is planned, and of one that is made of a folder
and grows page by page. A query goes through all that lies between the first and the last row it
asks for, whatever it filters.

    python -m benchmarks spans --recordings 20000
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from shared.model.recording.recording import Recording
from tests.fakes.world import World, a_second_of_silence


def run(recordings: int) -> dict[str, Any]:
    """Rows gone through for each recording, of both kinds of batch, and how they compare."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        window, prefix = _gone_through(_dropped, recordings), _gone_through(_asked_for, recordings)
    finally:
        logging.disable(level)
    return {
        "recordings": recordings,
        "window_rows_per_recording": round(window, 2),
        "prefix_rows_per_recording": round(prefix, 2),
        "ratio": round(prefix / window, 2),
    }


def _gone_through(begin: Callable[[World, int], None], recordings: int) -> float:
    world = World()
    rows = _count(world)
    begin(world, recordings)
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    return len(rows) / recordings


def _count(world: World) -> list[None]:
    """Grows by an entry for each row that a query goes through."""
    seen: list[None] = []
    original = world.store.recordings

    def counted(
        batch_id: str, *, first: str | None = None, last: str | None = None, **options: Any
    ) -> Iterator[Recording]:
        wanted = {row.id for row in original(batch_id, first=first, last=last, **options)}
        for row in original(batch_id, first=first, last=last):
            seen.append(None)
            if row.id in wanted:
                yield row

    world.store.recordings = counted  # type: ignore[method-assign]
    world.start()
    return seen


def _dropped(world: World, recordings: int) -> None:
    for i in range(recordings):
        world.drop(_name(i))


def _asked_for(world: World, recordings: int) -> None:
    for i in range(recordings):
        now, sound = world.clock.now(), a_second_of_silence()
        world.audio.drop(_name(i), sound, now, container="uploads")
    world.app.accept(json.dumps({"recordings": [{"prefix": "calls/"}]}).encode())


def _name(number: int) -> str:
    return f"calls/{number:06}.wav"
