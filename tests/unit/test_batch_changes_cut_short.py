"""What was asked of a batch is found by the sweep, even if the process dies while it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from shared.messages import Collect
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

    def dying(*args: Any, **options: Any) -> None:
        setattr(world.store, method, original)
        original(*args, **options)
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


def test_a_result_that_comes_while_its_job_of_one_recording_is_cancelled_leaves_one_outcome() -> (
    None
):
    """Whoever writes it does not read the job, which says so first."""
    world = World(files_per_job=1)
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    [batch_id] = world.store.headers
    [(transcription_id, _)] = world.provider.transcriptions.items()
    world.provider.complete(transcription_id)
    twin, save = world.twin(), world.store.save
    hint = Collect(endpoint=world.provider.endpoint, transcription_id=transcription_id)

    def meanwhile(*args: Any, **options: Any) -> Any:
        world.store.save = save  # type: ignore[method-assign]
        answer = save(*args, **options)
        twin.step(hint)
        return answer

    world.app.cancel(batch_id)
    world.store.save = meanwhile  # type: ignore[method-assign]
    world.run()
    assert world.states() == {"a.wav": "failed"}
    assert_all_is_well(world)
