"""The process dies after its k-th outside call, for every k: nothing is lost, nothing is paid for
twice, nothing stays behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

import pytest

from shared.errors import OutcomeUnknown, ProviderRefused, ProviderUnauthorised, ProviderUnavailable
from shared.model.policy import Policy
from shared.model.preparing.channels import Window
from shared.ports import blobs, copies, events, pieces, provider, queue, state
from tests.fakes.crashes import EVENT_PORTS, PORTS, Trap, live, outside_calls
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.world import World, a_second_of_silence
from tests.unit.probing_audio import encoded, wav

Scenario = Callable[[World], None]
AIFF = encoded("aiff", "pcm_s16be", rate=8000)


def plain(world: World) -> None:
    """Five good ones, and one of each kind of trouble."""
    for i in range(5):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.audio.drop("empty.wav", b"", world.clock.now())
    url = world.audio.url
    world.provider.bad_sources[url("audio", "1.wav")] = BAD
    world.provider.missing_results[url("audio", "2.wav")] = 1
    world.provider.dropped_results.add(url("audio", "3.wav"))


def splitting(world: World) -> None:
    for i in range(6):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.provider.bad_sources[world.audio.url("audio", "4.wav")] = BAD
    world.provider.fails_with_bad_source = True


def unanswered(world: World) -> None:
    for i in range(3):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]


def unresolvable(world: World) -> None:
    """A create call without an answer, at an endpoint that lets nobody look. One recording: what
    comes in later goes another way."""
    world.audio.drop("0.wav", a_second_of_silence(), world.clock.now())
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    world.provider.carries_out_unknown = False
    world.provider.errors["find"] = [ProviderUnauthorised("401")] * 100_000


def overdue(world: World) -> None:
    """The first transcription never comes to its end."""
    two(world)
    complete = world.provider.complete
    world.provider.complete = (  # type: ignore[method-assign]
        lambda key: None if key.endswith("-0001") else complete(key)
    )


def unavailable(world: World) -> None:
    """One result answers 5xx for as long as anybody asks during the first attempt."""
    two(world)
    world.provider.result_errors[world.audio.url("audio", "1.wav")] = [
        ProviderUnavailable("503")
    ] * 200


def refused(world: World) -> None:
    """Questions about the transcription are refused, more often than a job may have it."""
    two(world)
    world.provider.errors["status"] = [ProviderRefused("400")] * 7


def gone(world: World) -> None:
    """Once the job is there, its endpoint is taken out of the settings."""
    east, west = FakeProvider("east"), FakeProvider("west")
    east.clock = west.clock = world.clock
    world.endpoints.clear()
    world.endpoints.update(east=east, west=west)
    world.start()
    two(world)
    drain = world.drain

    def drain_and_reconfigure() -> None:
        drain()
        if east.created and world.endpoints.pop("east", None):
            world.start()

    world.drain = drain_and_reconfigure  # type: ignore[method-assign]


def two(world: World) -> None:
    for i in range(2):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())


def many(world: World) -> None:
    """More than one transaction takes; registered beforehand, which is not what this is about."""
    for i in range(120):
        world.drop(f"{i}.wav")


def by_manifest(world: World) -> None:
    """Every kind of entry, one of each kind of trouble, and a manifest that is refused."""
    now, sound = world.clock.now(), a_second_of_silence()
    for i in range(3):
        world.audio.drop(f"c/{i}.wav", sound, now, container="uploads")
    world.audio.drop("0.wav", sound, now, container="uploads")
    world.audio.drop("dropped.wav", sound, now)
    world.web.files["https://files.example/w.wav?sig=1"] = sound
    world.provider.bad_sources[world.audio.url("uploads", "c/1.wav")] = BAD
    recordings: list[dict[str, str]] = [
        {"blob": "0.wav", "client_item_id": "zero"},
        {"blob": "missing.wav"},
        {"prefix": "c/"},
        {"prefix": "nothing/"},
        {"url": "https://files.example/w.wav?sig=1"},
        {"url": "https://files.example/gone.wav"},
    ]
    drop_manifest(world, "good.json", recordings)
    drop_manifest(world, "bad.json", [{"blob": "0.wav", "colour": "red"}])


def drop_manifest(world: World, name: str, recordings: list[dict[str, str]]) -> None:
    content = json.dumps({"recordings": recordings}).encode()
    world.audio.drop(name, content, world.clock.now(), container="manifests")


PORTS_APART = {
    "Copying": "blocks that nobody sees; a copy that is finished is seen by the next call",
    "Clock": "the time is read everywhere",
    "Leftovers": "each message stays until it was handled, and every step can bear to come twice",
    "Merged": "how pieces become one, in memory",
    "PieceStore": "tables that a profile asks for; test_exports.py dies there",
    "Limited": "a provider's own count of what it may send, in memory",
    "Prepaid": "the balance, which health asks for",
    "Sound": "a recording on its way to a provider, read by the port of the audio",
    "Glossaries": "written where people ask for it, outside of the pipeline",
    "Uploads": "a link is signed for a caller",
    "Revisions": "saved by people, outside of the pipeline; test_revisions.py dies there",
    "OutputLinks": "a link is signed for a caller",
}
"""Ports that no crash point is taken from, and why."""


def adds_nothing(port: type, base: type) -> bool:
    """The adapter's side of a port: the same calls, which can do a little more."""
    return base in port.__mro__ and set(outside_calls(port)) == set(outside_calls(base))


