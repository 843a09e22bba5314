"""From a finished transcription to terminal rows: one bad recording never spoils another."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import pytest

from shared.errors import (
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
    StoreUnavailable,
)
from shared.messages import Collect, Finish, Plan, Write
from shared.model.failure import Failure
from shared.model.job.job import Job
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript
from shared.pipeline.write import publish
from shared.ports.provider import JobRequest
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.world import World

HINT = Collect(endpoint="westeurope", transcription_id="westeurope-0001")


def submitted(count: int, *, slice_size: int = 50) -> World:
    """A world whose recordings 0.wav, 1.wav, ... are at the provider in one job."""
    world = World(policy=Policy(slice_size=slice_size))
    for i in range(count):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    world.drain()
    assert len(world.provider.created) == 1
    return world


def collected(count: int, *, slice_size: int) -> tuple[World, list[Write]]:
    """The same, with the results listed and their slices at hand."""
    world = submitted(count, slice_size=slice_size)
    world.provider.complete("westeurope-0001")
    world.step(HINT)
    slices = [message for _, message in world.queue.waiting if isinstance(message, Write)]
    world.queue.waiting.clear()
    return world, slices


def source(world: World, name: str) -> str:
    return world.audio.url("audio", name)


def text(world: World, name: str) -> str:
    return json.loads(world.outputs.files[f"transcripts/audio/{name}.json"].content)["text"]


def assert_own_texts(world: World) -> None:
    for name in world.states():
        assert text(world, name) == f"This is {name}."


# --- what a hint is worth


def test_a_webhook_for_somebody_elses_transcription_is_ignored() -> None:
    world = submitted(1)
    stranger = JobRequest(
        mark="not ours", display_name="", options=world.rows()["0.wav"].profile.options
    )
    world.provider.submit(stranger)
    world.provider.complete("westeurope-0002")
    world.step(Collect(endpoint="westeurope", transcription_id="westeurope-0002"))
    world.step(Collect(endpoint="westeurope", transcription_id="no-such-id"))
    world.step(Collect(endpoint="no-such-endpoint", transcription_id="westeurope-0001"))
    assert world.states() == {"0.wav": "planned"}
    del world.provider.transcriptions["westeurope-0002"]
    world.run()
    assert_all_is_well(world)


def test_a_webhook_that_comes_too_early_changes_nothing() -> None:
    world = submitted(1)
    world.step(HINT)
    assert [job.state for job in world.store.job_rows.values()] == ["submitted"]
    world.run()
    assert_all_is_well(world)


def test_a_status_that_nobody_knows_counts_as_running() -> None:
    world = submitted(1)
    world.provider.transcriptions["westeurope-0001"].state = "Resting"
    world.step(HINT)
    world.clock.advance(7_200)
    world.poll()
    world.drain()
    assert [job.state for job in world.store.job_rows.values()] == ["submitted"]
    world.provider.transcriptions["westeurope-0001"].state = "running"
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("is_over", [False, True])
def test_a_webhook_may_be_faster_than_our_own_note_of_the_id(is_over: bool) -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(66)
    twin, submit = world.twin(), world.provider.submit

    def heard_at_once(request: JobRequest) -> str:
        key = submit(request)
        if is_over:
            world.provider.complete(key)
        twin.step(Collect(endpoint="westeurope", transcription_id=key))
        return key

    world.provider.submit = heard_at_once  # type: ignore[method-assign]
    world.drain()
    assert world.states() == {"a.wav": "transcribed" if is_over else "planned"}
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_repeated_hints_hand_the_results_over_once() -> None:
    world = submitted(3)
    world.provider.complete("westeurope-0001")
    for _ in range(5):
        world.step(HINT)
    assert [type(message) for _, message in world.queue.waiting] == [Write]
    world.run()
    assert_all_is_well(world)


def test_two_collectors_at_once_hand_the_results_over_once() -> None:
    world = submitted(3)
    world.provider.complete("westeurope-0001")
    twin, save = world.twin(), world.store.save

    def overtaken(*args: object, **kwargs: object) -> object:
        world.store.save = save  # type: ignore[method-assign]
        twin.step(HINT)
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = overtaken  # type: ignore[assignment,method-assign]
    world.queue.send(HINT)
    world.run()
    assert world.provider.calls["result"] == 3
    assert_all_is_well(world)


def test_slices_that_were_never_sent_are_made_again_by_the_sweep() -> None:
    world, slices = collected(3, slice_size=2)
    assert len(slices) == 2
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_hint_for_a_job_that_waits_in_line_does_not_collect_it() -> None:
    world = World()
    world.drop("a.wav")
    world.provider.errors["submit"] = [ProviderUnavailable("503")]
    world.clock.advance(66)
    world.drain()
    [job] = world.store.job_rows.values()
    assert job.state == "planned"
    stray = JobRequest(mark="stray", display_name="", options=job.options)
    key = world.provider.submit(stray)
    world.provider.complete(key)
    world.step(
        Collect(endpoint="westeurope", transcription_id=key, batch_id=job.batch_id, job_id=job.id)
    )
    assert world.store.job(job.batch_id, job.id) == job
    del world.provider.transcriptions[key]
    world.run()
    assert_all_is_well(world)


# --- jobs that fail as a whole


def test_a_vanished_transcription_is_made_again_as_a_whole() -> None:
    world = submitted(4)
    world.provider.transcriptions.clear()
    world.run()
    assert [len(request.content_urls) for request in world.provider.created] == [4, 4]
    assert {row.attempt for row in world.rows().values()} == {2}
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_transcriptions_that_always_vanish_are_not_paid_for_without_end() -> None:
    world = submitted(8)
    submit = world.provider.submit

    def swallow(request: JobRequest) -> str:
        key = submit(request)
        del world.provider.transcriptions[key]
        return key

    world.provider.submit = swallow  # type: ignore[method-assign]
    world.provider.transcriptions.clear()
    world.run(hours=48)
    assert len(world.provider.created) == world.policy.max_attempts
    assert set(world.states().values()) == {"failed"}
    assert_all_is_well(world)


@pytest.mark.parametrize("culprit", [0, 31, 63])
def test_a_job_that_one_recording_spoils_is_split_until_that_one_stands_alone(culprit: int) -> None:
    world = submitted(64)
    world.provider.bad_sources[source(world, f"{culprit}.wav")] = BAD
    world.provider.fails_with_bad_source = True
    world.run()
    states = world.states()
    assert states.pop(f"{culprit}.wav") == "failed"
    assert set(states.values()) == {"transcribed"}
    assert len(world.provider.created) <= 1 + 2 * math.log2(64)
    assert {row.attempt for row in world.rows().values()} == {1}
    assert max(world.provider.transcribed.values()) == 1
    failure = world.rows()[f"{culprit}.wav"].failure
    assert failure is not None and failure.code == "InvalidData"
    assert_all_is_well(world)


def test_several_culprits_in_one_job_all_end_alone() -> None:
    world = submitted(40)
    bad = {"3.wav", "4.wav", "29.wav"}
    world.provider.bad_sources = {source(world, name): BAD for name in bad}
    world.provider.fails_with_bad_source = True
    world.run()
    assert {name for name, state in world.states().items() if state == "failed"} == bad
    assert_all_is_well(world)


def test_a_job_whose_every_recording_fails_is_not_tried_again() -> None:
    world = submitted(5)
    world.provider.bad_sources = {source(world, name): BAD for name in world.states()}
    world.run()
    assert len(world.provider.created) == 1
    assert set(world.states().values()) == {"failed"}
    assert [job.state for job in world.store.job_rows.values()] == ["failed"]
    assert_all_is_well(world)


def test_a_failure_that_may_pass_is_tried_again_as_a_whole_before_the_job_is_split() -> None:
    world = submitted(4)
    item = world.provider.transcriptions["westeurope-0001"]
    item.state = "failed"
    item.failure = Failure(
        kind="provider", code="Timeout", reason="Too slow.", advice="Wait.", retryable=True
    )
    world.run()
    assert [len(request.content_urls) for request in world.provider.created] == [4, 4]
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


# --- recordings that fail alone


def test_a_failure_in_the_report_ends_that_recording_with_the_providers_reason() -> None:
    world = submitted(5)
    world.provider.bad_sources[source(world, "2.wav")] = BAD
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 4, "failed": 1}
    failure = world.rows()["2.wav"].failure
    assert failure is not None and failure.reason == "It is not audio."
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_one_missing_result_among_a_hundred_is_fetched_again_before_the_copy_is_deleted() -> None:
    world = submitted(100)
    world.provider.missing_results[source(world, "42.wav")] = 1
    world.provider.complete("westeurope-0001")
    world.queue.send(HINT)
    world.drain()
    assert Counter(world.states().values()) == {"transcribed": 99, "planned": 1}
    assert world.provider.deleted == []
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1
    assert world.rows()["42.wav"].attempt == 1
    assert_all_is_well(world)


def test_a_result_that_stays_missing_is_transcribed_again_alone_and_soon() -> None:
    world = submitted(100)
    world.provider.missing_results[source(world, "42.wav")] = world.policy.max_fetches
    world.provider.complete("westeurope-0001")
    world.queue.send(HINT)
    for _ in range(100):  # seconds; the sweep has no part in it
        world.drain()
        world.clock.advance(1)
    assert [len(request.content_urls) for request in world.provider.created] == [100, 1]
    world.run()
    assert world.rows()["42.wav"].attempt == 2
    assert set(world.states().values()) == {"transcribed"}
    assert world.provider.deleted[0] == "westeurope-0001"
    assert_all_is_well(world)


@pytest.mark.parametrize("has_report", [True, False])
def test_a_result_neither_listed_nor_failed_is_tried_again_and_then_given_up(
    has_report: bool,
) -> None:
    world = submitted(5)
    world.provider.dropped_results.add(source(world, "3.wav"))
    world.provider.has_report = has_report
    world.run()
    row = world.rows()["3.wav"]
    assert (row.state, row.attempt) == ("failed", world.policy.max_attempts)
    assert row.failure is not None and row.failure.code == "result_missing"
    assert [len(r.content_urls) for r in world.provider.created] == [5, 1, 1]
    assert_all_is_well(world)


@pytest.mark.parametrize("error", [ResultMalformed("not JSON"), ResultMissing("404")])
def test_a_report_that_cannot_be_read_stops_nothing(error: Exception) -> None:
    world = submitted(3)
    world.provider.bad_sources[source(world, "1.wav")] = BAD
    world.provider.errors["report"] = [error]
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 2, "failed": 1}
    assert_all_is_well(world)


@pytest.mark.long
def test_a_result_that_can_never_be_read_fails_alone() -> None:
    world = submitted(5)
    world.provider.malformed_results[source(world, "0.wav")] = 10_000
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 4, "failed": 1}
    row = world.rows()["0.wav"]
    assert row.attempt == world.policy.max_attempts
    assert row.failure is not None and row.failure.code == "result_unreadable"
    assert_all_is_well(world)


def test_what_is_never_there_is_paid_for_so_many_times_with_pauses_and_the_report_says_so() -> None:
    world = submitted(2)
    world.provider.missing_results[source(world, "0.wav")] = 1_000
    waited: dict[int, float] = {}
    until = world.clock.now() + timedelta(hours=1)
    while world.clock.now() < until:
        world.complete_all()
        world.drain()
        row = world.rows()["0.wav"]
        if row.state == "waiting" and row.not_before_at is not None:
            waited[row.attempt] = (row.not_before_at - row.changed_at).total_seconds()
        world.clock.advance(1)
    assert waited == {2: 10, 3: 20}
    assert [len(request.content_urls) for request in world.provider.created] == [2, 1, 1]
    assert world.provider.calls["result"] == 1 + 3 * 3
    report = json.loads(world.outputs.files["errors/audio/0.wav.json"].content)
    assert (report["attempts"], report["failure"]["code"]) == (3, "result_unavailable")
    assert report["failure"]["reason"].endswith(
        "It was asked for 3 times in the last of 3 attempts."
    )
    assert_all_is_well(world)


@pytest.mark.parametrize("minutes", [1, 10, 120, 5 * 60])
def test_what_makes_no_sense_for_a_while_is_read_later_and_never_paid_for_again(
    minutes: int,
) -> None:
    """Empty, cut off or no JSON: something in between answers for the provider."""
    world = submitted(3)
    until = world.clock.now() + timedelta(minutes=minutes)
    result = world.provider.result

    def empty(file):  # type: ignore[no-untyped-def]
        found = result(file)
        if world.clock.now() < until:
            raise ResultMalformed("Input data was truncated")
        return found

    world.provider.result = empty  # type: ignore[method-assign]
    world.run(hours=48)
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1
    assert world.provider.calls["result"] < 3 * (10 + minutes / 5)
    assert_all_is_well(world)


@pytest.mark.long
def test_what_makes_no_sense_for_hours_is_the_result_and_tried_anew_within_a_day() -> None:
    world = submitted(1)
    world.provider.malformed_results[source(world, "0.wav")] = 10_000
    for _ in range(2 * 60 * 5):
        world.clock.advance(30)
        world.complete_all()
        world.drain()
        world.poll()
    assert len(world.provider.created) == 1
    world.run(hours=19)
    row = world.rows()["0.wav"]
    assert (row.state, row.attempt) == ("failed", world.policy.max_attempts)
    assert_all_is_well(world)


def test_an_error_report_of_a_process_that_died_goes_when_the_transcript_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = submitted(1)
    world.provider.missing_results[source(world, "0.wav")] = 1_000
    save, cut = world.store.save, []

    def save_or_die(job: Job | None = None, recordings: Iterable[Recording] = ()) -> Job | None:
        rows = list(recordings)
        if any(row.state == "failed" for row in rows) and not cut:
            cut.append("errors/audio/0.wav.json" in world.outputs.files)
            world.provider.missing_results.clear()
            raise StoreUnavailable("cut off")
        return save(job, rows)

    monkeypatch.setattr(world.store, "save", save_or_die)
    world.run()
    assert cut == [True]
    assert world.states() == {"0.wav": "transcribed"}
    assert_all_is_well(world)


def test_the_copy_stays_while_another_recording_of_the_job_waits_for_its_result() -> None:
    world = submitted(2, slice_size=1)
    world.provider.missing_results[source(world, "0.wav")] = world.policy.max_fetches
    world.provider.result_errors[source(world, "1.wav")] = [ProviderUnavailable("503")] * 40
    world.provider.complete("westeurope-0001")
    world.queue.send(HINT)
    for _ in range(300):
        world.drain()
        world.clock.advance(1)
    assert len(world.provider.created) == 2
    assert world.states()["1.wav"] == "planned"
    assert world.provider.deleted == []
    world.provider.result_errors.clear()
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_a_result_that_is_too_large_fails_at_once_because_another_attempt_brings_the_same() -> None:
    world = submitted(2)
    too_large = ResultTooLarge("The result is larger than 5 bytes.")
    world.provider.result_errors[source(world, "0.wav")] = [too_large] * 1_000
    world.run()
    row = world.rows()["0.wav"]
    assert (row.state, row.attempt, row.fetches) == ("failed", 1, 0)
    assert row.failure is not None and row.failure.code == "result_too_large"
    assert row.failure.reason.endswith("larger than 5 bytes.") and not row.failure.retryable
    assert len(world.provider.created) == 1
    assert world.states()["1.wav"] == "transcribed"
    assert_all_is_well(world)


def test_a_link_that_expired_while_a_slice_was_put_off_is_asked_for_anew() -> None:
    """Another result of the slice is throttled, so that the slice comes again with old links."""
    world = submitted(2)
    result = world.provider.result

    def expiring(file):  # type: ignore[no-untyped-def]
        if file.url.endswith(":0") and world.provider.calls["files"] < 2:
            world.provider.calls["result"] += 1
            raise ResultMissing("the link has expired")
        return result(file)

    world.provider.result = expiring  # type: ignore[method-assign]
    busy = [ProviderThrottled("slow down", retry_after_seconds=5)] * 6
    rows = sorted(world.rows().values(), key=lambda row: row.job_index or 0)
    world.provider.result_errors[source(world, rows[1].name)] = list(busy)
    world.run()
    assert len(world.provider.created) == 1
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_all_is_well(world)


def test_a_slice_that_comes_several_times_at_once_counts_a_missing_result_once() -> None:
    world, [slice_] = collected(2, slice_size=50)
    world.provider.missing_results[source(world, "0.wav")] = 1_000
    for _ in range(4):
        world.step(slice_)
    assert world.rows()["0.wav"].fetches == 1
    assert [type(message) for _, message in world.queue.waiting] == [Collect]
    world.provider.missing_results.clear()
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


@pytest.mark.parametrize("slice_size", [1, 2, 5, 50])
@pytest.mark.parametrize("shift", [1, 2])
def test_results_under_each_others_names_find_their_own_recordings(
    slice_size: int, shift: int
) -> None:
    world = submitted(5, slice_size=slice_size)
    world.provider.lies_at = lambda index, count: (index + shift) % count
    world.run()
    assert_own_texts(world)
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_result_of_an_input_that_the_job_does_not_have_is_no_result() -> None:
    world = submitted(3)
    result, stray = world.provider.result, source(world, "elsewhere.wav")

    def astray(file):  # type: ignore[no-untyped-def]
        found = result(file)
        is_one = found.source == source(world, "1.wav") and file.url.startswith(
            "result:westeurope-0001:"
        )
        return type(found)(source=stray) if is_one else found

    world.provider.result = astray  # type: ignore[method-assign]
    world.run()
    assert_own_texts(world)
    assert [len(r.content_urls) for r in world.provider.created] == [3, 1]
    assert_all_is_well(world)


# --- slices


def test_a_slice_that_comes_twice_changes_nothing() -> None:
    world, [slice_] = collected(4, slice_size=50)
    world.step(slice_)
    rows, puts = dict(world.store.rows), world.outputs.puts
    world.step(slice_)
    assert world.store.rows == rows and world.outputs.puts == puts
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("name", ["result", "put", "save"])
def test_a_slice_that_runs_twice_at_once_has_the_same_outcome(name: str) -> None:
    world, [slice_] = collected(4, slice_size=50)
    twin = world.twin()
    target = {"result": world.provider, "put": world.outputs, "save": world.store}[name]
    method = getattr(target, name)

    def overtaken(*args: object, **kwargs: object) -> object:
        setattr(target, name, method)
        twin.queue.send(slice_)
        twin.drain()
        return method(*args, **kwargs)

    setattr(target, name, overtaken)
    world.queue.send(slice_)
    world.run()
    assert_own_texts(world)
    assert len(world.outputs.files) == 8
    assert_all_is_well(world)


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailable("503"),
        ProviderThrottled("slow down", retry_after_seconds=5),
        StoreUnavailable("storage answered 503"),
    ],
)
def test_an_error_in_the_middle_of_a_slice_keeps_what_succeeded(error: Exception) -> None:
    world, [slice_] = collected(5, slice_size=50)
    world.provider.result_errors[source(world, "2.wav")] = [error]
    world.queue.send(slice_)
    world.drain()
    assert Counter(world.states().values()) == {"transcribed": 4, "planned": 1}
    world.clock.advance(60)
    world.drain()
    assert world.provider.calls["result"] == 6
    world.run()
    assert_all_is_well(world)


def test_an_error_report_that_cannot_be_stored_keeps_what_succeeded() -> None:
    world = submitted(5)
    world.provider.bad_sources[source(world, "2.wav")] = BAD
    put, failed = world.outputs.put, []

    def put_but_once(path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        if path.startswith("errors/") and not failed:
            failed.append(path)
            raise StoreUnavailable("storage answered 503")
        return put(path, content, media_type, recording=recording)

    world.outputs.put = put_but_once  # type: ignore[method-assign]
    world.provider.complete("westeurope-0001")
    world.queue.send(HINT)
    world.drain()
    assert Counter(world.states().values()) == {"transcribed": 4, "planned": 1}
    world.run()
    assert world.provider.calls["result"] == 4
    assert_all_is_well(world)


def test_a_fault_of_ours_with_one_recording_fails_only_that_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renderer = "render_all" if hasattr(publish, "render_all") else "render"
    original = getattr(publish, renderer)

    def stumble(transcript: Transcript, *how: object) -> object:
        if transcript.source.name == "3.wav":
            raise ZeroDivisionError
        return original(transcript, *how)

    monkeypatch.setattr(publish, renderer, stumble)
    world = submitted(5)
    world.run()
    row = world.rows()["3.wav"]
    assert row.failure is not None
    assert (row.state, row.failure.kind, row.attempt) == ("failed", "ours", 1)
    assert Counter(world.states().values()) == {"transcribed": 4, "failed": 1}
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


@pytest.mark.parametrize("length", [40, 200])
def test_slices_fit_into_messages_however_long_the_names_are(length: int) -> None:
    """A blob's name has up to 1,024 characters, and the result of a container job is named after
    the blob, with the name percent-encoded in its link."""
    world = World(profiles=(Profile(container_jobs=True),))
    for i in range(90):
        world.drop(f"{'日本語/' * length}{i}.wav")
    world.provider.list_container = world.container_listing
    world.run()
    assert [request.container_url is not None for request in world.provider.created] == [True]
    assert_all_is_well(world)


# --- finishing


def test_a_copy_that_cannot_be_deleted_now_is_deleted_later() -> None:
    world = submitted(2)
    world.provider.errors["delete"] = [
        ProviderUnavailable("503"),
        ProviderThrottled("slow down", retry_after_seconds=5),
    ]
    world.run()
    assert world.provider.calls["delete"] == 3
    assert_all_is_well(world)


def test_finishing_again_writes_no_second_report() -> None:
    world = submitted(2)
    world.run()
    [batch] = world.store.headers.values()
    [job] = world.store.job_rows.values()
    reports = dict(world.outputs.reports)
    world.clock.advance(1_000)
    world.queue.send(Finish(batch_id=batch.id, job_id=job.id))
    world.queue.send(Plan(batch_id=batch.id))
    world.run()
    assert world.outputs.reports == reports
    assert world.provider.calls["delete"] == 1
    assert_all_is_well(world)


@pytest.mark.long
def test_a_planner_that_dies_midway_loses_nobody() -> None:
    world = World(files_per_job=1_000)
    for i in range(350):
        world.drop(f"{i:03}.wav")
    save, calls = world.store.save, Counter[str]()

    def die_at_the_third(*args: object, **kwargs: object) -> object:
        calls["save"] += 1
        if calls["save"] == 3:
            raise StoreUnavailable("storage answered 503")
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = die_at_the_third  # type: ignore[assignment,method-assign]
    world.run()
    sizes = sorted(len(request.content_urls) for request in world.provider.created)
    assert sizes == [152, 198]
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_a_job_taken_apart_halfway_and_then_sent_keeps_results_and_recordings_together() -> None:
    """The refusal of a create call gives the recordings back in several transactions. If the
    process dies between them, what is left is sent under the same job, in other positions."""
    world = World()
    for i in range(150):
        world.drop(f"{i}.wav")
    world.provider.errors["submit"] = [ProviderRefused("one of them", names_an_input=True)]
    save, calls = world.store.save, Counter[str]()

    def die(*args: object, **kwargs: object) -> object:
        calls["save"] += 1
        if calls["save"] == 5:  # two to plan, the intent, half of those given back, and here
            raise StoreUnavailable("storage answered 503")
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = die  # type: ignore[assignment,method-assign]
    world.run()
    assert {row.attempt for row in world.rows().values()} == {1}
    assert_own_texts(world)
    assert_all_is_well(world)


def test_two_endpoints_share_the_work_and_each_is_cleaned_up() -> None:
    world = World(files_per_job=5, providers=(FakeProvider("east"), FakeProvider("west")))
    for i in range(20):
        world.drop(f"{i}.wav")
    world.run()
    assert [len(p.created) for p in world.endpoints.values()] == [2, 2]
    assert_own_texts(world)
    assert_all_is_well(world)


@pytest.mark.parametrize("error", [ProviderRefused("not allowed"), ProviderUnauthorised("no role")])
def test_a_copy_that_cannot_be_deleted_does_not_hold_up_the_report(error: Exception) -> None:
    world = submitted(2)
    world.provider.errors["delete"] = [error]
    world.provider.complete("westeurope-0001")
    world.queue.send(HINT)
    world.drain()
    assert world.outputs.reports
    assert not world.store.notes
    world.clock.advance(2 * 3600)
    world.sweep()
    assert world.provider.deleted == ["westeurope-0001"]
