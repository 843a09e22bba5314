"""What was asked of a batch is found by the sweep, even if the process dies while it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.crashes import Crash
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World


@pytest.mark.parametrize("method", ["save_batch", "open_batch"])
@pytest.mark.parametrize("what", ["retry", "delete"])
def test_a_process_may_die_while_it_is_asked_for_a_change(what: str, method: str) -> None:
    world = World()
    world.drop("a.wav")
    world.provider.bad_sources[world.audio.url("audio", "a.wav")] = BAD
    world.run()
    world.provider.bad_sources.clear()
    [batch_id] = world.store.headers
    original = getattr(world.store, method)

    def dying(*args: Any) -> None:
        setattr(world.store, method, original)
        original(*args)
        raise Crash

    setattr(world.store, method, dying)
    with pytest.raises(Crash):
        if what == "retry":
            world.app.retry(batch_id)
        else:
            world.app.delete_batch(batch_id, True)
    world.start()
    world.run()
    batch = world.store.headers[batch_id]
    assert batch.retry_at is None and batch.deleting is None
    if what == "retry":
        assert_all_is_well(world)
