"""A small day at work, one message at a time, the same in every release: ids are computed, clock
and provider are stand-ins."""

from __future__ import annotations

from collections.abc import Iterator

from shared.messages import Message
from tests.fakes.world import World

DROPPED = ("calls/one.wav", "calls/two.wav", "three +%.wav")
SECONDS = 30


def messages(world: World) -> Iterator[Message]:
    """Each message before it is handled; the caller has to handle it. Ends when all is done."""
    for name in DROPPED:
        world.drop(name)
    world.drop("empty.wav", b"")
    for _ in range(200):
        message = world.queue.take()
        if message is not None:
            yield message
        elif world.store.notes:
            world.complete_all()
            world.poll()
            world.clock.advance(SECONDS)
        else:
            return
    raise AssertionError(f"still open: {world.store.notes}")
