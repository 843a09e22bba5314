"""The process dies after its k-th outside call, for every k: every receiver still hears of every
event, under the one id that it has."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable

import pytest

from shared.errors import ProviderUnauthorised
from shared.model.events.event import event_id
from shared.model.policy import Policy
from shared.model.recording.recording import Recording
from tests.fakes.crashes import EVENT_PORTS, PORTS, Crash, Trap, live
from tests.fakes.events import answer
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence

EVERYTHING, FAILURES = "https://a.example/?sig=1", "https://b.example/?sig=2"
BATCH, ITEM = "https://c.example/?sig=3", "https://d.example/?sig=4"


def new_world() -> World:
    """Two subscribers, one of whom fails at first; audio of every fate; a manifest that wants to
    be called back; and an endpoint that is taken out for a moment."""
    world = World(policy=Policy(slice_size=20))
    world.app.subscriptions.create(EVERYTHING)
    world.app.subscriptions.create(FAILURES, types=["recording.failed", "endpoint.failing"])
    world.sender.behaviours[FAILURES] = [answer(500), answer(204)]
    world.sender.behaviours[BATCH] = [answer(503, retry_after="30"), answer(204)]
    now = world.clock.now()
    for name in ("good.wav", "bad.wav"):
        world.audio.drop(name, a_second_of_silence(), now)
    world.audio.drop("empty.wav", b"", now)
    world.audio.drop("item.wav", a_second_of_silence(), now, container="uploads")
    recordings = [{"blob": "item.wav", "callback_url": ITEM}, {"blob": "missing.wav"}]
    manifest = json.dumps({"callback_url": BATCH, "recordings": recordings})
    world.audio.drop("m.json", manifest.encode(), now, container="manifests")
    world.provider.bad_sources[world.audio.url("audio", "bad.wav")] = BAD
    world.provider.errors["submit"] = [ProviderUnauthorised("key")] * 2
    return world


def settle(world: World) -> None:
    """What is still to be told is told, if need be by the sweep."""
    for _ in range(200):
        busy = world.outbox.notices or world.deliveries.parcel_rows or world.queue.waiting
        if not busy:
            return
        for step in (world.drain, world.sweep, world.drain):
            try:
                step()
            except Crash:
                world.start()
        world.clock.advance(60)
    raise AssertionError(f"still to be told: {world.outbox.notices} {world.deliveries.parcel_rows}")


def heard(world: World, url: str) -> dict[tuple[str, str], set[str]]:
    """The ids under which a receiver heard of what happened to what."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for event in world.sender.events(url):
        found[event["type"], event["subject"]].add(event["id"])
    return found


def of_row(row: Recording) -> tuple[tuple[str, str], set[str]]:
    type_ = f"recording.{row.state}"
    subject = f"batches/{row.batch_id}/items/{row.id}"
    return (type_, subject), {event_id(type_, row.changed_at, row.batch_id, row.id)}


def assert_all_have_heard(world: World) -> None:
    everything, failures = heard(world, EVERYTHING), heard(world, FAILURES)
    rows = list(world.store.rows.values())
    recordings = {key: ids for key, ids in everything.items() if key[0].startswith("recording.")}
    assert recordings == dict(of_row(row) for row in rows)
    failed = {key: ids for key, ids in failures.items() if key[0] == "recording.failed"}
    assert failed == dict(of_row(row) for row in rows if row.state == "failed")
    for batch in world.store.headers.values():
        subject = f"batches/{batch.id}"
        accepted = event_id("batch.accepted", batch.created_at, batch.id)
        assert everything["batch.accepted", subject] == {accepted}
        assert batch.finished_at is not None
        completed = event_id("batch.completed", batch.finished_at, batch.id)
        assert completed in everything["batch.completed", subject]
        if batch.origin == "manifest":
            assert completed in heard(world, BATCH)["batch.completed", subject]
        assert everything["batch.submitted", subject]
    assert [key[0] for key in heard(world, BATCH)] == ["batch.completed"]
    [item] = [row for row in rows if row.name == "item.wav"]
    assert heard(world, ITEM) == dict([of_row(item)])
    assert any(key[0] == "endpoint.failing" for key in everything)
    assert any(key[0] == "endpoint.failing" for key in failures)
    assert {row.state for row in world.deliveries.rows.values()} == {"delivered"}


def run(after: int | None, is_kind: bool) -> int:
    """How many outside calls it took."""
    world = new_world()
    trap = Trap(world, after, {**PORTS, **EVENT_PORTS})
    live(world, is_kind)
    settle(world)
    assert_all_is_well(world)
    assert_all_have_heard(world)
    return trap.calls


redelivered_or_lost = pytest.mark.parametrize("is_kind", [True, False], ids=["redelivered", "lost"])


@pytest.mark.slow
@redelivered_or_lost
def test_every_receiver_hears_of_every_event_wherever_a_process_dies(is_kind: bool) -> None:
    assert die_after_calls(is_kind, 1) > 150


@pytest.mark.long
@redelivered_or_lost
def test_every_receiver_hears_of_every_event_though_a_process_dies(is_kind: bool) -> None:
    """A slice of the whole, for `make test`."""
    assert die_after_calls(is_kind, 11) > 15


def die_after_calls(is_kind: bool, every: int) -> int:
    """After how many of the calls it was tried: the last, and every so manieth before it."""
    points = range(run(None, is_kind), 0, -every)
    for point in points:
        try:
            run(point, is_kind)
        except AssertionError as error:
            raise AssertionError(f"after outside call {point} of {points[0]}") from error
    return len(points)


def two_at_once(world: World, step: Callable[[], None]) -> None:
    """A second instance does the same at the same moment, and the messages come twice."""
    before = list(world.queue.waiting)
    step()
    world.queue.waiting += [entry for entry in before if entry not in world.queue.waiting]
    world.twin().drain()


@pytest.mark.long
def test_messages_that_come_twice_tell_nothing_new() -> None:
    world = new_world()
    for container, name in list(world.audio.blobs):
        if container == "audio":
            world.register(container, name)
        elif container == "manifests":
            world.app.manifest_dropped(container, name)
    for _ in range(60):
        for step in (world.drain, world.complete_all, world.drain, world.poll):
            two_at_once(world, step)
        world.clock.advance(30)
    world.sweep()
    settle(world)
    assert_all_have_heard(world)
