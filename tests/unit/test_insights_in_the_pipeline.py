"""Insights are made once a transcript is stored, never hold it, and are paid once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.errors import (
    ChoiceRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.messages import Understand, encode
from shared.model.money.price import PriceTable, Rate, TokenRate
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording.understanding import MOST_CALLS, STUCK
from shared.ports.prompter import Answered
from tests.fakes.crashes import Trap, live
from tests.fakes.finder import FakeFinder
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.prompter import FakePrompter, nothing_told
from tests.fakes.world import World, a_second_of_silence

NAME = "call.wav"
PATH = f"transcripts/audio/{NAME}.insights.json"
ALL = ("summary", "chapters", "issues", "outcome")
WELL = {
    "summary": "Somebody said what this is.",
    "chapters": [{"line": 1, "title": "A name", "summary": None}],
    "issues": [],
    "outcome": "resolved",
}


def world_of(prompter: FakePrompter | None, *insights: str, **options: Any) -> World:
    profile = Profile(insights=insights or ALL, options=Options(**options))
    return World(profiles=(profile,), prompter=prompter)


def told(world: World, path: str = PATH) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(world.outputs.files[path].content)
    return found


def why(world: World) -> dict[str, str]:
    return {one["insight"]: one["code"] for one in told(world)["not_made"]}


def ran(world: World) -> World:
    world.drop(NAME)
    world.run()
    assert world.states() == {NAME: "transcribed"}
    assert_all_is_well(world)
    return world


def test_all_that_a_profile_wants_is_asked_in_one_call_and_stored_beside_the_transcript() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = ran(world_of(prompter))
    assert len(prompter.questions) == 1
    found = told(world)
    assert found["schema"] == "insights/1" and found["not_made"] == []
    chapters = [{"start_ms": 100, "title": "A name", "summary": None}]
    assert found["answers"] == {**WELL, "chapters": chapters}
    assert found["by"]["model"] == "fake-1" and found["usage"]["input_tokens"] == 1_400
    row = world.rows()[NAME]
    assert row.understanding is not None and row.understanding.path == PATH
    assert row.understanding.has_all and row.understanding.calls == 1


def test_who_wants_none_asks_nobody_and_no_message_is_sent() -> None:
    prompter = FakePrompter()
    world = World(prompter=prompter)
    ran(world)
    assert not prompter.questions and world.rows()[NAME].understanding is None
    assert PATH not in world.outputs.files


def test_the_transcript_is_told_of_before_anybody_is_asked() -> None:
    prompter = FakePrompter()
    world = world_of(prompter)
    seen: list[str] = []
    prompter.meanwhile = lambda: seen.append(
        f"{world.states()[NAME]} {f'transcripts/audio/{NAME}.json' in world.outputs.files}"
    )
    ran(world)
    assert seen == ["transcribed True"]


TROUBLE: dict[str, ProviderError] = {
    "down": ProviderUnavailable("no route"),
    "wrong key": ProviderUnauthorised("who are you"),
    "throttled": ProviderThrottled("slower", retry_after_seconds=7),
    "refused as such": ChoiceRefused("no such model"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_with_the_model_waits_and_uses_up_nothing(trouble: str) -> None:
    prompter = FakePrompter(lambda _: WELL)
    prompter.turns += [TROUBLE[trouble]] * 6
    world = ran(world_of(prompter))
    row = world.rows()[NAME]
    assert row.attempt == 1 and not world.poison
    assert told(world)["answers"]["outcome"] == "resolved"
    assert row.understanding is not None and row.understanding.calls == 1


def test_a_model_that_is_down_for_days_is_given_up_and_the_transcript_is_there() -> None:
    prompter = FakePrompter()
    prompter.turns = _Endless([ProviderUnavailable("no route")])
    world = ran_for_days(world_of(prompter))
    assert set(why(world).values()) == {"no_answer"} and set(why(world)) == set(ALL)
    assert len(prompter.questions) < 1_000


def ran_for_days(world: World) -> World:
    world.drop(NAME)
    world.run(hours=72)
    assert world.states() == {NAME: "transcribed"}
    return world


class _Endless(list[Any]):
    def pop(self, index: object = -1) -> Any:
        return self[0]


def test_a_call_of_unknown_outcome_is_not_repeated_without_end() -> None:
    prompter = FakePrompter()
    prompter.turns = _Endless([OutcomeUnknown("broke")])
    world = ran_for_days(world_of(prompter))
    assert len(prompter.questions) == MOST_CALLS
    assert set(why(world).values()) == {"no_answer"}


UNUSABLE = {
    "no JSON": Answered("I am sorry, I cannot."),
    "a list": Answered("[1]"),
    "cut off": Answered('{"summary": "So', "cut"),
    "nested without end": Answered("[" * 200_000),
}


@pytest.mark.parametrize("kind", UNUSABLE)
@pytest.mark.parametrize(("times", "made"), [(1, 4), (2, 0)])
def test_what_makes_no_sense_is_asked_for_once_more(kind: str, times: int, made: int) -> None:
    prompter = FakePrompter(lambda _: WELL)
    prompter.turns += [UNUSABLE[kind]] * times
    world = ran(world_of(prompter))
    assert len(told(world)["answers"]) == made
    assert len(prompter.questions) == 2
    assert set(why(world).values()) == (set() if made else {"unusable"})


@pytest.mark.parametrize("ended", ["refused", "too_long"])
def test_a_refusal_is_noted_and_not_repeated(ended: Any) -> None:
    prompter = FakePrompter()
    prompter.turns.append(Answered("", ended))
    world = ran(world_of(prompter))
    assert set(why(world).values()) == {ended} and len(prompter.questions) == 1


def test_a_transcript_that_is_too_long_is_not_sent() -> None:
    prompter = FakePrompter(most_characters=10)
    world = ran(world_of(prompter))
    assert set(why(world).values()) == {"too_long"} and not prompter.questions


def test_an_insight_that_is_known_no_more_is_noted_beside_the_others() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = ran(world_of(prompter, "outcome", "former"))
    assert why(world) == {"former": "unknown"} and told(world)["answers"] == {"outcome": "resolved"}


def test_one_answer_of_another_form_costs_only_itself() -> None:
    prompter = FakePrompter(lambda _: {**WELL, "outcome": "You won!"})
    world = ran(world_of(prompter))
    assert why(world) == {"outcome": "wrong_form"} and set(told(world)["answers"]) == set(ALL[:3])
    assert len(prompter.questions) == 1


def test_a_message_that_comes_twice_pays_once() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = ran(world_of(prompter))
    row = world.rows()[NAME]
    for _ in range(3):
        world.step(Understand(batch_id=row.batch_id, recording_id=row.id))
    assert len(prompter.questions) == 1


def test_two_machines_at_the_same_moment_pay_once() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = world_of(prompter)
    twin = world.twin()

    def other() -> None:
        prompter.meanwhile = lambda: None
        row = world.rows()[NAME]
        twin.step(Understand(batch_id=row.batch_id, recording_id=row.id))

    prompter.meanwhile = other
    ran(world)
    assert len(prompter.questions) == 1 and not why(world)


def test_who_dies_after_storing_what_was_paid_is_followed_by_somebody_who_finds_it() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = world_of(prompter)
    put = world.outputs.put

    def die_after(path: str, *args: Any, **more: Any) -> str:
        found = put(path, *args, **more)
        if path.endswith(".insights.json"):
            world.outputs.put = put  # type: ignore[method-assign]
            raise RuntimeError("the process ended")
        return found

    world.outputs.put = die_after  # type: ignore[method-assign]
    world.start()
    ran(world)
    row = world.rows()[NAME]
    assert row.understanding is not None and row.understanding.path == PATH
    assert len(prompter.questions) == 1


def test_who_dies_in_a_call_is_followed_by_somebody_and_not_for_ever() -> None:
    prompter = FakePrompter()
    prompter.turns = _Endless([RuntimeError("the process ended")])
    world = world_of(prompter)
    world.drop(NAME)
    for _ in range(20):
        world.run(hours=24)
        world.clock.advance(STUCK.total_seconds())
        world.drain_poison()
    assert world.states() == {NAME: "transcribed"}
    assert len(prompter.questions) == MOST_CALLS


@pytest.mark.long
def test_a_process_may_die_after_any_outside_call_and_pays_once() -> None:
    def begun(point: int | None) -> tuple[World, FakePrompter, Trap]:
        prompter = FakePrompter(lambda _: WELL)
        world = world_of(prompter)
        world.audio.drop(NAME, a_second_of_silence(), world.clock.now())
        trap = Trap(world, point)
        live(world, is_kind=True)
        return world, prompter, trap

    calls = begun(None)[2].calls
    for point in range(1, calls + 1):
        world, prompter, _ = begun(point)
        assert world.states() == {NAME: "transcribed"}, point
        assert PATH in world.outputs.files and not why(world), point
        assert len(prompter.questions) == 1, f"after outside call {point} of {calls}"
        assert_all_is_well(world)
    assert calls > 15


def test_what_is_hidden_never_reaches_the_model_nor_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    leak = {**WELL, "summary": "It is 4111 1111 1111 1111."}
    prompter = FakePrompter(lambda _: leak)
    options = Options(redact=("person_name", "pci"), redact_with="kind")
    profile = Profile(insights=ALL, options=options)
    finder = FakeFinder({"Gonzalez": "person_name"})
    world = World(profiles=(profile,), prompter=prompter, finder=finder)
    name = "Gonzalez 5105 1051 0510 5100.wav"
    world.drop(name)
    world.run()
    assert world.states() == {name: "transcribed"}
    (question,) = prompter.questions
    asked = question.system + question.user
    assert "Gonzalez" not in asked and "5105" not in asked and "[PERSON_NAME]" in asked
    stored = told(world, f"transcripts/audio/{name}.insights.json")
    assert "4111" not in str(stored) and stored["not_made"][0]["code"] == "personal_data"
    assert "4111" not in caplog.text and "This is" not in caplog.text


def test_a_recording_that_goes_takes_its_insights_along() -> None:
    world = ran(world_of(FakePrompter()))
    row = world.rows()[NAME]
    world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="me")
    world.run()
    assert not [path for path in world.outputs.files if NAME in path]
    assert world.rows()[NAME].understanding is None


def test_one_that_goes_while_they_are_made_leaves_nothing() -> None:
    prompter = FakePrompter()
    world = world_of(prompter)

    def go() -> None:
        if len(prompter.questions) == 2:  # by now the batch is over
            row = world.rows()[NAME]
            world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="me")
            world.drain()

    prompter.meanwhile = go
    prompter.turns.append(ProviderThrottled("slower", retry_after_seconds=600))
    world.drop(NAME)
    world.run()
    assert len(prompter.questions) == 2
    assert not [path for path in world.outputs.files if NAME in path]


def test_each_of_many_recordings_has_its_own() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = world_of(prompter)
    names = [f"{n}.wav" for n in range(5)]
    for name in names:
        world.drop(name)
    world.run()
    assert world.states() == dict.fromkeys(names, "transcribed")
    assert len(prompter.questions) == 5, "one call for each"
    made = {told(world, f"transcripts/audio/{name}.insights.json")["name"] for name in names}
    assert made == set(names)
    assert_all_is_well(world)


def test_a_message_before_its_row_waits_for_it() -> None:
    prompter = FakePrompter(lambda _: WELL)
    world = world_of(prompter)
    row = world.drop(NAME)
    assert row is not None
    world.step(Understand(batch_id=row.batch_id, recording_id=row.id))
    assert not prompter.questions
    world.run()
    assert len(prompter.questions) == 1 and told(world)["answers"]["outcome"] == "resolved"


def test_without_anybody_to_ask_nothing_happens() -> None:
    world = ran(world_of(None))
    assert PATH not in world.outputs.files
    row = world.rows()[NAME]
    world.step(Understand(batch_id=row.batch_id, recording_id=row.id))


def test_what_it_costs_is_in_the_estimate_and_what_it_took_in_the_insights() -> None:
    rate = {"azure-speech": {"standard": Rate(per_hour=1.0)}}
    tokens = TokenRate(per_million_in=1.0, per_million_out=10.0)
    world = world_of(FakePrompter(lambda _: WELL))
    world.prices = PriceTable(rates=rate, tokens=tokens)  # type: ignore[arg-type]
    world.start()
    ran(world)
    assert told(world)["usage"]["cost"] == {
        "amount": 0.0044,
        "currency": "USD",
        "estimated": True,
    }
    row = world.rows()[NAME]
    assert row.cost_amount == pytest.approx((1.0 + 0.018 + 0.03) * 2 / 3_600, abs=1e-6)


def test_the_report_says_where_they_lie() -> None:
    for insights in (ALL, ()):
        world = World(profiles=(Profile(insights=insights),), prompter=FakePrompter(lambda _: WELL))
        ran(world)
        (name,) = (name for name in world.outputs.reports if name.endswith(".json"))
        report = msgspec.json.decode(world.outputs.reports[name])
        outputs = report["recordings"][0]["outputs"]
        assert outputs.get("insights") == (PATH if insights else None)


def test_neither_message_nor_row_holds_what_was_said() -> None:
    world = ran(world_of(FakePrompter(lambda _: {**WELL, "summary": "A secret of theirs."})))
    row = world.rows()[NAME]
    assert b"secret" not in msgspec.json.encode(row)
    assert b"call.wav" not in encode(Understand(batch_id=row.batch_id, recording_id=row.id))


def test_an_answer_of_nothing_told_is_an_answer() -> None:
    world = ran(world_of(FakePrompter(nothing_told)))
    assert told(world)["answers"] == dict.fromkeys(ALL) and not why(world)
