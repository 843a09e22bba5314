"""What happens to one job of a line, or at one endpoint, does not happen to the others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.errors import (
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreUnavailable,
)
from shared.messages import Submit
from shared.model.policy import Policy
from shared.providers.azure_speech.capabilities import LIMITS
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World
from tests.unit.test_submit_line import go_along, line, states


def test_an_intent_that_grew_old_while_storage_was_slow_is_not_sent_behind_anybodys_back() -> None:
    """Its patience begins before it is stored: that may take long, and others look meanwhile."""
    world = line(3)
    twin, put_all = world.twin(), world.active.put_all

    def slow(entries: Any) -> None:
        put_all(entries)
        world.active.put_all = put_all  # type: ignore[method-assign]
        world.clock.advance(200)
        twin.poll()
        twin.drain()

    world.active.put_all = slow  # type: ignore[method-assign]
    go_along(world, 1)
    marks = [request.mark for request in world.provider.created]
    assert len(marks) == len(set(marks)) == 3
    world.run()
    assert_all_is_well(world)


def test_what_was_too_late_is_sent_later_also_where_nobody_can_look() -> None:
    """It was certainly not sent: no reason to fail as what may have been."""
    limits = msgspec.structs.replace(LIMITS, files_per_job=1, find_is_proof=False)
    world = line(10, capabilities={"azure-speech": limits})
    submit = world.provider.submit

    def slow(request: Any) -> str:
        world.clock.advance(6)
        return submit(request)

    world.provider.submit = slow  # type: ignore[method-assign]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert {job.tries for job in world.store.job_rows.values()} == {0}
    assert_all_is_well(world)


def test_an_endpoint_that_wants_an_hour_does_not_keep_the_line_from_another() -> None:
    east, west = FakeProvider("east"), FakeProvider("west")
    world = line(60, providers=(east, west), policy=Policy(max_active_jobs=100))
    east.errors["submit"] = [ProviderThrottled("slow down", retry_after_seconds=3_600)]
    for _ in range(60):
        world.drain()
        world.clock.advance(1)
    assert len(west.created) == 60


@pytest.mark.parametrize("error", [StoreUnavailable("503"), RuntimeError("ours")])
def test_a_refused_job_that_cannot_be_ended_now_leaves_the_others_alone(error: Exception) -> None:
    limits = msgspec.structs.replace(LIMITS, files_per_job=1, find_is_proof=False)
    world = line(4, capabilities={"azure-speech": limits})
    refusal = ProviderRefused("no such locale", code="InvalidLocale")
    world.provider.errors["submit"] = [refusal, ProviderUnavailable("503"), refusal]
    put = world.outputs.put

    def failing(*args: Any, **kwargs: Any) -> str:
        world.outputs.put = put  # type: ignore[method-assign]
        raise error

    world.outputs.put = failing  # type: ignore[method-assign]
    go_along(world, 1)
    assert states(world) == ["planned", "planned", "failed", "submitted"]
    world.provider.errors["submit"] = [refusal]
    world.run()
    found = {row.failure.code for row in world.rows().values() if row.failure}
    assert found == {"InvalidLocale"}
    assert list(world.states().values()).count("transcribed") == 2
    assert_all_is_well(world)


def test_a_fault_of_ours_with_one_job_of_a_line_fails_that_one_alone() -> None:
    world = line(40)
    readable_url = world.audio.readable_url

    def faulty(container: str, name: str | None) -> str:
        if name == "003.wav":
            raise RuntimeError("ours")
        return readable_url(container, name)

    world.audio.readable_url = faulty  # type: ignore[method-assign]
    run_with_poison(world, hours=4)
    failed = {name: row.failure for name, row in world.rows().items() if row.state == "failed"}
    assert list(failed) == ["003.wav"]
    assert failed["003.wav"] is not None and failed["003.wav"].code == "internal_error"
    assert_all_is_well(world)


def run_with_poison(world: World, hours: int) -> None:
    for _ in range(hours * 60):
        for step in (world.drain, world.drain_poison, world.complete_all, world.drain):
            step()
        world.poll()
        world.sweep()
        world.drain()
        world.clock.advance(60)


@pytest.mark.parametrize("when", ["look", "list"])
def test_two_instances_that_find_the_same_room_do_not_both_fill_it(when: str) -> None:
    """Each goes along another line; one of them comes between what the other does."""
    world = World(files_per_job=1, policy=Policy(max_active_jobs=10))
    for window in range(2):
        for i in range(20):
            world.drop(f"{window}-{i:02}.wav")
        world.clock.advance(120)
    twin = world.twin()
    for instance, plan in ((world, world.queue.take()), (twin, world.queue.take())):
        assert plan is not None
        instance.step(plan)
    first, second = world.queue.take(), world.queue.take()
    assert isinstance(first, Submit) and isinstance(second, Submit)
    method = {"look": "all", "list": "put_all"}[when]
    original = getattr(world.active, method)

    def meanwhile(*args: Any) -> Any:
        setattr(world.active, method, original)
        answer = original(*args)
        twin.step(second)
        return answer

    setattr(world.active, method, meanwhile)
    world.step(first)
    assert len(world.active.entries) <= 10
    assert len(world.provider.created) <= 10
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("when", ["all", "put_all"])
def test_two_instances_that_find_the_same_room_for_a_large_job_do_not_both_fill_it(
    when: str,
) -> None:
    world = World(policy=Policy(max_active_jobs=1))
    for locale in ("en-US", "de-DE"):  # of two kinds, which share no job
        world.drop(f"{locale}-a.wav", metadata={"dropscribe_locale": locale})
        world.drop(f"{locale}-b.wav", metadata={"dropscribe_locale": locale})
        world.clock.advance(120)
    twin = world.twin()
    for instance, plan in ((world, world.queue.take()), (twin, world.queue.take())):
        assert plan is not None
        instance.step(plan)
    first, second = world.queue.take(), world.queue.take()
    assert isinstance(first, Submit) and isinstance(second, Submit)
    assert first.last is None and second.last is None
    original = getattr(world.active, when)

    def meanwhile(*args: Any) -> Any:
        setattr(world.active, when, original)
        answer = original(*args)
        twin.step(second)
        return answer

    setattr(world.active, when, meanwhile)
    world.step(first)
    assert len(world.active.entries) <= 1
    assert len(world.provider.created) <= 1
    world.run()
    assert len(world.provider.created) == 2
    assert_all_is_well(world)


def test_a_long_outage_costs_little_however_many_wait() -> None:
    world = line(60)
    world.provider.errors["submit"] = [ProviderUnauthorised("401")] * 10_000
    queries, recordings = 0, world.store.recordings

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal queries
        queries += 1
        return recordings(*args, **kwargs)

    world.store.recordings = counted  # type: ignore[method-assign]
    for _ in range(2 * 360):
        world.drain()
        world.clock.advance(10)
    assert queries < 3_000  # two hours; every ten seconds a look at each of 25 took 15,790
    world.provider.errors["submit"].clear()
    world.run()
    assert_all_is_well(world)
