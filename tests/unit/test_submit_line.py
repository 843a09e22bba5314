"""Small jobs wait in a line: one message sends them, many at a time, as there is room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.messages import Collect, Finish, Submit, Write
from shared.messages import go_along as along
from shared.model.policy import Policy
from shared.model.profile.capabilities import Ramp
from shared.providers.azure_speech.capabilities import LIMITS
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World


def line(recordings: int, **options: object) -> World:
    """That many jobs of one recording each, planned and not yet sent."""
    world = World(files_per_job=1, **options)  # type: ignore[arg-type]
    for i in range(recordings):
        world.drop(f"{i:03}.wav")
    world.clock.advance(66)
    plan = world.queue.take()
    assert plan is not None
    world.step(plan)
    return world


def submits(world: World) -> list[Submit]:
    return [message for _, message in world.queue.waiting if isinstance(message, Submit)]


def states(world: World) -> list[str]:
    return [job.state for _, job in sorted(world.store.job_rows.items())]


def go_along(world: World, steps: int) -> None:
    for _ in range(steps):
        message = world.queue.take()
        assert isinstance(message, Submit)
        world.step(message)
        world.clock.advance(1)


def test_a_hundred_jobs_wait_with_one_message_and_were_stored_in_three_transactions() -> None:
    world = line(100)
    assert states(world) == ["planned"] * 100
    assert submits(world) == [along("azure-speech")]
    assert len(world.line.waiting) == 100
    assert len({job.changed_at for job in world.store.job_rows.values()}) == 1
    assert len({row.job_id for row in world.rows().values()}) == 100


def test_a_step_sends_as_many_as_it_takes_at_once_and_hands_on_the_rest() -> None:
    world = line(60, policy=Policy(max_active_jobs=100))
    go_along(world, 1)
    assert len(world.provider.created) == 25
    assert states(world) == ["submitted"] * 25 + ["planned"] * 35
    assert len(submits(world)) == 1
    go_along(world, 2)
    assert states(world) == ["submitted"] * 60
    assert not submits(world)
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_what_a_step_costs_is_shared_by_all_that_it_sends() -> None:
    world = line(25)
    calls: list[str] = []
    is_inside = False

    def counted(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal is_inside
            if is_inside:  # a stand-in that calls itself
                return method(*args, **kwargs)
            calls.append(name)
            is_inside = True
            try:
                return method(*args, **kwargs)
            finally:
                is_inside = False

        return call

    for port in (world.store, world.active, world.book, world.queue):
        for name in dir(port):
            if not name.startswith("_") and callable(getattr(port, name)):
                setattr(port, name, counted(name, getattr(port, name)))
    go_along(world, 1)
    assert len(world.provider.created) == 25
    assert len(calls) <= 15, calls


def test_no_more_are_sent_than_there_is_room_for_and_the_others_wait_together() -> None:
    world = line(12, policy=Policy(max_active_jobs=5))
    go_along(world, 1)
    assert states(world) == ["submitted"] * 5 + ["planned"] * 7
    assert not submits(world)
    assert len(world.line.waiting) == 7
    world.run()
    assert max(world.provider.calls["submit"], len(world.provider.created)) == 12
    assert_all_is_well(world)


def test_the_ramp_of_an_endpoint_is_kept_without_intents_for_nothing() -> None:
    ramp = Ramp(first=4, growth=1.5, seconds=15, most=100)
    limits = msgspec.structs.replace(LIMITS, files_per_job=1, ramp=ramp)
    world = line(20, capabilities={"azure-speech": limits})
    go_along(world, 1)
    assert states(world) == ["submitted"] * 4 + ["planned"] * 16
    assert len(world.active.entries) == 4
    world.run()
    assert len(world.provider.created) == 20
    assert {job.tries for job in world.store.job_rows.values()} == {0}
    assert_all_is_well(world)


def test_two_endpoints_share_a_step() -> None:
    world = line(10, providers=(FakeProvider("east"), FakeProvider("west")))
    go_along(world, 1)
    assert [len(p.created) for p in world.endpoints.values()] == [5, 5]


def test_what_came_of_one_call_does_not_touch_the_others() -> None:
    world = line(6)
    world.provider.errors["submit"] = [
        ProviderUnavailable("503"),
        OutcomeUnknown("time-out"),
        ProviderRefused("no such locale", code="InvalidLocale"),
    ]
    go_along(world, 1)
    assert states(world)[:3] == ["planned", "submitting", "failed"]
    assert states(world)[3:] == ["submitted"] * 3
    world.run()
    assert sorted(world.states().values()) == ["failed"] + ["transcribed"] * 5
    assert_all_is_well(world)


@pytest.mark.parametrize(
    "error", [ProviderUnauthorised("401"), ProviderThrottled("slow down", retry_after_seconds=40)]
)
def test_an_endpoint_that_refuses_all_is_not_called_for_each(error: Exception) -> None:
    world = line(20)
    world.provider.errors["submit"] = [error] * 2
    go_along(world, 1)
    assert world.provider.calls["submit"] == 1
    assert states(world) == ["planned"] * 20
    assert not world.active.entries
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_two_messages_of_one_line_send_every_job_once() -> None:
    world = line(40)
    [message] = submits(world)
    world.queue.send(message)
    twin = world.twin()
    for instance in (world, twin) * 40:
        taken = world.queue.take()
        if taken is not None:
            instance.step(taken)
        world.clock.advance(1)
    marks = [request.mark for request in world.provider.created]
    assert len(marks) == len(set(marks)) == 40


def test_a_line_whose_message_was_lost_goes_on_with_the_poll() -> None:
    world = line(30)
    world.queue.waiting.clear()
    world.poll()
    assert submits(world) == [along("azure-speech")]
    world.run()
    assert_all_is_well(world)


def test_jobs_that_lost_their_places_get_them_back_from_the_sweep() -> None:
    world = line(3)
    world.queue.waiting.clear()
    world.line.waiting.clear()
    world.clock.advance(300)
    world.sweep()
    assert not submits(world), "whoever planned them may be about to"
    world.clock.advance(600)
    world.sweep()
    assert len(submits(world)) == 3
    world.run()
    assert_all_is_well(world)


def test_a_line_that_waits_for_room_tells_the_sweep_that_somebody_is_at_it() -> None:
    world = line(4, policy=Policy(max_active_jobs=1))
    for _ in range(80):
        message = world.queue.take()
        if message is not None:
            world.step(message)
        world.sweep()
        assert len(submits(world)) <= 1
        world.clock.advance(30)


def test_a_job_of_one_recording_is_over_without_further_messages() -> None:
    world = line(2)
    go_along(world, 1)
    for key in list(world.provider.transcriptions):
        world.provider.complete(key)
    world.step(Collect(endpoint="westeurope", transcription_id="westeurope-0001"))
    assert states(world) == ["finished", "submitted"]
    assert not [m for _, m in world.queue.waiting if isinstance(m, Write | Finish)]
    world.step(Collect(endpoint="westeurope", transcription_id="westeurope-0002"))
    assert states(world) == ["finished", "finished"]
    assert world.outputs.reports
    assert_all_is_well(world)


def test_a_result_that_cannot_be_had_at_once_is_left_to_the_queue() -> None:
    world = line(1)
    go_along(world, 1)
    world.provider.complete("westeurope-0001")
    source = world.audio.url("audio", "000.wav")
    world.provider.result_errors[source] = [ProviderUnavailable("503")]
    world.step(Collect(endpoint="westeurope", transcription_id="westeurope-0001"))
    [left] = [m for _, m in world.queue.waiting if isinstance(m, Write)]
    assert len(left.items) == 1
    world.run()
    assert world.states() == {"000.wav": "transcribed"}
    assert world.clock.now() - world.rows()["000.wav"].registered_at < timedelta(hours=1)
    assert_all_is_well(world)
