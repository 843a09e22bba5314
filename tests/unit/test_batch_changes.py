"""Batches that are cancelled, tried again and deleted, at any moment and through any crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.errors import BatchBusy, BatchMissing, OutcomeUnknown, StoreConflict
from shared.messages import Change
from shared.model.batch.batch import Batch
from shared.model.policy import Policy
from shared.ports.state import BatchFilter
from tests.fakes.crashes import Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_batches import ask, counts, drop_manifest, report, request, upload


def codes(world: World) -> dict[str, str]:
    return {row.name: row.failure.code for row in world.store.rows.values() if row.failure}


def a_batch(world: World, count: int = 4) -> Batch:
    names = [f"{i}.wav" for i in range(count)]
    upload(world, *names)
    return ask(world, *[{"blob": name} for name in names])


# --- cancel


def test_a_batch_that_is_cancelled_at_once_costs_nothing() -> None:
    world = World()
    batch = a_batch(world)
    assert world.app.cancel(batch.id).cancelled_at is not None
    assert world.app.batch_status(batch.id).status == "registering"
    world.run()
    assert counts(world, batch) == (4, 0, 4)
    assert set(codes(world).values()) == {"cancelled"}
    assert not world.provider.created
    assert_all_is_well(world)


def test_what_waits_and_what_runs_is_given_up_and_what_is_there_stays() -> None:
    world = World(files_per_job=2)
    batch = a_batch(world, 6)
    world.drain()
    first = next(iter(world.provider.transcriptions))
    world.provider.complete(first)
    world.run_webhook(first)
    world.app.cancel(batch.id)
    world.drain()
    assert counts(world, batch) == (6, 2, 4)
    assert not world.provider.transcriptions  # deleted while they ran
    assert not world.active.entries
    assert world.app.batch_status(batch.id).status == "cancelled"
    assert report(world, batch)["counts"]["failed"] == 4
    assert_all_is_well(world)


def test_results_that_are_there_are_paid_and_so_they_are_written() -> None:
    world = World()
    batch = a_batch(world)
    world.drain()
    [key] = world.provider.transcriptions
    world.provider.complete(key)
    world.run_webhook(key)
    world.app.cancel(batch.id)
    world.run()
    assert counts(world, batch) == (4, 4, 0)
    assert world.app.cancel(batch.id).finished_at is not None  # over, so nothing happens
    assert not world.queue.waiting


def test_a_create_call_whose_outcome_is_not_known_is_waited_for() -> None:
    world = World()
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    batch = a_batch(world)
    world.drain()
    world.app.cancel(batch.id)
    world.drain()
    assert counts(world, batch) == (4, 0, 0)
    world.run()
    assert counts(world, batch) in ((4, 0, 4), (4, 4, 0))
    assert_all_is_well(world)


def test_what_fails_for_now_in_a_cancelled_batch_is_not_tried_again() -> None:
    world = World()
    batch = a_batch(world, 2)
    world.provider.dropped_results.add(world.audio.url("uploads", "0.wav"))
    world.drain()
    [key] = world.provider.transcriptions
    world.provider.complete(key)
    world.queue.waiting.clear()
    world.run_webhook(key)  # 1.wav is written, 0.wav waits for its second attempt
    world.app.cancel(batch.id)
    world.run()
    assert counts(world, batch)[0] == 2
    assert_all_is_well(world)


def test_dropped_batches_can_be_cancelled_too() -> None:
    world = World()
    world.drop("a.wav")
    [batch] = world.store.headers.values()
    world.app.cancel(batch.id)
    world.app.cancel(batch.id)
    world.run()
    assert codes(world) == {"a.wav": "cancelled"}
    assert_all_is_well(world)


def test_a_cancelled_batch_goes_on_when_it_is_tried_again() -> None:
    world = World()
    batch = a_batch(world)
    world.app.cancel(batch.id)
    world.run()
    world.clock.advance(1)
    world.app.retry(batch.id)
    world.run()
    assert counts(world, batch) == (4, 4, 0)
    assert world.app.batch_status(batch.id).cancelled_at is None
    assert_all_is_well(world)


# --- retry


def test_failed_recordings_alone_are_tried_again() -> None:
    world = World()
    upload(world, "good.wav", "bad.wav")
    batch = ask(world, {"blob": "good.wav"}, {"blob": "bad.wav"}, {"blob": "late.wav"})
    bad = world.audio.url("uploads", "bad.wav")
    world.provider.bad_sources[bad] = BAD
    world.run()
    assert counts(world, batch) == (3, 1, 2)
    del world.provider.bad_sources[bad]
    upload(world, "late.wav")
    world.clock.advance(1)
    assert world.app.retry(batch.id).finished_at is None
    assert world.app.batch_status(batch.id).status == "running"
    world.run()
    assert counts(world, batch) == (3, 3, 0)
    assert report(world, batch)["counts"] == {
        "accepted": 3,
        "transcribed": 3,
        "failed": 0,
        "unchanged": 0,
        "needs_review": 0,
    }
    assert world.provider.transcribed[world.audio.url("uploads", "good.wav")] == 1
    assert all(row.attempt == 1 for row in world.store.rows.values())
    assert_all_is_well(world)  # no error report is left


def test_what_fails_again_gets_another_error_report() -> None:
    world = World()
    batch = ask(world, {"blob": "late.wav"}, {"prefix": "nothing/"}, {"container": "audio"})
    world.run()
    world.clock.advance(60)
    world.app.retry(batch.id)
    world.run()
    assert counts(world, batch) == (3, 0, 3)
    assert_all_is_well(world)


def test_dropped_audio_that_was_refused_is_looked_at_again() -> None:
    world = World()
    world.drop("empty.wav", b"")
    world.audio.drop("odd.wav", a_second_of_silence(), world.clock.now(), metadata={
        "dropscribe_profile": "calls"
    })  # fmt: skip
    world.register("audio", "odd.wav")
    world.run()
    [batch] = world.store.headers.values()
    assert set(codes(world)) == {"empty.wav", "odd.wav"}
    world.clock.advance(1)
    world.app.retry(batch.id)
    world.run()
    assert world.states() == {"empty.wav": "failed", "odd.wav": "transcribed"}
    assert_all_is_well(world)


def test_hundreds_of_failed_recordings_are_tried_again_in_steps() -> None:
    world = World()
    batch = ask(world, *[{"blob": f"{i}.wav"} for i in range(250)])
    world.run()
    assert counts(world, batch) == (250, 0, 250)
    upload(world, *[f"{i}.wav" for i in range(250)])
    world.clock.advance(1)
    world.app.retry(batch.id)
    world.run()
    assert counts(world, batch) == (250, 250, 0)
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_manifest_that_was_refused_cannot_be_tried_again() -> None:
    world = World()
    batch = drop_manifest(world, b"{}")
    assert world.app.retry(batch.id).error_report is not None
    assert not world.queue.waiting


# --- delete


def test_a_batch_is_deleted_with_all_that_was_written_for_it() -> None:
    world = World()
    batch = a_batch(world, 3)
    with pytest.raises(BatchBusy):
        world.app.delete_batch(batch.id, True)
    world.provider.bad_sources[world.audio.url("uploads", "1.wav")] = BAD
    world.run()
    world.app.delete_batch(batch.id, True)
    assert world.app.batch_status(batch.id).status == "deleting"
    world.app.delete_batch(batch.id, True)
    world.run()
    assert not world.store.rows and not world.store.job_rows and not world.store.part_rows
    assert not world.outputs.files and not world.outputs.reports
    assert not world.requests.contents
    assert not world.app.batches(BatchFilter()).batches
    for read in (world.app.batch_status, world.app.items, world.app.cancel, world.app.retry):
        with pytest.raises(BatchMissing):
            read(batch.id)
    assert len(world.audio.blobs) == 3
    assert_all_is_well(world)


def test_outputs_stay_where_only_the_batch_is_deleted() -> None:
    world = World()
    batch = a_batch(world, 2)
    world.run()
    files = dict(world.outputs.files)
    world.app.delete_batch(batch.id, False)
    world.run()
    assert world.outputs.files == files and world.outputs.reports
    assert not world.store.rows


def test_a_manifest_whose_batch_was_deleted_does_not_start_again() -> None:
    world = World()
    upload(world, "a.wav")
    batch = drop_manifest(world, request({"blob": "a.wav"}))
    world.run()
    world.app.delete_batch(batch.id, True)
    world.run()
    world.app.manifest_dropped("manifests", "m.json")
    for _ in range(3):
        world.clock.advance(world.policy.relist_seconds)
        world.sweep()
        world.run()
    assert not world.store.rows and len(world.provider.created) == 1


def test_a_dropped_batch_that_was_deleted_takes_what_is_dropped_later() -> None:
    world = World()
    world.drop("a.wav")
    world.run()
    [batch] = world.store.headers.values()
    world.app.delete_batch(batch.id, True)
    world.run()
    assert not world.store.rows and not world.outputs.files and not world.store.listed
    world.audio.versions.clear()
    world.drop_at("late.wav", a_second_of_silence(), batch.created_at)
    world.run()
    assert [row.batch_id for row in world.store.rows.values()] == [batch.id]
    assert world.states() == {"late.wav": "transcribed"}
    assert_all_is_well(world)


def test_a_refused_manifest_is_deleted_with_its_report() -> None:
    world = World()
    batch = drop_manifest(world, b"{}")
    world.app.delete_batch(batch.id, True)
    world.run()
    assert not world.outputs.reports
    assert_all_is_well(world)


# --- crashes


def cancelled_early(world: World) -> None:
    world.app.cancel(_only(world))


def cancelled_late(world: World) -> None:
    world.drain()
    world.app.cancel(_only(world))


def tried_again(world: World) -> None:
    world.run()
    world.provider.bad_sources.clear()
    upload(world, "missing.wav")
    world.clock.advance(1)
    world.app.retry(_only(world))


def deleted(world: World) -> None:
    world.run()
    world.app.delete_batch(_only(world), True)


def _only(world: World) -> str:
    [batch_id] = world.store.headers
    return batch_id


def prepared() -> World:
    world = World(policy=Policy(slice_size=2), files_per_job=3)
    upload(world, *[f"{i}.wav" for i in range(4)])
    world.provider.bad_sources[world.audio.url("uploads", "1.wav")] = BAD
    ask(world, *[{"blob": f"{i}.wav"} for i in range(4)], {"blob": "missing.wav"})
    return world


def insist(world: World, scenario: Callable[[World], None]) -> None:
    """Whoever asks gets an error or an answer; after an error the same is asked for again, which
    after the change was noted changes nothing."""
    try:
        scenario(world)
    except Crash:
        world.start()
        try:
            scenario(world)
        except (BatchMissing, StoreConflict):
            return


def live(world: World, *, is_kind: bool) -> None:
    """A process that dies is followed by another; a kind platform brings its message back."""
    end = world.clock.now() + timedelta(hours=24)
    while world.clock.now() < end:
        for step in ("drain", "complete_all", "drain", "poll", "sweep"):
            before = list(world.queue.waiting)
            try:
                getattr(world, step)()
            except Crash:
                world.start()
                if is_kind:
                    world.queue.waiting += [m for m in before if m not in world.queue.waiting]
        if not (world.store.notes or world.queue.waiting or world.active.entries):
            return
        world.clock.advance(60)
    raise AssertionError(f"still open: {world.store.notes} {world.queue.waiting}")


whichever_change = pytest.mark.parametrize(
    "scenario", [cancelled_early, cancelled_late, tried_again, deleted]
)
redelivered_or_lost = pytest.mark.parametrize("is_kind", [True, False], ids=["redelivered", "lost"])


@pytest.mark.slow
@redelivered_or_lost
@whichever_change
def test_a_process_may_die_at_any_moment_of_a_change(
    scenario: Callable[[World], None], is_kind: bool
) -> None:
    assert die_during(scenario, is_kind, 1) > 25


@pytest.mark.long
@redelivered_or_lost
@whichever_change
def test_a_process_may_die_at_some_moments_of_a_change(
    scenario: Callable[[World], None], is_kind: bool
) -> None:
    """A slice of the whole, for `make test`."""
    assert die_during(scenario, is_kind, 5) > 5


def die_during(scenario: Callable[[World], None], is_kind: bool, every: int) -> int:
    """At how many moments it was tried: the last outside call, and every so manieth before it."""
    world = prepared()
    trap = Trap(world, None)
    scenario(world)
    live(world, is_kind=is_kind)
    assert_all_is_well(world)
    expected = world.states() if scenario is not cancelled_late else None
    points = range(trap.calls, 0, -every)
    for point in points:
        world = prepared()
        Trap(world, point)
        try:
            insist(world, scenario)
            live(world, is_kind=is_kind)
            assert_all_is_well(world)
            assert expected is None or world.states() == expected
        except AssertionError as error:
            raise AssertionError(f"after outside call {point} of {trap.calls}") from error
    return len(points)


@pytest.mark.parametrize("at", range(0, 30, 3))
def test_two_instances_may_carry_out_a_change_at_the_same_moment(at: int) -> None:
    world = prepared()
    tried_again(world)
    twin, calls = world.twin(), 0
    save = world.store.save

    def overtaken(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            twin.step(Change(batch_id=_only(world)))
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = overtaken  # type: ignore[method-assign,assignment]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_what_was_asked_of_a_batch_is_told_in_its_report() -> None:
    world = World()
    batch = a_batch(world, 1)
    world.app.cancel(batch.id)
    world.run()
    [item] = report(world, batch)["recordings"]
    assert item["failure"]["code"] == "cancelled"
    assert json.loads(world.outputs.files[item["error_report"]].content)["failure"]["advice"]
