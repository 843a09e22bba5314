"""Each kind of trouble has a budget of its own, and a call that costs money is never repeated
blindly."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.model.failure import Failure
from shared.model.policy import Policy
from shared.ports.provider import JobRequest
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.world import World

CALLS = "submit find status files result report delete copies ensure_webhook".split()
SLOW_DOWN = ProviderThrottled("429", retry_after_seconds=3)
NO_KEY = ProviderUnauthorised("401")
DOWN = ProviderUnavailable("503")
UNANSWERED = OutcomeUnknown("time-out")


def ask_for_trouble(world: World, error: Exception, times: int, *calls: str) -> None:
    for provider in world.endpoints.values():
        for call in calls or CALLS:
            provider.errors[call] = deque([error] * times)


def be_well(world: World) -> None:
    for provider in world.endpoints.values():
        provider.errors.clear()


def pass_time(
    world: World, *, hours: float, step_seconds: int = 60, is_provider_done: bool = True
) -> None:
    """As the timers and queues go on; the provider finishes what it has, and says so."""
    until = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < until:
        world.drain()
        if is_provider_done:
            world.complete_all()
        world.poll()
        world.sweep()
        world.drain()
        world.clock.advance(step_seconds)


def dropped(world: World, *names: str) -> World:
    for name in names or ("a.wav", "b.wav", "c.wav"):
        world.drop(name)
    return world


def states_of_jobs(world: World) -> Sequence[str]:
    return [job.state for job in world.store.job_rows.values()]


# --- throttling


def test_fifty_times_429_at_every_call_uses_up_no_attempt() -> None:
    world = dropped(World())
    world.provider.bad_sources[world.audio.url("audio", "b.wav")] = BAD
    ask_for_trouble(world, SLOW_DOWN, 50)
    world.run()
    assert world.states() == {"a.wav": "transcribed", "b.wav": "failed", "c.wav": "transcribed"}
    rows = world.rows().values()
    assert {(row.attempt, row.fetches) for row in rows} == {(1, 0)}
    assert {"submit", "status", "files", "result", "delete"} <= {
        call for call in CALLS if world.provider.calls[call] > 50
    }
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_throttling_without_a_word_on_how_long_is_outlasted_too() -> None:
    world = dropped(World())
    ask_for_trouble(world, ProviderThrottled("429", retry_after_seconds=None), 50)
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_nothing_is_sent_while_the_provider_wants_to_be_left_alone() -> None:
    world = dropped(World())
    ask_for_trouble(world, ProviderThrottled("429", retry_after_seconds=1_800), 1, "submit")
    world.clock.advance(66)
    world.drain()
    for _ in range(29):
        pass_time(world, hours=1 / 60, step_seconds=10)
    assert sum(world.provider.calls.values()) == 1
    world.run()
    assert_all_is_well(world)


# --- outages and keys


@pytest.mark.long
def test_a_day_without_the_provider_uses_up_no_attempt_and_hardly_any_calls() -> None:
    world = dropped(World())
    ask_for_trouble(world, DOWN, 10_000)
    pass_time(world, hours=24)
    assert set(world.states().values()) == {"planned"}
    assert sum(world.provider.calls.values()) < 24 * 8
    be_well(world)
    world.run(hours=1)
    assert {row.attempt for row in world.rows().values()} == {1}
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("call", ["submit", "status", "files", "result"])
def test_recordings_wait_while_the_key_is_wrong_and_finish_when_it_is_mended(call: str) -> None:
    world = dropped(World())
    ask_for_trouble(world, NO_KEY, 10_000, call)
    pass_time(world, hours=12)
    assert set(world.states().values()) == {"planned"}
    assert not world.poison and not world.outputs.files
    be_well(world)
    world.run(hours=1)
    assert {row.attempt for row in world.rows().values()} == {1}
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("call", ["status", "files", "result", "report", "delete"])
def test_the_messages_of_a_long_outage_do_not_multiply(call: str) -> None:
    world = World(policy=Policy(slice_size=2))
    dropped(world, *(f"{i}.wav" for i in range(6)))
    world.provider.bad_sources[world.audio.url("audio", "1.wav")] = BAD
    ask_for_trouble(world, DOWN, 100_000, call)
    pass_time(world, hours=0.5)
    after_a_while = len(world.queue.waiting)
    pass_time(world, hours=12)
    assert 1 <= len(world.queue.waiting) <= max(after_a_while, 4)
    be_well(world)
    world.run(hours=1)
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


@pytest.mark.parametrize("call", ["status", "files", "result", "report", "delete"])
def test_one_hiccup_of_the_provider_costs_half_a_minute(call: str) -> None:
    world = dropped(World())
    world.provider.bad_sources[world.audio.url("audio", "b.wav")] = BAD
    world.clock.advance(66)
    world.drain()
    ask_for_trouble(world, DOWN, 1, call)
    world.complete_all()
    world.drain()
    assert not world.outputs.reports
    world.clock.advance(30)
    world.drain()
    assert world.outputs.reports
    assert_all_is_well(world)


@pytest.mark.long
def test_a_wrong_key_is_tried_ever_more_seldom() -> None:
    world = dropped(World())
    asked_at: list[datetime] = []

    def refuse(request: JobRequest) -> str:
        asked_at.append(world.clock.now())
        raise NO_KEY

    world.provider.submit = refuse  # type: ignore[method-assign]
    pass_time(world, hours=6, step_seconds=10)
    pauses = [(b - a).total_seconds() for a, b in pairwise(asked_at)]
    assert len(pauses) < 6 * 8
    assert min(pauses[6:]) >= 600


def test_work_goes_to_the_endpoints_that_are_well_at_once() -> None:
    providers = tuple(map(FakeProvider, ("east", "north", "west")))
    world = World(files_per_job=1, providers=providers)
    for name in ("east", "north"):
        world.endpoints[name].errors["submit"] = deque([NO_KEY] * 10_000)
    dropped(world, *(f"{i}.wav" for i in range(9)))
    for _ in range(30):
        world.drain()
        world.complete_all()
        world.clock.advance(10)
    assert set(world.states().values()) == {"transcribed"}
    assert [len(provider.created) for provider in providers] == [0, 0, 9]
    assert world.endpoints["east"].calls["submit"] <= 4
    world.run()
    assert_all_is_well(world)


# --- provider's failures


def test_another_attempt_comes_after_a_pause_that_doubles_and_there_are_three() -> None:
    world = dropped(World(), "a.wav")
    fault = Failure(
        kind="provider", code="InternalError", reason="Broken.", advice="Wait.", retryable=True
    )
    world.provider.bad_sources[world.audio.url("audio", "a.wav")] = fault
    sent_at: list[datetime] = []
    submit = world.provider.submit

    def note(request: JobRequest) -> str:
        sent_at.append(world.clock.now())
        return submit(request)

    world.provider.submit = note  # type: ignore[method-assign]
    for _ in range(300):
        world.drain()
        world.complete_all()
        world.drain()
        world.clock.advance(1)
    assert [(b - a).total_seconds() for a, b in pairwise(sent_at)] == [10, 20]
    row = world.rows()["a.wav"]
    assert (row.state, row.attempt) == ("failed", 3)
    assert row.failure is not None and row.failure.code == "InternalError"
    world.run()
    assert_all_is_well(world)


def test_a_provider_that_recovers_within_three_attempts_costs_nobody_the_transcript() -> None:
    world = dropped(World())
    fault = Failure(kind="provider", code="x", reason="x", advice="x", retryable=True)
    sources = [world.audio.url("audio", name) for name in ("a.wav", "b.wav")]
    world.provider.bad_sources = dict.fromkeys(sources, fault)
    world.clock.advance(66)
    world.drain()
    world.complete_all()
    world.drain()
    world.provider.bad_sources.clear()
    world.run()
    assert {name: row.attempt for name, row in world.rows().items()} == {
        "a.wav": 2,
        "b.wav": 2,
        "c.wav": 1,
    }
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


# --- input


def test_what_is_wrong_with_the_audio_is_final_and_costs_nothing() -> None:
    world = World()
    world.drop("a.wav", b"")
    world.run()
    assert world.states() == {"a.wav": "failed"}
    assert not world.provider.created
    world.register("audio", "a.wav")
    world.run()
    assert world.rows()["a.wav"].attempt == 1
    assert_all_is_well(world)


def test_what_the_provider_finds_wrong_with_the_audio_is_final_too() -> None:
    world = dropped(World())
    wrong = Failure(kind="input", code="InvalidAudio", reason="No audio.", advice="Mend it.")
    world.provider.bad_sources[world.audio.url("audio", "b.wav")] = wrong
    world.run()
    row = world.rows()["b.wav"]
    assert (row.state, row.attempt) == ("failed", 1)
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


# --- a create call whose outcome nobody knows


@pytest.mark.long
@pytest.mark.parametrize("is_carried_out", [True, False])
@pytest.mark.parametrize("why_not", [DOWN, NO_KEY, SLOW_DOWN], ids=lambda e: type(e).__name__)
def test_a_job_that_cannot_be_looked_up_for_hours_is_never_sent_again_unseen(
    why_not: Exception, is_carried_out: bool
) -> None:
    """It stays in the state that says so, and in the books, until the provider answers."""
    world = dropped(World())
    world.provider.carries_out_unknown = is_carried_out
    world.provider.errors["submit"] = [UNANSWERED]
    world.provider.errors["find"] = deque([why_not] * 100_000)
    pass_time(world, hours=23, step_seconds=300, is_provider_done=False)
    assert states_of_jobs(world) == ["submitting"]
    assert world.provider.calls["submit"] == 1
    assert world.provider.calls["find"] > 50
    assert set(world.states().values()) == {"planned"}
    assert len(world.active.entries) == 1
    assert not world.outputs.reports
    be_well(world)
    world.run(hours=1)
    assert world.provider.calls["submit"] == (1 if is_carried_out else 2)
    assert len(world.provider.created) == 1
    assert {row.attempt for row in world.rows().values()} == {1}
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


@pytest.mark.long
def test_a_job_at_an_endpoint_that_is_configured_no_more_waits_for_it_to_come_back() -> None:
    world = dropped(World(providers=tuple(map(FakeProvider, ("east", "west")))))
    world.endpoints["east"].errors["submit"] = [UNANSWERED]
    world.clock.advance(66)
    world.drain()
    east = world.endpoints.pop("east")
    world.start()
    pass_time(world, hours=23)
    assert states_of_jobs(world) == ["submitting"]
    assert not world.provider.created
    world.endpoints["east"] = east
    world.start()
    world.run()
    assert (len(east.created), east.calls["submit"]) == (1, 1)
    assert_all_is_well(world)


def test_a_job_that_cannot_be_looked_up_does_not_hold_up_other_batches() -> None:
    world = dropped(World(), "a.wav")
    world.provider.errors["submit"] = [UNANSWERED]
    ask_for_trouble(world, SLOW_DOWN, 10_000, "find")
    pass_time(world, hours=0.2, is_provider_done=False)
    world.drop("b.wav")
    world.clock.advance(66)
    world.drain()
    [*_, latest] = world.provider.transcriptions
    world.provider.complete(latest)
    world.run_webhook(latest)
    assert world.states() == {"a.wav": "planned", "b.wav": "transcribed"}
    be_well(world)
    world.run()
    assert_all_is_well(world)


def test_calls_without_an_answer_time_after_time_make_one_transcription() -> None:
    world = dropped(World())
    world.provider.errors["submit"] = [UNANSWERED] * 6
    world.provider.carries_out_unknown = False
    world.run()
    assert world.provider.calls["submit"] == 7
    assert len(world.provider.created) == 1
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_a_webhook_tells_of_a_transcription_that_the_list_would_not_show() -> None:
    world = dropped(World())
    world.provider.errors["submit"] = [UNANSWERED]
    world.provider.errors["find"] = deque([DOWN] * 10_000)
    world.clock.advance(66)
    world.drain()
    assert states_of_jobs(world) == ["submitting"]
    world.complete_all()
    world.drain()
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1
    world.run()
    assert_all_is_well(world)
