"""Nothing waits for ever: what becomes of jobs that nobody can resolve, finish, collect or send."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.messages import Collect, Finish, Plan
from shared.model.failure import Failure
from shared.model.job.job import Job
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.pipeline.submit.prepare_calls import Call, PrepareCalls
from tests.fakes.crashes import Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

pytestmark = pytest.mark.long

DOWN = ProviderUnavailable("503")
NO_KEY = ProviderUnauthorised("401")
REFUSED = ProviderRefused("400", code="InvalidRequest")
UNANSWERED = OutcomeUnknown("time-out")
FOR_EVER = 1_000_000


def new_world(*names: str, files_per_job: int = 1_000, **more: object) -> World:
    providers = tuple(map(FakeProvider, names or ("west",)))
    return World(providers=providers, files_per_job=files_per_job, **more)  # type: ignore[arg-type]


def sent(world: World, *names: str) -> World:
    """Dropped, and the jobs were submitted."""
    for name in names or ("a.wav", "b.wav"):
        world.drop(name)
    world.clock.advance(66)
    world.drain()
    return world


def pass_time(world: World, *, hours: float, step_seconds: int = 600) -> None:
    """As the timers and queues go on; the providers do nothing by themselves."""
    until = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < until:
        world.drain()
        world.drain_poison()
        world.poll()
        world.sweep()
        world.drain()
        world.clock.advance(step_seconds)


def take_away(world: World, name: str) -> FakeProvider:
    """The endpoint goes from the settings, and the app starts again."""
    provider = world.endpoints.pop(name)
    world.start()
    return provider


def put_back(world: World, provider: FakeProvider) -> None:
    world.endpoints[provider.endpoint] = provider
    world.start()


def jobs(world: World) -> Sequence[Job]:
    return [job for _, job in sorted(world.store.job_rows.items())]


def states(world: World) -> set[str]:
    return set(world.states().values())


def codes(world: World) -> set[str]:
    return {row.failure.code for row in world.rows().values() if row.failure}


def failure_of(world: World, name: str) -> Failure:
    failure = world.rows()[name].failure
    assert failure is not None
    return failure


# --- nobody can find out what became of a create call


def unanswered(world: World, *, carried_out: bool = True) -> World:
    for provider in world.endpoints.values():
        provider.errors["submit"] = [UNANSWERED]
        provider.carries_out_unknown = carried_out
    return sent(world)


@pytest.mark.parametrize("error", [NO_KEY, REFUSED, DOWN], ids=lambda e: type(e).__name__)
def test_a_create_call_that_cannot_be_looked_up_for_a_day_stops_as_unresolved(
    error: ProviderError, caplog: pytest.LogCaptureFixture
) -> None:
    world = unanswered(new_world())
    world.provider.errors["find"] = [error] * FOR_EVER
    pass_time(world, hours=26)
    [job] = jobs(world)
    assert job.state == "unresolved" and job.failure is not None
    assert states(world) == {"failed"} and codes(world) == {"outcome_unknown"}
    assert world.provider.calls["submit"] == 1
    assert not world.active.entries and not world.store.notes
    assert '"event":"job.unresolved"' in caplog.text


def test_what_the_customer_reads_names_the_mark_and_what_to_do() -> None:
    world = unanswered(new_world())
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=26)
    [job] = jobs(world)
    failure = failure_of(world, "a.wav")
    assert "west" in failure.reason and "not sent again" in failure.reason
    assert job.id in failure.advice and "drop it again" in failure.advice
    report = json.loads(world.outputs.files["errors/audio/a.wav.json"].content)
    assert report["failure"]["code"] == "outcome_unknown"
    [batch] = world.store.headers
    items = json.loads(world.outputs.reports[f"reports/{batch}.json"])["recordings"]
    assert {item["failure"]["code"] for item in items} == {"outcome_unknown"}
    assert {item["job_id"] for item in items} == {job.id}


def test_a_list_that_proves_nothing_leaves_the_call_unresolved_at_once() -> None:
    world = new_world()
    limits = world.capabilities["azure-speech"]
    world.capabilities["azure-speech"] = msgspec.structs.replace(limits, find_is_proof=False)
    unanswered(world, carried_out=False)
    pass_time(world, hours=0.2, step_seconds=60)
    assert [job.state for job in jobs(world)] == ["unresolved"]
    assert world.provider.calls["submit"] == 1
    assert_all_is_well(world)


def test_a_list_that_proves_nothing_is_believed_in_what_it_shows() -> None:
    world = new_world()
    limits = world.capabilities["azure-speech"]
    world.capabilities["azure-speech"] = msgspec.structs.replace(limits, find_is_proof=False)
    unanswered(world)
    world.run()
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


def test_a_transcription_that_turns_up_after_all_is_deleted_by_the_search_for_orphans() -> None:
    world = unanswered(new_world())
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    world.provider.errors["copies"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=26)
    assert [job.state for job in jobs(world)] == ["unresolved"]
    assert len(world.provider.transcriptions) == 1
    world.provider.errors.clear()
    pass_time(world, hours=3)
    assert not world.provider.transcriptions
    assert_all_is_well(world)


def test_a_transcription_that_turns_up_after_all_stays_where_the_profile_says_keep() -> None:
    world = unanswered(new_world(profiles=(Profile(keep_provider_copy=True),)))
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=26)
    world.provider.errors.clear()
    pass_time(world, hours=3)
    assert len(world.provider.transcriptions) == 1
    assert "kept" in failure_of(world, "a.wav").advice


def test_a_webhook_that_comes_after_the_job_was_given_up_changes_nothing() -> None:
    world = unanswered(new_world())
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    world.provider.errors["copies"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=26)
    [key] = world.provider.transcriptions
    world.provider.complete(key)
    world.provider.errors.clear()
    world.run_webhook(key)
    assert [job.state for job in jobs(world)] == ["unresolved"]
    assert states(world) == {"failed"}


def test_a_webhook_that_is_faster_than_the_deadline_wins() -> None:
    """It comes while the recordings are being failed; what is left of them is transcribed."""
    world = unanswered(new_world())
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=23)
    [key] = world.provider.transcriptions
    world.provider.complete(key)
    save, busy = world.store.save, []

    def overtaken(job: Job | None = None, recordings: object = ()) -> Job | None:
        if job is not None and job.state == "unresolved" and not busy:
            busy.append(job)
            world.provider.errors.clear()
            world.clock.advance(600)
            world.run_webhook(key)
        return save(job, recordings)  # type: ignore[arg-type]

    world.store.save = overtaken  # type: ignore[method-assign]
    pass_time(world, hours=3)
    assert busy
    assert [job.state for job in jobs(world)] == ["finished"]
    world.run()
    assert_all_is_well(world)


def test_an_endpoint_that_is_away_for_a_day_leaves_its_open_call_unresolved() -> None:
    world = unanswered(new_world("east", "west"))
    east = take_away(world, "east")
    pass_time(world, hours=26)
    assert [job.state for job in jobs(world)] == ["unresolved"]
    assert codes(world) == {"outcome_unknown"}
    put_back(world, east)
    pass_time(world, hours=3)
    assert_all_is_well(world)


def test_an_answer_in_between_starts_the_day_anew() -> None:
    """The call was never carried out; the next one has no answer, either."""
    world = unanswered(new_world(), carried_out=False)
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=20)
    world.provider.errors = {"submit": [UNANSWERED]}
    pass_time(world, hours=1)
    world.provider.errors["find"] = [NO_KEY] * FOR_EVER
    world.provider.errors["submit"] = [UNANSWERED] * FOR_EVER
    pass_time(world, hours=20)
    assert states(world) <= {"planned"}


# --- a transcription that does not come to its end


def test_what_runs_for_days_is_cancelled_and_tried_again() -> None:
    world = sent(new_world())
    [first] = world.provider.transcriptions
    pass_time(world, hours=71)
    assert world.provider.deleted == [] and {row.attempt for row in world.rows().values()} == {1}
    pass_time(world, hours=3)
    assert world.provider.deleted[0] == first
    assert jobs(world)[0].state == "failed"
    world.run()
    assert {row.attempt for row in world.rows().values()} == {2}
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


def test_what_never_comes_to_its_end_fails_after_all_attempts() -> None:
    world = sent(new_world())
    pass_time(world, hours=3 * 75, step_seconds=1_800)
    assert states(world) == {"failed"} and codes(world) == {"transcription_overdue"}
    assert len(world.provider.created) == 3
    world.run()
    assert_all_is_well(world)


def test_what_runs_for_days_and_cannot_be_deleted_is_left_to_the_search_for_orphans() -> None:
    world = sent(new_world())
    [first] = world.provider.transcriptions
    world.provider.errors["delete"] = [REFUSED] * 50
    pass_time(world, hours=74)
    world.run()
    assert states(world) == {"transcribed"}
    world.provider.errors.clear()
    pass_time(world, hours=3)
    assert first in world.provider.deleted
    assert_all_is_well(world)


def test_what_is_finished_after_days_is_collected_all_the_same() -> None:
    """The app stood still meanwhile."""
    world = sent(new_world())
    world.clock.advance(timedelta(days=10).total_seconds())
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


def test_a_job_at_an_endpoint_with_a_wrong_key_waits_for_as_long_as_it_takes() -> None:
    world = sent(new_world())
    world.provider.errors["status"] = [NO_KEY] * FOR_EVER
    pass_time(world, hours=24 * 7, step_seconds=1_800)
    assert states(world) == {"planned"}
    world.provider.errors.clear()
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


# --- results that cannot be had


def finished(world: World, *names: str) -> World:
    sent(world, *names)
    for provider in world.endpoints.values():
        for key in provider.transcriptions:
            provider.complete(key)
    return world


def test_results_that_answer_5xx_for_a_day_are_given_up_with_a_reason() -> None:
    world = finished(new_world(policy=Policy(max_attempts=1)))
    world.provider.errors["result"] = [DOWN] * FOR_EVER
    pass_time(world, hours=23)
    assert states(world) == {"planned"}
    pass_time(world, hours=4)
    assert states(world) == {"failed"} and codes(world) == {"results_unavailable"}
    assert_all_is_well(world)


def test_only_the_recordings_whose_results_are_not_there_are_given_up() -> None:
    world = finished(new_world(policy=Policy(max_attempts=1)))
    source = world.audio.url("audio", "a.wav")
    world.provider.result_errors[source] = [DOWN] * FOR_EVER
    pass_time(world, hours=27)
    assert world.states() == {"a.wav": "failed", "b.wav": "transcribed"}
    assert_all_is_well(world)


def test_results_are_asked_for_once_more_before_they_are_given_up() -> None:
    """The app stood still for days while they were being fetched."""
    world = finished(new_world())
    world.provider.errors["result"] = [DOWN] * 5
    pass_time(world, hours=0.05, step_seconds=60)
    assert [job.state for job in jobs(world)] == ["collecting"]
    world.clock.advance(timedelta(days=5).total_seconds())
    world.queue.waiting.clear()
    world.provider.errors.clear()
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


def slow(world: World, *, hours: float) -> None:
    """A provider that hands out one result in so many hours."""
    result, handed = world.provider.result, list[datetime]()

    def one_now_and_then(file):  # type: ignore[no-untyped-def]
        now = world.clock.now()
        if handed and now - handed[-1] < timedelta(hours=hours):
            raise ProviderThrottled("429", retry_after_seconds=600)
        handed.append(now)
        return result(file)

    world.provider.result = one_now_and_then  # type: ignore[method-assign]


def recordings(count: int) -> list[str]:
    return [f"{i}.wav" for i in range(count)]


def test_results_that_keep_coming_are_waited_for_however_long_it_takes() -> None:
    world = finished(new_world(), *recordings(20))
    slow(world, hours=4)
    pass_time(world, hours=81)
    assert states(world) == {"transcribed"}
    assert {row.attempt for row in world.rows().values()} == {1}
    assert len(world.provider.created) == 1
    world.run()
    assert_all_is_well(world)


def test_a_day_after_the_last_result_came_the_rest_is_given_up() -> None:
    world = finished(new_world(policy=Policy(max_attempts=1)), *recordings(20))
    slow(world, hours=4)
    pass_time(world, hours=41)
    world.provider.errors["result"] = [DOWN] * FOR_EVER
    pass_time(world, hours=22)
    assert states(world) == {"transcribed", "planned"}
    pass_time(world, hours=5)
    assert states(world) == {"transcribed", "failed"} and codes(world) == {"results_unavailable"}
    assert_all_is_well(world)


def test_a_result_that_comes_in_the_last_round_is_progress_too() -> None:
    world = finished(new_world(), "a.wav", "b.wav", "c.wav")
    world.provider.errors["result"] = [DOWN] * FOR_EVER
    while not any(job.last_round_at for job in jobs(world)):
        pass_time(world, hours=0.1)
    world.provider.errors.clear()
    slow(world, hours=1)
    pass_time(world, hours=6)
    assert {row.attempt for row in world.rows().values()} == {1}
    assert states(world) == {"transcribed"}
    world.run()
    assert_all_is_well(world)


def test_whether_there_is_progress_is_asked_once_when_time_seems_up() -> None:
    world = finished(new_world(), *recordings(20))
    slow(world, hours=4)
    rows, asked = world.store.recordings, list[datetime]()

    def counted(*args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        if kwargs.get("job_id") and not kwargs.get("state"):
            asked.append(world.clock.now())
        return rows(*args, **kwargs)  # type: ignore[arg-type]

    world.store.recordings = counted  # type: ignore[method-assign]
    pass_time(world, hours=23)
    assert asked == []
    pass_time(world, hours=49)
    assert len(asked) == 2


def test_whoever_dies_while_time_begins_anew_is_followed() -> None:
    for point in range(1, 16):
        world = finished(new_world(), *recordings(8))
        slow(world, hours=4)
        pass_time(world, hours=24)
        trap = Trap.at(world, point, store="recordings save", queue="send")
        try:
            pass_time(world, hours=3)
        except Crash:
            world.start()
        assert trap.calls >= point
        pass_time(world, hours=8)
        assert {row.attempt for row in world.rows().values()} == {1}
        assert states(world) == {"transcribed"}
        world.run()
        assert_all_is_well(world)


def test_a_copy_is_not_left_behind_because_the_results_took_more_than_a_day() -> None:
    world = finished(new_world(), *recordings(8))
    slow(world, hours=4)
    world.provider.errors["delete"] = [DOWN] * 20
    pass_time(world, hours=40)
    assert world.provider.calls["delete"] >= 20 and world.provider.deleted == ["west-0001"]
    assert_all_is_well(world)


@pytest.mark.parametrize("call", ["files", "report"])
def test_a_list_that_answers_5xx_for_days_is_given_up(call: str) -> None:
    world = new_world(policy=Policy(max_attempts=1))
    world.provider.dropped_results.add(world.audio.url("audio", "a.wav"))
    finished(world)
    world.provider.errors[call] = [DOWN] * FOR_EVER
    pass_time(world, hours=24 * 4, step_seconds=1_800)
    assert "planned" not in states(world) and "results_unavailable" in codes(world)
    assert_all_is_well(world)


def test_a_copy_that_cannot_be_deleted_for_a_day_does_not_hold_up_the_report_for_longer() -> None:
    world = finished(new_world())
    world.provider.errors["delete"] = [DOWN] * FOR_EVER
    pass_time(world, hours=23)
    assert states(world) == {"transcribed"} and not world.outputs.reports
    pass_time(world, hours=2)
    assert world.outputs.reports
    assert [job.state for job in jobs(world)] == ["finished"]
    world.provider.errors.clear()
    pass_time(world, hours=3)
    assert_all_is_well(world)


# --- an endpoint that is not configured any more


@pytest.mark.parametrize("is_done", [False, True], ids=["submitted", "collecting"])
def test_work_at_an_endpoint_that_went_from_the_settings_goes_to_another_after_a_day(
    is_done: bool, caplog: pytest.LogCaptureFixture
) -> None:
    world = sent(new_world("east", "west"))
    east = world.endpoints["east"]
    if is_done:
        world.complete_all()
        collect = world.queue.take()
        assert isinstance(collect, Collect)
        world.step(collect)
    take_away(world, "east")
    pass_time(world, hours=1)
    assert '"event":"endpoint.not_configured"' in caplog.text
    pass_time(world, hours=22)
    assert states(world) == {"planned"} and not world.poison
    pass_time(world, hours=3)
    world.run()
    assert states(world) == {"transcribed"}
    assert {row.attempt for row in world.rows().values()} == {2}
    put_back(world, east)
    pass_time(world, hours=3)
    assert_all_is_well(world)


def test_an_endpoint_that_comes_back_within_the_day_goes_on_as_if_nothing_had_been() -> None:
    world = sent(new_world("east", "west"))
    for _ in range(4):
        east = take_away(world, "east")
        pass_time(world, hours=15)
        put_back(world, east)
        pass_time(world, hours=2)
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


# --- status and files that are refused


@pytest.mark.parametrize("call", ["status", "files"])
def test_a_question_that_is_refused_for_ever_ends_the_job_and_not_the_recordings(
    call: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = finished(new_world())
    world.provider.errors[call] = [REFUSED] * FOR_EVER
    pass_time(world, hours=1)
    assert jobs(world)[0].state == "failed"
    assert caplog.text.count('"event":"job.faulted"') >= world.policy.max_faults
    assert not world.poison
    world.provider.errors.clear()
    world.run()
    assert {row.attempt for row in world.rows().values()} == {2}
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


def test_questions_that_are_always_refused_end_in_error_reports() -> None:
    world = sent(new_world())
    world.provider.errors["status"] = [REFUSED] * FOR_EVER
    pass_time(world, hours=12)
    assert states(world) == {"failed"} and codes(world) == {"results_refused"}
    assert len(world.provider.created) == 3
    world.provider.errors.clear()
    pass_time(world, hours=3)
    assert_all_is_well(world)


def test_a_question_that_is_refused_about_one_job_does_not_keep_others_from_being_asked() -> None:
    world = sent(new_world(files_per_job=1))
    first, second = world.provider.transcriptions
    world.provider.complete(second)
    status = world.provider.status

    def partly(transcription_id: str):  # type: ignore[no-untyped-def]
        if transcription_id == first:
            raise REFUSED
        return status(transcription_id)

    world.provider.status = partly  # type: ignore[method-assign]
    pass_time(world, hours=0.2, step_seconds=60)
    assert sorted(world.states().values()) == ["planned", "transcribed"]


# --- what is our own fault


def test_a_group_that_cannot_be_planned_does_not_hold_up_the_others_and_ends_with_a_reason() -> (
    None
):
    world = new_world()
    world.drop("a.wav")
    world.drop("b.wav")
    key = next(key for key, row in world.store.rows.items() if row.name == "b.wav")
    row = world.store.rows[key]
    profile = msgspec.structs.replace(row.profile, provider="nobody")
    world.store.rows[key] = msgspec.structs.replace(row, profile=profile)
    pass_time(world, hours=1)
    assert world.states() == {"a.wav": "planned", "b.wav": "waiting"}
    for key in world.provider.transcriptions:
        world.provider.complete(key)
    pass_time(world, hours=22)
    assert world.states() == {"a.wav": "transcribed", "b.wav": "waiting"}
    pass_time(world, hours=3)
    assert world.states() == {"a.wav": "transcribed", "b.wav": "failed"}
    assert failure_of(world, "b.wav").code == "not_planned"
    assert_all_is_well(world)


def test_a_planner_that_is_mended_within_the_day_loses_nothing() -> None:
    world = new_world()
    world.drop("a.wav")
    ((key, row),) = world.store.rows.items()
    unknown = msgspec.structs.replace(row.profile, provider="nobody")
    world.store.rows[key] = msgspec.structs.replace(row, profile=unknown)
    pass_time(world, hours=20)
    assert states(world) == {"waiting"}
    world.store.rows[key] = msgspec.structs.replace(world.store.rows[key], profile=row.profile)
    world.run()
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)


@pytest.mark.parametrize("kind", [Plan, Finish])
def test_messages_of_a_batch_that_is_gone_are_drained_without_harm(kind: type) -> None:
    world = new_world()
    world.app.drain(f"dropscribe-{kind.__name__.lower()}", b'{"batch_id": "nobody"}')
    assert not world.outputs.files


def test_a_job_that_crashes_whoever_sends_it_ends_with_its_culprit_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare_calls = PrepareCalls.__call__

    def crashing(self: PrepareCalls, jobs: Sequence[Job], parts: Sequence[Job] = ()) -> list[Call]:
        calls = prepare_calls(self, jobs, parts)
        if any("c.wav" in url for call in calls for url in call.request.content_urls):
            raise ZeroDivisionError
        return calls

    monkeypatch.setattr(PrepareCalls, "__call__", crashing)
    world = new_world()
    sent(world, "a.wav", "b.wav", "c.wav", "d.wav")
    for _ in range(60):
        pass_time(world, hours=0.5)
        world.complete_all()
    assert world.states() == {
        "a.wav": "transcribed",
        "b.wav": "transcribed",
        "c.wav": "failed",
        "d.wav": "transcribed",
    }
    failure = failure_of(world, "c.wav")
    assert (failure.kind, failure.code) == ("ours", "internal_error")
    assert_all_is_well(world)


# --- a job that nobody takes


def test_a_job_that_no_endpoint_takes_for_a_day_is_told_of_once_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = new_world()
    world.provider.errors["submit"] = [NO_KEY] * FOR_EVER
    sent(world)
    pass_time(world, hours=24)
    assert '"job.waiting_long"' not in caplog.text
    pass_time(world, hours=10)
    assert 8 <= caplog.text.count('"job.waiting_long"') <= 10
    assert states(world) == {"planned"}
    world.provider.errors.clear()
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_a_job_whose_provider_has_no_endpoint_at_all_waits_and_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = new_world()
    west = take_away(world, "west")
    sent(world)
    pass_time(world, hours=30)
    assert states(world) == {"planned"}
    assert '"job.waiting_long"' in caplog.text
    put_back(world, west)
    world.run()
    assert_all_is_well(world)


# --- an endpoint that is out, seen from two instances


def test_work_moves_to_the_other_endpoint_and_one_caller_of_two_instances_probes() -> None:
    world = new_world("east", "west", files_per_job=1)
    twin = world.twin()
    east = world.endpoints["east"]
    east.errors["submit"] = [NO_KEY] * FOR_EVER
    for i in range(12):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    for _ in range(40):
        world.clock.advance(1)
        for instance in (world, twin):
            message = world.queue.take()
            if message is not None:
                instance.step(message)
    assert east.calls["submit"] == 1
    assert not east.created and len(world.endpoints["west"].created) == 12
    for i in range(12, 24):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    for _ in range(40):
        world.clock.advance(1)
        for instance in (world, twin):
            message = world.queue.take()
            if message is not None:
                instance.step(message)
    assert east.calls["submit"] == 2, "one probes, the others go where all is well"
    assert not east.created and len(world.endpoints["west"].created) >= 23
    east.errors.clear()
    world.run()
    assert states(world) == {"transcribed"}
    assert_all_is_well(world)
