"""What one recording went through, as far as the rows tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import ProviderUnavailable
from shared.messages import Submit
from shared.model.batch.trace import trace
from shared.model.job.carrier import PREFIX
from shared.model.recording.decision import Decision
from shared.model.recording.transitions import waiting_again
from tests.fakes.api import Api
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

AS_OWNER = {"x-functions-key": OWNER_KEY}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def told(api: Api, world: World, name: str) -> Any:
    row = world.rows()[name]
    return api("get_trace", {"batch_id": row.batch_id, "recording_id": row.id}).json


def kinds(found: Any) -> list[str]:
    return [step["what"] for step in found["steps"]]


def test_the_way_of_a_recording_is_told_while_it_goes_and_afterwards(
    world: World, api: Api
) -> None:
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    api("create_batch", json_={"recordings": [{"blob": "a.wav"}]})
    world.drain()
    found = told(api, world, "a.wav")
    assert kinds(found) == ["registered", "submitted"]
    assert found["now"].startswith("The provider has it and the result is awaited, since 2026")
    assert found["transcription_id"] == "westeurope-0001" and found["cost"] is None
    world.clock.advance(40)
    world.run()
    found = told(api, world, "a.wav")
    assert kinds(found) == ["registered", "submitted", "collected", "transcribed"]
    assert [step["after_ms"] for step in found["steps"]] == [None, 0, 40_000, 0]
    first = found["steps"][0]["told"]
    assert first == "uploads/a.wav, 8044 bytes, 1.0 s. Profile default."
    assert found["now"] == "It is transcribed." and found["cost"]["amount"] > 0


def test_what_was_refused_at_the_door_tells_why(world: World, api: Api) -> None:
    world.drop("no.wav", b"this is no sound")
    found = told(api, world, "no.wav")
    assert kinds(found) == ["registered", "failed"]
    assert "not_audio" in found["steps"][-1]["told"] and found["job_id"] is None


def test_a_recording_that_waits_says_for_what(world: World) -> None:
    world.drop("a.wav")
    row, now = world.rows()["a.wav"], world.clock.now()
    assert trace(row, None).now == "It waits to become part of a job."
    later = now + timedelta(minutes=2)
    there = trace(replace(row, companion_due_at=later), None).now
    assert there.startswith("It waits for a file beside it, until 20") and "UTC" in there
    world.clock.advance(66)
    while (message := world.queue.take()) is not None and not isinstance(message, Submit):
        world.step(message)
    planned = world.rows()["a.wav"]
    [job] = world.store.job_rows.values()
    told = trace(planned, job).now
    assert told.startswith("It is part of a job that waits in line to be sent, since 2026")
    again = trace(waiting_again(planned, now, attempt=2, not_before_at=later), None).now
    assert again.startswith("It waits for attempt 2, not before 20")


def test_a_part_is_told_by_what_it_travels_in(world: World, api: Api) -> None:
    """Two windows of one kind, sent in one call."""
    for name in ("a.wav", "b.wav"):
        world.drop(name)
        world.clock.advance(60)
    world.clock.advance(66)
    kept = []
    while (message := world.queue.take()) is not None:
        if isinstance(message, Submit):
            kept.append(message)
        else:
            world.step(message)
    world.step(kept[0])
    assert any(batch.startswith(PREFIX) for batch, _ in world.store.job_rows)
    for name in ("a.wav", "b.wav"):
        found = told(api, world, name)
        assert "took the job of 2 recordings" in found["steps"][-1]["told"]
        assert found["now"].startswith("The provider has it")
    world.run()
    assert kinds(told(api, world, "a.wav"))[-1] == "transcribed"


def test_decisions_and_corrections_stand_in_their_place(world: World, api: Api) -> None:
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    api("create_batch", json_={"recordings": [{"blob": "a.wav"}], "mode": "standard"})
    world.run()
    row = world.rows()["a.wav"]
    one = {"batch_id": row.batch_id, "recording_id": row.id}
    said = api("get_transcript", one).json["utterances"][0]
    change = {"op": "text", "utterance": said["id"], "was": said["text"], "now": "Yes."}
    body = {"id": "5f1e9a0c", "based_on": 0, "changes": [change]}
    world.clock.advance(60)
    assert api("create_revision", one, json_=body, headers=AS_OWNER).status == 201
    found = told(api, world, "a.wav")
    assert kinds(found)[-1] == "corrected"
    assert "revision 1 by" in found["steps"][-1]["told"]
    assert "Yes." not in str(found)
    why = Decision(at=row.registered_at, what="express", why="the deadline nears")
    steps = trace(replace(row, decisions=(why,)), None).steps
    assert [step.told for step in steps if step.what == "decided"] == [
        "express: the deadline nears."
    ]


def test_a_recording_that_is_not_there_is_a_404(world: World, api: Api) -> None:
    world.drop("a.wav")
    row = world.rows()["a.wav"]
    gone = {"batch_id": row.batch_id, "recording_id": "0" * 32}
    assert api("get_trace", gone).status == 404
    assert api("get_trace", {"batch_id": "no-such", "recording_id": row.id}).status == 404


def test_a_provider_that_was_out_is_told_by_the_time_that_went_by(world: World, api: Api) -> None:
    endpoint = next(iter(world.endpoints.values()))
    endpoint.errors["submit"] = [ProviderUnavailable("503")]
    world.drop("a.wav")
    world.run()
    found = told(api, world, "a.wav")
    submitted = next(step for step in found["steps"] if step["what"] == "submitted")
    assert submitted["after_ms"] > 60_000


def in_line(world: World, name: str) -> None:
    world.drop(name)
    world.clock.advance(66)
    while (message := world.queue.take()) is not None and not isinstance(message, Submit):
        world.step(message)


@pytest.mark.parametrize(
    ("scope", "told_so"),
    [
        ("deployment", "Nothing of deployment is sent: it is stopped since 20"),
        ("profile/default", "Nothing of profile/default is sent: it is stopped since 20"),
        ("endpoint/westeurope", ""),
    ],
)
def test_a_recording_that_is_held_back_says_by_whom(
    world: World, api: Api, scope: str, told_so: str
) -> None:
    """Of an endpoint that is stopped nobody knows whether the job would have gone there."""
    in_line(world, "a.wav")
    world.app.change_brake(scope, "stop", "wrong uploads")
    now = told(api, world, "a.wav")["now"]
    assert now.startswith("It is part of a job that waits in line to be sent, since 2026")
    assert (told_so in now and "(wrong uploads)" in now) if told_so else "Nothing of" not in now
    world.app.change_brake(scope, "go_on")
    assert "Nothing of" not in told(api, world, "a.wav")["now"]
