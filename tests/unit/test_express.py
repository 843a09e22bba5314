"""Express at a provider that answers at once: heard in one go, paid once, never behind what waits
for a job, and whatever goes wrong before the call costs nothing."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from azure.data.tables import TableEntity

from shared import messages as m
from shared.errors import (
    AudioChanged,
    OutcomeUnknown,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
    StoreUnavailable,
)
from shared.model.job import transitions as jobs
from shared.model.job.job import Job
from shared.model.job.lane import answers_at_once, in_lane, lane_at, lane_of, without_lane
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import BATCH, LIMITS
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from tests.fakes.fast import URL, FakeFast
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World, a_second_of_silence

prepare(Job)
EXPRESS = Profile(mode="express")
LANE = "azure-speech.express"


def express_world(*others: FakeProvider, policy: Policy | None = None) -> World:
    return World(profiles=(EXPRESS,), providers=(FakeFast(), *others), policy=policy)


def fast(world: World) -> FakeFast:
    found = world.provider
    assert isinstance(found, FakeFast)
    return found


def until_called(world: World) -> m.Express:
    """Up to where the message of the call lies in its queue, and nothing else does."""
    world.clock.advance(3_600)
    while (message := world.queue.take()) is not None:
        if isinstance(message, m.Express):
            return message
        world.step(message)
    raise AssertionError("nobody was to make the call")


# --- names --------------------------------------------------------------------------------------


def test_a_lane_is_named_by_what_it_is_of_and_its_mode() -> None:
    assert lane_of("azure-speech", "express", LIMITS) == LANE
    assert lane_of("azure-speech", "standard", LIMITS) == ""
    assert lane_of("azure-speech", "express", BATCH) == ""
    part = in_lane("westeurope", "express")
    assert lane_at(part, "azure-speech") == LANE and answers_at_once(part)
    assert lane_at("westeurope", "azure-speech") == "azure-speech"
    assert without_lane(part) == "westeurope" and without_lane("westeurope") == "westeurope"


# --- what goes well -----------------------------------------------------------------------------


def test_it_is_heard_in_one_call_and_nothing_is_left() -> None:
    world = express_world()
    world.drop("a.wav")
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert fast(world).sent == [a_second_of_silence()]
    assert fast(world).paid == {f"{URL}a.wav": 1}
    assert_all_is_well(world)


def test_the_transcript_names_the_provider_and_the_price_of_its_mode() -> None:
    world = express_world()
    world.drop("a.wav")
    world.run()
    outcome = world.rows()["a.wav"].outcome
    assert outcome is not None and outcome.cost is not None
    assert outcome.cost.amount == pytest.approx(0.66 * 2 / 3_600, abs=1e-6)
    (stored,) = [f for path, f in world.outputs.files.items() if path.endswith(".json")]
    provider = msgspec.json.decode(stored.content)["provider"]
    assert (provider["name"], provider["endpoint"]) == ("azure-speech", "westeurope.express")


def test_standard_jobs_take_no_place_from_it() -> None:
    """The batch endpoint is full for as long as anybody looks."""
    standard = FakeProvider()
    profiles = (EXPRESS, Profile(name="slow", prefixes=("slow",)))
    policy = Policy(max_active_of={"azure-speech": 1, LANE: 1})
    world = World(profiles=profiles, providers=(FakeFast(), standard), policy=policy)
    for name in ("slow/a.wav", "slow/b.wav", "quick.wav"):
        world.drop(name)
    world.clock.advance(400)
    for _ in range(4):
        world.drain()
        world.clock.advance(5)
    assert world.states()["quick.wav"] == "transcribed"
    assert standard.created and not standard.transcribed


def test_no_more_calls_are_begun_than_may_run_at_a_time() -> None:
    policy = Policy(max_active_of={LANE: 2})
    world = express_world(policy=policy)
    for i in range(5):
        world.drop(f"{i}.wav")
    until_called(world)
    assert len(world.active.entries) == 2
    world.run()
    assert set(world.states().values()) <= {"transcribed", "failed"}


def test_whoever_stops_an_endpoint_stops_its_lane() -> None:
    world = express_world(FakeProvider())
    world.app.change_brake("endpoint/westeurope", "stop")
    world.drop("a.wav")
    world.clock.advance(400)
    world.drain()
    assert not fast(world).created
    world.app.change_brake("endpoint/westeurope", "go_on")
    world.run()
    assert world.states() == {"a.wav": "transcribed"}


def test_what_does_not_fit_goes_the_usual_way_with_a_note() -> None:
    standard = FakeProvider()
    world = express_world(standard)
    limits = msgspec.structs.replace(LIMITS.in_mode["express"], max_duration_ms=500)
    world.capabilities["azure-speech"] = msgspec.structs.replace(
        LIMITS, in_mode={"express": limits}
    )
    world.start()
    world.drop("long.wav")
    world.run()
    row = world.rows()["long.wav"]
    assert (row.state, row.profile.mode) == ("transcribed", "standard")
    assert "It was done as standard, not as express." in row.notes[0]
    assert standard.created and not fast(world).created


# --- twice, at once, and late -------------------------------------------------------------------


def test_a_message_that_comes_twice_makes_one_call() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    for _ in range(3):
        world.twin().step(message)
    assert fast(world).paid == {f"{URL}a.wav": 1}
    world.run()
    assert_all_is_well(world)


def test_a_message_of_an_intent_that_was_taken_back_makes_none() -> None:
    world = express_world()
    world.drop("a.wav")
    world.step(msgspec.structs.replace(until_called(world), sender="somebody else", job=None))
    assert not fast(world).created


def test_a_message_that_is_lost_costs_time_alone() -> None:
    world = express_world()
    world.drop("a.wav")
    until_called(world)  # and nobody runs it
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert fast(world).paid == {f"{URL}a.wav": 1}
    assert_all_is_well(world)


def test_a_death_after_the_answer_was_stored_pays_nothing_again() -> None:
    """The message comes again, and finds the call begun and its answer kept."""
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    put = world.outputs.put
    world.outputs.put = _dying  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.step(message)
    world.outputs.put = put  # type: ignore[method-assign]
    world.start()
    world.step(message)
    assert world.states() == {"a.wav": "transcribed"}
    assert fast(world).paid == {f"{URL}a.wav": 1}
    world.run()
    assert_all_is_well(world)


def test_without_the_message_the_answer_is_found_by_its_mark() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    put = world.outputs.put
    world.outputs.put = _dying  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.step(message)
    world.outputs.put = put  # type: ignore[method-assign]
    world.start()
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert fast(world).paid == {f"{URL}a.wav": 1}


def _dying(*_: object, **__: object) -> str:
    raise KeyboardInterrupt


def test_nobody_takes_a_call_for_forgotten_that_is_under_way() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    job = world.store.job(message.batch_id, message.job_id)
    assert job is not None
    begun = msgspec.structs.replace(job, answer_by_at=world.clock.now() + timedelta(seconds=500))
    world.store.save(begun)
    world.clock.advance(400)
    world.poll()
    there = world.store.job(message.batch_id, message.job_id)
    assert there is not None and there.state == "submitting"
    world.clock.advance(200)
    world.poll()
    there = world.store.job(message.batch_id, message.job_id)
    assert there is not None and there.state == "unresolved"


# --- what goes wrong ----------------------------------------------------------------------------


def test_an_answer_that_is_lost_is_told_and_never_paid_again() -> None:
    world = express_world()
    fast(world).errors["submit"] = [OutcomeUnknown("cut")]
    world.drop("a.wav")
    world.run()
    failure = world.rows()["a.wav"].failure
    assert failure is not None and failure.code == "outcome_unknown"
    assert fast(world).paid == {f"{URL}a.wav": 1}
    assert_all_is_well(world)


@pytest.mark.parametrize(
    "error",
    [
        ProviderThrottled("429", retry_after_seconds=7),
        ProviderUnavailable("no connection"),
        StoreUnavailable("no key to seal by"),
    ],
)
def test_what_was_certainly_not_carried_out_is_tried_again_and_uses_no_attempt(
    error: Exception,
) -> None:
    world = express_world()
    fast(world).errors["submit"] = [error]
    world.drop("a.wav")
    world.run()
    row = world.rows()["a.wav"]
    assert (row.state, row.attempt) == ("transcribed", 1)
    assert fast(world).paid == {f"{URL}a.wav": 1}


def test_storage_that_fails_once_all_was_sent_leaves_the_outcome_open() -> None:
    world = express_world()
    submit = fast(world).submit

    def sent_and_then(request: object) -> str:
        submit(request)  # type: ignore[arg-type]
        fast(world).transcriptions.clear()
        raise StoreUnavailable("what came of it cannot be noted")

    fast(world).submit = sent_and_then  # type: ignore[method-assign]
    world.drop("a.wav")
    world.run()
    assert fast(world).paid == {f"{URL}a.wav": 1}
    assert world.states() == {"a.wav": "failed"}


def test_a_refusal_fails_the_recording_with_the_providers_reason() -> None:
    world = express_world()
    fast(world).errors["submit"] = [ProviderRefused("422", code="InvalidAudioFormat")]
    world.drop("a.wav")
    world.run()
    failure = world.rows()["a.wav"].failure
    assert failure is not None and failure.code == "InvalidAudioFormat"
    assert not fast(world).paid


def test_audio_that_was_replaced_is_not_sent() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    world.audio.drop("a.wav", a_second_of_silence() + b"\x81", world.clock.now())
    world.step(message)
    world.run()
    failure = world.rows()["a.wav"].failure
    assert failure is not None and failure.code == "audio_replaced"
    assert not fast(world).paid


def test_new_metadata_is_no_new_audio() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), metadata={"x": "1"})
    world.step(message)
    assert world.store.rows and fast(world).sent == [a_second_of_silence()]


def test_audio_that_changes_while_it_is_sent_is_looked_at_again() -> None:
    world = express_world()
    fast(world).errors["submit"] = [AudioChanged("changed while it was sent")]
    world.drop("a.wav")
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert fast(world).paid == {f"{URL}a.wav": 1}


# --- releases side by side ----------------------------------------------------------------------


def test_a_row_of_a_release_before_has_no_lane_and_waits_for_its_provider() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    job = world.store.job(message.batch_id, message.job_id)
    assert job is not None and (job.lane, job.waits_for) == (LANE, LANE)
    row = {k: v for k, v in to_row("p", "k", job).items() if k not in ("lane", "answer_by_at")}
    older = read_row(row)
    assert (older.lane, older.answer_by_at, older.waits_for) == ("", None, "azure-speech")


def test_a_job_of_a_lane_is_read_as_it_was_written_whatever_a_newer_release_adds() -> None:
    world = express_world()
    world.drop("a.wav")
    message = until_called(world)
    job = world.store.job(message.batch_id, message.job_id)
    assert job is not None
    begun = jobs.begun(job, world.clock.now(), world.clock.now())
    read = read_row(to_row("p", "k", begun) | {"of_the_next": 7})
    assert read == msgspec.structs.replace(begun, version="v")


def test_a_message_without_the_row_is_enough_and_one_of_the_next_release_is_read() -> None:
    world = express_world()
    world.drop("a.wav")
    body = msgspec.json.decode(m.encode(until_called(world)))
    del body["job"]
    message = m.read(m.HEAVY, msgspec.json.encode(body | {"of_the_next": {"deep": 1}}))
    assert isinstance(message, m.Express) and message.job is None
    world.step(message)
    assert fast(world).paid == {f"{URL}a.wav": 1}


def read_row(row: dict[str, object]) -> Job:
    made = TableEntity(row)
    made._metadata = {"etag": "v"}  # as the library sets it
    return from_row(Job, made)
