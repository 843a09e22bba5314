"""Jobs of one kind that stand in line leave it together, whatever batches they are of: a carrier.
Each batch reports for itself, and what becomes of one does not touch the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from shared.errors import OutcomeUnknown, ProviderNotReady, ProviderThrottled, ProviderUnauthorised
from shared.messages import Change, Collect, Finish, Message, Submit
from shared.model.job.carrier import PREFIX, parts_of, unsettled
from shared.model.job.job import OVER, Job
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.ports.provider import JobRequest
from tests.fakes.crashes import Crash, Trap, live
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_compared import LONGER, exchange, is_well

WINDOWS = 4


def waiting(
    windows: int = WINDOWS, each: int = 1, *, files_per_job: int = 1_000, **policy: int
) -> World:
    """Batches of so many recordings each, whose jobs stand in line: nobody went along it yet."""
    world = World(policy=Policy(slice_size=20, **policy), files_per_job=files_per_job)
    for window in range(windows):
        for i in range(each):
            world.drop(f"{window}-{i}.wav")
        world.clock.advance(60)
    world.clock.advance(66)
    kept = []
    while (message := world.queue.take()) is not None:
        if isinstance(message, Submit):
            kept.append(message)
        else:
            world.step(message)
    for message in kept:
        world.queue.send(message)
    return world


def carriers(world: World) -> list[Job]:
    return [job for (batch, _), job in world.store.job_rows.items() if batch.startswith(PREFIX)]


def parts(world: World) -> list[Job]:
    return [job for (batch, _), job in world.store.job_rows.items() if not batch.startswith(PREFIX)]


def sent(world: World) -> Job:
    """The carrier, once it is at the provider."""
    message = world.queue.take()
    assert isinstance(message, Submit)
    world.step(message)
    [carrier] = carriers(world)
    return carrier


def test_what_waits_of_one_kind_leaves_in_one_call_and_each_batch_reports_for_itself() -> None:
    world = waiting(each=3)
    carrier = sent(world)
    [request] = world.provider.created
    assert (request.mark, len(request.content_urls)) == (carrier.id, 12)
    assert {part.state for part in parts(world)} == {"carried"}
    assert [part.offset for part in parts_of(carrier)] == [0, 3, 6, 9]
    assert not world.line.waiting
    world.run()
    assert len(world.provider.created) == 1
    assert set(world.states().values()) == {"transcribed"}
    assert len([path for path in world.outputs.reports if path.endswith(".json")]) == WINDOWS
    assert not unsettled(carriers(world)[0])
    assert_all_is_well(world)


def test_each_recording_gets_its_own_result() -> None:
    world = waiting(each=3)
    world.run()
    for row in world.rows().values():
        stored = world.outputs.files[f"transcripts/audio/{row.name}.json"]
        assert f"This is {row.name}.".encode() in stored.content


def test_a_profile_can_keep_its_batches_apart() -> None:
    world = World(profiles=(Profile(shares_jobs=False),))
    for window in range(3):
        world.drop(f"{window}.wav")
        world.clock.advance(60)
    world.clock.advance(66)
    world.run()
    assert [len(request.content_urls) for request in world.provider.created] == [1, 1, 1]
    assert_all_is_well(world)


def test_jobs_of_two_kinds_do_not_share_a_call() -> None:
    world = World()
    for locale in ("en-US", "de-DE", "en-US", "de-DE"):
        world.drop(f"{len(world.rows())}.wav", metadata={"dropscribe_locale": locale})
        world.clock.advance(60)
    world.clock.advance(66)
    world.run()
    assert sorted(len(request.content_urls) for request in world.provider.created) == [2, 2]
    assert {request.options.locale for request in world.provider.created} == {"en-US", "de-DE"}


def test_a_call_takes_no_more_than_the_provider_does_and_first_come_are_first_served() -> None:
    world = waiting(windows=5, each=2, files_per_job=5)
    world.run()
    names = [
        [url.split("?")[0].rsplit("/", 1)[1] for url in request.content_urls]
        for request in world.provider.created
    ]
    assert [sorted(call) for call in names] == [
        ["0-0.wav", "0-1.wav", "1-0.wav", "1-1.wav"],
        ["2-0.wav", "2-1.wav", "3-0.wav", "3-1.wav"],
        ["4-0.wav", "4-1.wav"],
    ]
    assert_all_is_well(world)


def test_what_waits_waits_without_executions_and_leaves_when_there_is_room() -> None:
    world = waiting(windows=1, max_active_jobs=1)
    sent_first = world.queue.take()
    assert sent_first is not None
    world.step(sent_first)
    for window in range(1, 30):
        world.drop(f"{window}.wav")
        world.clock.advance(130)
        world.drain()
    assert len(world.provider.created) == 1 and len(world.line.waiting) == 29
    world.provider.complete("westeurope-0001")
    world.run_webhook("westeurope-0001")
    assert [len(request.content_urls) for request in world.provider.created] == [1, 29]
    world.run()
    assert_all_is_well(world)


def test_a_bad_recording_fails_alone_and_in_its_own_batch() -> None:
    world = waiting()
    world.provider.bad_sources[world.audio.url("audio", "2-0.wav")] = BAD
    world.run()
    failed = [name for name, state in world.states().items() if state == "failed"]
    assert failed == ["2-0.wav"]
    assert_all_is_well(world)


def test_a_carrier_that_fails_as_a_whole_is_split_over_its_batches_until_the_culprit_is_alone() -> (
    None
):
    world = waiting(windows=6)
    world.provider.bad_sources[world.audio.url("audio", "4-0.wav")] = BAD
    world.provider.fails_with_bad_source = True
    world.run()
    failed = [name for name, state in world.states().items() if state == "failed"]
    assert failed == ["4-0.wav"]
    assert len(world.provider.created) <= 8, "halves of several batches travel together"
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_an_unanswered_call_is_resolved_by_the_mark_of_the_carrier() -> None:
    world = waiting()
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    sent(world)
    assert carriers(world)[0].state == "submitting"
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_call_that_was_not_carried_out_puts_the_parts_back_where_they_stood() -> None:
    world = waiting()
    places = list(world.line.waiting)
    world.provider.errors["submit"] = [ProviderThrottled("slow down", retry_after_seconds=20)]
    carrier = sent(world)
    assert carrier.state == "failed"
    assert {part.state for part in parts(world)} == {"planned"}
    assert sorted(world.line.waiting) == sorted(places)
    assert not world.active.entries
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_one_batch_is_cancelled_the_others_do_not_notice_and_the_copy_goes_with_the_last() -> None:
    world = waiting(each=2)
    sent(world)
    cancelled = world.rows()["1-0.wav"].batch_id
    world.app.cancel(cancelled)
    world.drain()
    assert {row.state for row in world.rows().values() if row.batch_id == cancelled} == {"failed"}
    assert f"reports/{cancelled}.json" in world.outputs.reports
    assert list(world.provider.transcriptions), "it is the others', too"
    world.run()
    states = world.states()
    assert [name for name, state in states.items() if state == "failed"] == ["1-0.wav", "1-1.wav"]
    assert not world.provider.transcriptions
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_the_copy_goes_at_once_when_all_its_batches_are_cancelled() -> None:
    world = waiting()
    sent(world)
    for batch_id in list(world.store.notes):
        world.app.cancel(batch_id)
    world.drain()
    assert not world.provider.transcriptions
    assert set(world.states().values()) == {"failed"}
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("port", ["save_jobs", "put_all"])
def test_nothing_is_sent_of_a_batch_whose_cancel_was_answered_before_the_call(port: str) -> None:
    """At the moment of the claim, and at that of the entry in the index."""
    world = waiting()
    batch_id = world.rows()["2-0.wav"].batch_id
    place = world.store if port == "save_jobs" else world.active
    original: Callable[..., object] = getattr(place, port)

    def meanwhile(*args: object) -> object:
        setattr(place, port, original)
        answer = original(*args)
        world.app.cancel(batch_id)
        return answer

    setattr(place, port, meanwhile)
    message = world.queue.take()
    assert message is not None
    world.step(message)
    assert not any("2-0.wav" in url for r in world.provider.created for url in r.content_urls)
    world.run()
    assert not any("2-0.wav" in url for r in world.provider.created for url in r.content_urls)
    assert world.states()["2-0.wav"] == "failed"
    assert_all_is_well(world)


def test_a_cancel_waits_for_a_call_whose_outcome_nobody_knows() -> None:
    world = waiting()
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    sent(world)
    world.app.cancel(world.rows()["1-0.wav"].batch_id)
    world.drain()
    assert world.states()["1-0.wav"] == "planned"
    assert any(isinstance(message, Change) for _, message in world.queue.waiting)
    world.run()
    assert world.states()["1-0.wav"] == "transcribed", "the result was there, and paid"
    assert_all_is_well(world)


def test_a_part_that_takes_several_slices_is_over_with_the_last() -> None:
    world = waiting(windows=2, each=30)
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_claims_for_a_carrier_that_was_never_written_are_undone_and_it_never_will_be() -> None:
    world = waiting()
    Trap.at(world, 1, store="save_jobs")
    message = world.queue.take()
    assert message is not None
    with pytest.raises(Crash):
        world.step(message)
    world.start()
    assert "carried" in {part.state for part in parts(world)}
    world.clock.advance(601)
    world.sweep()
    [dead] = carriers(world)
    assert dead.state == "failed"
    world.run()
    assert_all_is_well(world)


def test_an_empty_part_ends_though_its_carrier_was_claimed_for_and_never_written() -> None:
    """Its audio was exchanged, which an earlier carrier met, and the next one died with its
    claims. What is declared dead then knows of one part alone."""
    world = waiting()
    for window in range(1, WINDOWS):
        exchange(world, f"{window}-0.wav", LONGER)
    first = world.queue.take()
    assert first is not None
    world.step(first)
    assert Counter(world.states().values()) == {"planned": 1, "failed": WINDOWS - 1}
    Trap.at(world, WINDOWS, store="save_jobs")
    world.clock.advance(20)
    with pytest.raises(Crash):
        world.drain()
    world.start()
    assert Counter(part.state for part in parts(world))["carried"] == WINDOWS
    world.run()
    rows = Counter(row.state for row in world.store.rows.values())
    assert rows == {"transcribed": WINDOWS, "failed": WINDOWS - 1}  # the new versions, too
    is_well(world)


@pytest.mark.parametrize("lost", [min, max])
def test_a_part_of_which_one_recording_is_left_gets_the_result_of_that_one(
    lost: Callable[[Iterable[str]], str],
) -> None:
    """Its carrier says of which to which recording it reaches, and not which ones left it."""
    world = waiting(windows=2, each=2)
    ids = {row.id: row.name for row in world.store.rows.values()}
    for window in ("0", "1"):
        exchange(world, ids[lost(id_ for id_, name in ids.items() if name[0] == window)], LONGER)
    world.run(hours=1)
    states = Counter(world.store.rows[row].state for row in world.store.rows if row[1] in ids)
    assert states == {"transcribed": 2, "failed": 2}
    assert [one.attempt for one in world.store.rows.values()] == [1] * len(world.store.rows)
    is_well(world)


def test_a_poison_call_is_found_among_those_that_share_it() -> None:
    world = waiting(windows=3)
    find = world.audio.readable_url

    def broken(container: str, name: str | None) -> str:
        if name == "1-0.wav":
            raise ZeroDivisionError
        return find(container, name)

    world.audio.readable_url = broken  # type: ignore[method-assign]
    world.run(hours=48)
    states = world.states()
    assert (states["0-0.wav"], states["2-0.wav"]) == ("transcribed", "transcribed")
    failure = world.rows()["1-0.wav"].failure
    assert failure is not None and failure.code == "internal_error"
    assert_all_is_well(world)


def test_a_late_webhook_of_a_carrier_that_is_over_changes_nothing() -> None:
    world = waiting()
    world.run()
    world.step(Collect(endpoint="westeurope", transcription_id="westeurope-0001"))
    assert {job.state for job in world.store.job_rows.values()} <= OVER
    assert_all_is_well(world)


def plain(world: World) -> None:
    world.provider.missing_results[world.audio.url("audio", "1-0.wav")] = 1


def splitting(world: World) -> None:
    world.provider.bad_sources[world.audio.url("audio", "2-0.wav")] = BAD
    world.provider.fails_with_bad_source = True


def unanswered(world: World) -> None:
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]


def refused(world: World) -> None:
    world.provider.errors["submit"] = [ProviderUnauthorised("401")]


def one_cancelled(world: World) -> None:
    world.app.cancel(world.rows()["1-0.wav"].batch_id)


def cancelled_while_it_runs(world: World) -> None:
    complete = world.complete_all

    def cancel_first() -> None:
        if world.provider.created and not world.provider.deleted:
            world.app.cancel(world.rows()["1-0.wav"].batch_id)
            world.drain()
        complete()

    world.complete_all = cancel_first  # type: ignore[method-assign]


whatever_happens = pytest.mark.parametrize(
    "scenario",
    [plain, splitting, unanswered, refused, one_cancelled, cancelled_while_it_runs],
    ids=lambda scenario: scenario.__name__,
)
redelivered_or_lost = pytest.mark.parametrize("is_kind", [True, False], ids=["redelivered", "lost"])


@pytest.mark.slow
@redelivered_or_lost
@whatever_happens
def test_a_process_may_die_after_any_outside_call(
    scenario: Callable[[World], None], is_kind: bool
) -> None:
    assert die_after_calls(scenario, is_kind, 1) > 60


@pytest.mark.long
@redelivered_or_lost
@whatever_happens
def test_a_process_may_die_after_some_outside_calls(
    scenario: Callable[[World], None], is_kind: bool
) -> None:
    """A slice of the whole, for `make test`."""
    assert die_after_calls(scenario, is_kind, 11) > 5


def die_after_calls(scenario: Callable[[World], None], is_kind: bool, every: int) -> int:
    """After how many of the calls it was tried: the last, and every so manieth before it."""

    def world_of() -> World:
        world = waiting(windows=3, submitted_seconds=5_400, give_up_seconds=3_600)
        scenario(world)
        return world

    world = world_of()
    trap = Trap(world, None)
    live(world, is_kind)
    assert_all_is_well(world)
    expected = world.states()
    attempts = {row.attempt for row in world.rows().values()}
    points = range(trap.calls, 0, -every)
    for point in points:
        world = world_of()
        Trap(world, point)
        try:
            live(world, is_kind)
            assert_all_is_well(world)
            assert {row.attempt for row in world.rows().values()} <= attempts
            if not scenario.__name__.startswith("cancelled"):
                assert world.states() == expected
        except AssertionError as error:
            raise AssertionError(f"after outside call {point} of {trap.calls}") from error
    return len(points)


@pytest.mark.long
def test_a_day_of_single_recordings_at_a_provider_that_is_behind_stays_short() -> None:
    """One a minute of each of three profiles' locales; the provider takes half an hour a job, and
    works at two of them."""
    world = World(policy=Policy(max_active_jobs=2))
    longest = 0
    for minute in range(4 * 60):
        for locale in ("en-US", "de-DE", "fr-FR"):
            sound = a_second_of_silence()
            world.drop(f"{locale}-{minute}.wav", sound, metadata={"dropscribe_locale": locale})
        world.clock.advance(60)
        world.drain()
        for key, one in list(world.provider.transcriptions.items()):
            if world.clock.now() - one.created_at >= timedelta(minutes=30):
                world.provider.complete(key)
                world.run_webhook(key)
        longest = max(longest, len(world.line.waiting))
    assert longest < 3 * 60, "an hour of each at most"
    world.run()
    assert_all_is_well(world)


def test_what_comes_back_because_its_provider_is_asked_too_often_ends_no_batch_again() -> None:
    world = waiting(windows=6)
    busy = world.audio.url("audio", "5-0.wav")
    world.provider.result_errors[busy] = [
        ProviderThrottled("slow down", retry_after_seconds=20) for _ in range(10)
    ]
    run, finished = world.app.run, Counter[str]()

    def counted(message: Message) -> None:
        if isinstance(message, Finish):
            finished[message.batch_id] += 1
        run(message)

    world.app.run = counted  # type: ignore[method-assign]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert set(finished.values()) == {1}
    assert_all_is_well(world)


def test_what_is_being_prepared_is_found_by_the_next_call() -> None:
    """A provider that prepares what it knows by its mark would prepare another for each carrier."""
    world = waiting()
    provider, seen = world.provider, Counter[str]()
    submit = provider.submit

    def prepares(request: JobRequest) -> str:
        seen[request.mark] += 1
        if (request.tries and seen[request.mark] == 1) or not request.tries:
            raise ProviderNotReady("not validated yet", code="pending")
        return submit(request)

    provider.submit = prepares  # type: ignore[method-assign]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert set(provider.transcribed.values()) == {1}
    assert_all_is_well(world)
