"""The create call that costs money: sent once, at the right place, when there is room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.messages import Submit
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.policy import Policy
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World


def planned(world: World, *names: str) -> Job:
    """One job with these recordings, planned and not yet sent."""
    for name in names or ("a.wav",):
        world.drop(name)
    world.clock.advance(66)
    plan = world.queue.take()
    assert plan is not None
    world.step(plan)
    [job] = [job for job in world.store.job_rows.values() if job.state == "planned"]
    return job


def submits(world: World) -> list[datetime]:
    """When the submit messages that wait come due."""
    return [due_at for due_at, message in world.queue.waiting if isinstance(message, Submit)]


def busy(endpoint: str, job_id: str, audio_ms: int, world: World) -> ActiveJob:
    return ActiveJob(
        job_id=job_id,
        batch_id="elsewhere",
        endpoint=endpoint,
        audio_ms=audio_ms,
        since_at=world.clock.now(),
        transcription_id="t",
    )


@pytest.mark.parametrize(
    "error",
    [
        ProviderThrottled("slow down", retry_after_seconds=None),
        ProviderUnavailable("503"),
        ProviderUnauthorised("401"),
    ],
)
def test_a_call_that_was_not_carried_out_is_made_again_and_uses_up_no_attempt(
    error: ProviderError,
) -> None:
    world = World()
    planned(world, "a.wav", "b.wav")
    world.provider.errors["submit"] = [error]
    world.run()
    assert world.provider.calls["submit"] == 2
    assert {row.attempt for row in world.rows().values()} == {1}
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_twenty_refusals_for_haste_and_one_outage_are_outlasted_as_the_provider_asks() -> None:
    world = World()
    planned(world)
    world.provider.errors["submit"] = [
        *(ProviderThrottled("slow down", retry_after_seconds=37) for _ in range(20)),
        ProviderUnavailable("503"),
    ]
    for calls in range(1, 21):
        world.drain()
        assert world.provider.calls["submit"] == calls
        [due_at] = submits(world)
        assert due_at == world.clock.now() + timedelta(seconds=37)
        world.clock.advance_to(due_at - timedelta(seconds=1))
        world.drain()
        assert world.provider.calls["submit"] == calls
        world.clock.advance_to(due_at)
    world.run()
    assert world.provider.calls["submit"] == 22
    assert world.rows()["a.wav"].attempt == 1
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def test_an_endpoint_that_keeps_failing_is_asked_less_and_less_often() -> None:
    world = World()
    planned(world)
    world.provider.errors["submit"] = [ProviderUnavailable("503") for _ in range(9)]
    asked_at = []
    while len(asked_at) < 9:
        before = world.provider.calls["submit"]
        world.drain()
        if world.provider.calls["submit"] > before:
            asked_at.append(world.clock.now())
        [due_at] = submits(world)
        world.clock.advance_to(due_at)
    pauses = [(b - a).total_seconds() for a, b in pairwise(asked_at)]
    assert pauses[0] == 5
    assert all(later >= 0.6 * sooner for sooner, later in pairwise(pauses))
    assert 600 <= pauses[-1] <= 660


def test_a_request_that_is_refused_as_a_whole_fails_its_recordings_at_once() -> None:
    world = World()
    planned(world, "a.wav", "b.wav", "c.wav")
    world.provider.errors["submit"] = [ProviderRefused("no such locale", code="InvalidLocale")]
    world.run()
    assert world.provider.calls["submit"] == 1
    assert set(world.states().values()) == {"failed"}
    failure = world.rows()["a.wav"].failure
    assert failure is not None
    assert (failure.kind, failure.code) == ("configuration", "InvalidLocale")
    assert [job.state for job in world.store.job_rows.values()] == ["failed"]
    assert_all_is_well(world)


def test_a_request_that_is_refused_for_one_input_is_split_without_waiting_for_the_sweep() -> None:
    world = World()
    planned(world, "a.wav", "b.wav", "c.wav", "d.wav")
    world.provider.errors["submit"] = [ProviderRefused("that one", names_an_input=True)]
    world.drain()
    world.clock.advance(1)  # one message a second goes along a line
    world.drain()
    assert [len(request.content_urls) for request in world.provider.created] == [2, 2]
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_a_call_that_was_carried_out_without_an_answer_is_found_and_not_made_again() -> None:
    world = World()
    planned(world)
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    world.drain()
    assert [job.state for job in world.store.job_rows.values()] == ["submitting"]
    world.clock.advance(world.policy.resolve_after_seconds)
    world.poll()
    assert world.provider.calls["find"] == 0  # the call may still be under way
    world.clock.advance(1)
    world.poll()
    assert [job.state for job in world.store.job_rows.values()] == ["submitted"]
    world.run()
    assert (world.provider.calls["submit"], len(world.provider.created)) == (1, 1)
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def test_a_call_that_was_not_carried_out_and_had_no_answer_is_made_once_more() -> None:
    world = World()
    planned(world)
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    world.provider.carries_out_unknown = False
    world.run()
    assert (world.provider.calls["submit"], len(world.provider.created)) == (2, 1)
    assert world.provider.calls["find"] == 1
    assert world.rows()["a.wav"].attempt == 1
    assert_all_is_well(world)


def test_a_message_that_comes_twice_makes_one_call() -> None:
    world = World()
    job = planned(world)
    world.queue.send(Submit(batch_id=job.batch_id, job_id=job.id))
    world.run()
    assert world.provider.calls["submit"] == 1
    assert_all_is_well(world)


def test_two_instances_that_send_the_same_job_at_once_make_one_call() -> None:
    world = World()
    job = planned(world)
    twin, read = world.twin(), world.store.planned_jobs
    message = Submit(batch_id=job.batch_id, job_id=job.id)

    def read_and_be_overtaken(*line: Any) -> list[Job]:
        jobs = read(*line)
        world.store.planned_jobs = read  # type: ignore[method-assign]
        twin.step(message)
        return jobs

    world.store.planned_jobs = read_and_be_overtaken  # type: ignore[method-assign]
    world.step(message)
    assert world.provider.calls["submit"] == 1
    world.run()
    assert_all_is_well(world)


def test_a_call_that_is_late_after_its_intent_is_not_made() -> None:
    """Whoever resolves the intent may have looked already and found nothing. The intent is taken
    back instead, if nobody did."""
    world = World()
    job = planned(world)
    put_all = world.active.put_all

    def put_slowly(entries: Sequence[ActiveJob]) -> None:
        put_all(entries)
        world.clock.advance(world.policy.submit_within_seconds + 1)

    world.active.put_all = put_slowly  # type: ignore[method-assign]
    world.step(Submit(batch_id=job.batch_id, job_id=job.id))
    world.active.put_all = put_all  # type: ignore[method-assign]
    assert world.provider.calls["submit"] == 0
    world.run()
    assert (world.provider.calls["find"], len(world.provider.created)) == (0, 1)
    assert_all_is_well(world)


def test_an_intent_that_was_renewed_while_others_were_resolved_is_left_alone() -> None:
    """The index was read before the job was resolved elsewhere and sent anew: that call may be
    under way, and the provider's list cannot show it yet."""
    world = World()
    planned(world)
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    world.provider.carries_out_unknown = False
    world.drain()
    stale = world.active.all()
    world.clock.advance(world.policy.resolve_after_seconds + 1)
    world.poll()
    world.provider.errors["submit"] = [OutcomeUnknown("on its way")]
    world.provider.carries_out_unknown = True
    world.drain()
    world.active.all, listed = lambda: stale, world.active.all  # type: ignore[method-assign]
    looked = world.provider.calls["find"]
    world.poll()
    world.active.all = listed  # type: ignore[method-assign]
    assert world.provider.calls["find"] == looked
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_the_endpoint_with_the_least_audio_outstanding_is_chosen() -> None:
    world = World(providers=tuple(map(FakeProvider, ("east", "north", "west"))))
    world.active.put(busy("east", "x", 60_000, world))
    world.active.put(busy("north", "y", 1_000, world))
    world.active.put(busy("north", "z", 2_000, world))
    world.active.put(busy("west", "q", 60_001, world))
    planned(world)
    world.drain()
    assert [len(p.created) for p in world.endpoints.values()] == [0, 1, 0]


