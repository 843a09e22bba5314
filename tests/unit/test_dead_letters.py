"""What Event Grid could not deliver is registered all the same; the sweep tells what is left."""

from __future__ import annotations

import json
import logging
from copy import copy
from typing import Any

import pytest

from shared.messages import Register
from shared.pipeline.watch.dead_letters import TakeDeadLetters
from shared.version import VERSION
from tests.fakes.stores import FakeDiaries
from tests.fakes.world import World

LETTERS = "dead-letters"
HOST = "https://data.blob.core.windows.net"


def letter(*urls: str, reason: str = "MaxDeliveryAttemptsExceeded") -> bytes:
    """As Event Grid writes it: a list of events with what became of them."""
    return json.dumps(
        [
            {
                "id": "1",
                "eventType": "Microsoft.Storage.BlobCreated",
                "subject": "/blobServices/default/containers/audio/blobs/x",
                "data": {"api": "PutBlob", "url": url},
                "deadLetterReason": reason,
                "deliveryAttempts": 30,
                "lastDeliveryOutcome": "NotFound",
            }
            for url in urls
        ]
    ).encode()


def leave(world: World, content: bytes, name: str = "one.json") -> None:
    world.audio.drop(name, content, world.clock.now(), container=LETTERS)
    world.clock.advance(120)


def take(world: World) -> None:
    TakeDeadLetters(
        store=world.store,
        active=world.active,
        container=LETTERS,
        intake=("audio", "manifests"),
        audio=world.audio,
        diaries=world.diaries,
        queue=world.queue,
        policy=world.policy,
        clock=world.clock,
    )()


def handed_over(world: World) -> list[tuple[str, tuple[str, ...]]]:
    return [(m.container, m.names) for _, m in world.queue.waiting if isinstance(m, Register)]


def events(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    facts = [json.loads(r.getMessage()) for r in caplog.records if r.name == "dropscribe"]
    return [fact for fact in facts if fact["event"] == name]


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dropscribe")


def test_what_an_undelivered_event_told_of_is_registered(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    leave(world, letter(f"{HOST}/audio/calls/a%20b%2B1.wav", f"{HOST}/manifests/m.json"))
    take(world)
    assert handed_over(world) == [("audio", ("calls/a b+1.wav",)), ("manifests", ("m.json",))]
    (told,) = events(caplog, "event.undelivered")
    assert told["events"] == 2
    assert told["reason"] == "MaxDeliveryAttemptsExceeded"
    assert told["outcome"] == "NotFound"


def test_a_letter_is_read_once() -> None:
    world = World()
    leave(world, letter(f"{HOST}/audio/a.wav"))
    take(world)
    world.clock.advance(600)
    take(world)
    leave(world, letter(f"{HOST}/audio/b.wav"), "two.json")
    world.clock.advance(600)
    take(world)
    assert [names for _, names in handed_over(world)] == [("a.wav",), ("b.wav",)]


def test_a_letter_of_this_second_is_left_for_the_next_time() -> None:
    """Another one may still come with the same time."""
    world = World()
    world.audio.drop(
        "one.json", letter(f"{HOST}/audio/a.wav"), world.clock.now(), container=LETTERS
    )
    take(world)
    assert handed_over(world) == []
    world.clock.advance(600)
    take(world)
    assert len(handed_over(world)) == 1


def test_two_instances_hand_over_twice_rather_than_never() -> None:
    world = World()
    leave(world, letter(f"{HOST}/audio/a.wav"))
    other = copy(world)
    other.diaries = FakeDiaries()
    take(other)
    take(world)
    assert len(handed_over(world)) == 2


def test_letters_are_not_looked_for_all_the_time() -> None:
    world = World()
    take(world)
    world.clock.advance(300)
    leave(world, letter(f"{HOST}/audio/a.wav"))
    take(world)
    assert handed_over(world) == []
    world.clock.advance(300)
    take(world)
    assert len(handed_over(world)) == 1


def test_many_events_go_in_several_messages() -> None:
    world = World()
    urls = [f"{HOST}/audio/{i:03}.wav" for i in range(45)]
    leave(world, letter(*urls))
    take(world)
    assert [len(names) for _, names in handed_over(world)] == [20, 20, 5]


def test_a_letter_longer_than_a_first_read_is_read_whole() -> None:
    world = World()
    urls = [f"{HOST}/audio/{i:05}{'x' * 100}.wav" for i in range(500)]
    leave(world, letter(*urls))
    take(world)
    assert sum(len(names) for _, names in handed_over(world)) == 500


def test_events_of_other_containers_register_nothing() -> None:
    world = World()
    leave(world, letter(f"{HOST}/transcripts/a.wav.json", "", "nonsense"))
    take(world)
    assert handed_over(world) == []


def test_what_is_no_letter_is_told_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.audio.drop("broken", b"{", world.clock.now(), container=LETTERS)
    leave(world, letter(f"{HOST}/audio/a.wav"))
    take(world)
    assert len(handed_over(world)) == 1
    assert len(events(caplog, "event.unreadable")) == 1


def test_the_sweep_reads_the_letters() -> None:
    world = World()
    leave(world, letter(f"{HOST}/audio/a.wav"))
    world.sweep()
    assert ("audio", ("a.wav",)) in handed_over(world)


def test_the_sweep_tells_how_much_is_left(caplog: pytest.LogCaptureFixture) -> None:
    world = World(files_per_job=2)
    world.sweep()
    for name in ("a.wav", "b.wav", "c.wav"):
        world.drop(name)
    world.clock.advance(90)
    world.drain()
    world.clock.advance(600)
    world.sweep()
    world.run()
    world.sweep()
    told = events(caplog, "backlog.measured")
    assert told[0] == {
        "event": "backlog.measured",
        "batches": 0,
        "jobs": 0,
        "recordings": 0,
        "oldest_seconds": 0,
        "version": VERSION,
    }
    left = [fact for fact in told if fact["batches"]]
    assert (left[0]["jobs"], left[0]["recordings"]) == (2, 3)
    assert left[0]["oldest_seconds"] >= 690
    assert told[-1]["batches"] == 0