def test_there_is_a_crash_point_after_every_outside_call_of_every_port() -> None:
    ports = {
        port
        for module in (blobs, copies, events, pieces, provider, queue, state)
        for port in vars(module).values()
        if isinstance(port, type) and getattr(port, "_is_protocol", False) and port is not Protocol
    }
    trapped = {*PORTS.values(), *EVENT_PORTS.values()}
    covered = {base for port in trapped for base in port.__mro__}
    covered |= {port for port in ports for base in trapped if adds_nothing(port, base)}
    assert {port.__name__ for port in ports - covered} == set(PORTS_APART)
    assert all(outside_calls(port) for port in trapped)


def prepared(world: World) -> None:
    """One that is converted, one whose channels are the same, one that cannot be converted."""
    world.audio.drop("memo.aiff", AIFF, world.clock.now())
    world.audio.drop("call.wav", wav(channels=2), world.clock.now())
    world.audio.drop("bad.aiff", AIFF + b"bad", world.clock.now())
    world.converter.windows = [Window((0.01, 0.01), (0.01, 0.01))] * 8
    world.converter.unread = len(AIFF) + 3


def new_world(files_per_job: int = 1_000) -> World:
    """Days pass faster here."""
    policy = Policy(slice_size=20, submitted_seconds=5_400, give_up_seconds=3_600)
    return World(policy=policy, files_per_job=files_per_job)


CASES: tuple[tuple[Scenario, int, int], ...] = (
    (plain, 1, 1_000),
    (splitting, 1, 1_000),
    (unanswered, 1, 1_000),
    (many, 23, 1_000),
    (by_manifest, 1, 1_000),
    (unresolvable, 7, 1_000),
    (overdue, 2, 1_000),
    (unavailable, 19, 1_000),
    (refused, 2, 1_000),
    (gone, 3, 1_000),
    (prepared, 13, 1_000),
    (prepared, 37, 1),
    (plain, 3, 1),
    (unanswered, 1, 1),
    (by_manifest, 5, 1),
    (refused, 5, 1),
    (unavailable, 41, 1),
    (many, 97, 2),
)
"""What happens, which of the calls are tried (every so manieth), and recordings a job."""
redelivered_or_lost = pytest.mark.parametrize("is_kind", [True, False], ids=["redelivered", "lost"])


@pytest.mark.slow
@redelivered_or_lost
@pytest.mark.parametrize(("scenario", "every", "files_per_job"), CASES)
def test_a_process_may_die_after_any_outside_call(
    scenario: Scenario, every: int, files_per_job: int, is_kind: bool
) -> None:
    assert die_after_calls(scenario, files_per_job, is_kind, every) > 25


@pytest.mark.long
@redelivered_or_lost
@pytest.mark.parametrize(("scenario", "every", "files_per_job"), CASES)
def test_a_process_may_die_after_some_outside_calls(
    scenario: Scenario, every: int, files_per_job: int, is_kind: bool
) -> None:
    """A slice of the whole, for `make test`."""
    assert die_after_calls(scenario, files_per_job, is_kind, every * 13) > 0


def die_after_calls(scenario: Scenario, files_per_job: int, is_kind: bool, every: int) -> int:
    """After how many of the calls it was tried: the last, and every so manieth before it."""
    world = new_world(files_per_job)
    scenario(world)
    trap = Trap(world, None)
    live(world, is_kind)
    assert_all_is_well(world)
    expected = world.states()
    points = range(trap.calls, 0, -every)
    for point in points:
        world = new_world(files_per_job)
        scenario(world)
        Trap(world, point)
        try:
            live(world, is_kind)
            assert_all_is_well(world)
            assert world.states() == expected
        except AssertionError as error:
            raise AssertionError(f"after outside call {point} of {trap.calls}") from error
    print(f"{scenario.__name__}: died at {len(points)} points")
    return len(points)
