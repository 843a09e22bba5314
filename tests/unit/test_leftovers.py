"""Queues that call no function are emptied by the sweep: poison, and those of releases before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.errors import StoreUnavailable
from shared.messages import Finish, Plan, Submit, Sweep, encode
from shared.pipeline.watch.leftovers import BLOB_POISON
from tests.fakes.api import Api
from tests.fakes.world import World


def left(world: World) -> int:
    return sum(len(bodies) for bodies in world.leftovers.bodies.values())


def untagged(message: Plan | Submit | Finish) -> bytes:
    """As releases before wrote it."""
    told = json.loads(encode(message))
    del told["kind"]
    return json.dumps(told).encode()


def test_messages_of_a_release_before_are_moved_to_the_queue_of_today() -> None:
    world = World()
    world.drop("a.wav")
    (batch_id,) = world.store.notes
    world.queue.waiting.clear()
    old = [Plan(batch_id=batch_id), Finish(batch_id=batch_id), Submit(batch_id="b", job_id="j")]
    world.leftovers.bodies = {
        "dropscribe-plan": [untagged(old[0])] * 1,
        "dropscribe-finish": [untagged(old[1])],
        "dropscribe-submit": [untagged(old[2])],
        "dropscribe-collect": [b"no JSON"],
    }
    world.sweep()
    assert left(world) == 0
    moved = [message for _, message in world.queue.waiting]
    assert all(message in moved for message in old)


def test_what_failed_five_times_is_looked_after() -> None:
    world = World()
    world.audio.drop("a.wav", b"RIFF", world.clock.now())
    event = json.dumps({"ContainerName": "audio", "BlobName": "a.wav"}).encode()
    world.leftovers.bodies = {
        BLOB_POISON: [event, b"no JSON"],
        "dropscribe-steps-poison": [encode(Plan(batch_id="gone")), b"no JSON"],
        "dropscribe-plan-poison": [untagged(Plan(batch_id="gone"))],
    }
    world.sweep()
    assert left(world) == 0
    assert world.states() == {"a.wav": "failed"}  # it was registered


def test_queues_that_call_a_function_are_left_to_it() -> None:
    world = World()
    world.leftovers.bodies = {"dropscribe-steps": [encode(Plan(batch_id="b"))]}
    world.sweep()
    assert left(world) == 1


def test_what_cannot_be_handled_now_comes_back_and_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.leftovers.bodies = {
        "dropscribe-steps-poison": [encode(Plan(batch_id=name)) for name in "abcde"]
    }

    def troubled(read: Callable[[str], object]) -> Callable[[str], object]:
        def reading(batch_id: str) -> object:
            if batch_id == "a":
                raise StoreUnavailable("read")
            if batch_id == "b":
                raise ZeroDivisionError
            return read(batch_id)

        return reading

    for name in ("batch", "whole"):
        monkeypatch.setattr(world.store, name, troubled(getattr(world.store, name)))
    world.sweep()
    assert left(world) == 1  # a fault of ours with one is drained as far as can be
    monkeypatch.undo()
    world.sweep()
    assert left(world) == 0


def test_a_sweep_can_be_asked_for_where_the_timers_are_dead() -> None:
    world = World()
    world.drop("a.wav")
    world.queue.waiting.clear()  # and the message was lost
    world.clock.advance(3600)
    answer = Api(lambda: world.app)("run_sweep", json_={})
    assert answer.status == 202
    assert answer.json["parts"][0] == "poll" and "batches" in answer.json["parts"]
    for _ in range(10):
        world.drain()
        world.complete_all()
    assert world.states() == {"a.wav": "transcribed"}


def test_one_part_can_be_asked_for_and_no_other_name() -> None:
    world = World()
    api = Api(lambda: world.app)
    assert api("run_sweep", json_={"part": "poll"}).json == {"parts": ["poll"]}
    assert [message for _, message in world.queue.waiting] == [Sweep(part="poll")]
    assert api("run_sweep", json_={"part": "everything"}).status in (404, 422)
    world.step(Sweep(part="of the next release"))