def test_an_endpoint_that_did_not_take_the_job_comes_last_the_next_time() -> None:
    world = World(providers=tuple(map(FakeProvider, ("east", "west"))))
    world.endpoints["east"].errors["submit"] = [ProviderUnavailable("503")]
    planned(world)
    world.run()
    assert [p.calls["submit"] for p in world.endpoints.values()] == [1, 1]
    assert [len(p.created) for p in world.endpoints.values()] == [0, 1]
    assert_all_is_well(world)


def test_no_endpoint_gets_more_jobs_than_it_may_have() -> None:
    policy = Policy(max_active_jobs=2)
    providers = tuple(map(FakeProvider, ("east", "west")))
    world = World(policy=policy, files_per_job=1, providers=providers)
    for i in range(9):
        world.drop(f"{i}.wav")
    most = 0
    for _ in range(200):
        world.drain()
        running = [p.transcriptions.values() for p in providers]
        most = max(most, *(sum(item.state == "running" for item in r) for r in running))
        world.complete_all()
        world.clock.advance(20)
    assert most == 2
    world.run()
    assert sum(len(p.created) for p in providers) == 9
    assert_all_is_well(world)


def test_jobs_that_wait_for_room_for_hours_wait_without_a_message() -> None:
    world = World(policy=Policy(max_active_jobs=1))
    world.active.put(busy("westeurope", "x", 1, world))
    planned(world)
    for _ in range(6 * 60):
        world.drain()
        world.sweep()
        world.clock.advance(30)
    assert not submits(world)
    assert world.provider.calls["submit"] == 0
    assert len(world.line.waiting) == 1


def test_links_are_never_older_than_the_call() -> None:
    world = World()
    planned(world)
    world.provider.errors["submit"] = [ProviderUnavailable("503")]
    made: list[datetime] = []
    readable_url = world.audio.readable_url

    def note(container: str, name: str | None) -> str:
        made.append(world.clock.now())
        return readable_url(container, name)

    world.audio.readable_url = note  # type: ignore[method-assign]
    world.run()
    assert len(made) == 2 and made[0] < made[1]
