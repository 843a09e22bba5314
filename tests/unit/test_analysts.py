"""Insights that a service for language finds: what it is asked, what is believed of its answers,
and what comes of them with a recording."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.views.items import item_view
from shared.errors import (
    ChoiceRefused,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.finders.azure_language.analyses import ANALYSES, body_of, read_answer
from shared.insights.analyse import Analyst
from shared.messages import Understand
from shared.model.insights.analysis import insight_of, records_of, share_out, windows_for
from shared.model.insights.answers import read_answers
from shared.model.insights.insight import ANALYSED, BUILT_IN
from shared.model.insights.tone import sentiment_of, together
from shared.model.money.price import PriceTable, Rate, RecordRate, TokenRate, estimate
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window, windows_of
from shared.model.transcript.transcript import Transcript
from shared.pipeline.write.gather import Gather
from shared.providers.decoding import Undecodable
from tests.fakes.analyst import FakeAnalyst, analysts
from tests.fakes.crashes import Trap, live
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_insights import transcript

NAME = "call.wav"
PATH = f"transcripts/audio/{NAME}.insights.json"
FINDS = {"sentiment": {r"This is[^.]*\.?": "positive"}, "entities": {"Mill": "location"}}
EVERYWHERE = Finds(frozenset(ANALYSED), frozenset({"en"}))
CALL = transcript(
    "Maria Gonzalez from Acme. How can I help?",
    "My parcel is late, and I am angry.",
    "I am sorry. It will come tomorrow.",
    "Great, thank you. Is acme open on Monday?",
)


def found_in(of: Transcript, name: str, says: Mapping[str, str]) -> Any:
    finder = FakeAnalyst(name, says)
    placed = windows_for(name, of, finder.finds, finder.most_characters)
    answers = finder.find([one.window for one in placed], [name])
    return insight_of(name, of, placed, [one or () for one in answers])


# What is sent.


@pytest.mark.parametrize("name", ANALYSED)
def test_a_call_is_of_one_kind_and_wants_no_log(name: str) -> None:
    body = msgspec.json.decode(body_of(ANALYSES[name], [Window("Hi.", "en-US")]))
    kinds = {"sentiment": "SentimentAnalysis", "key_phrases": "KeyPhraseExtraction"}
    assert body["kind"] == kinds.get(name, "EntityRecognition")
    assert body["parameters"]["loggingOptOut"] is True
    assert body["analysisInput"]["documents"] == [{"id": "0", "language": "en", "text": "Hi."}]
    has_places = body["parameters"].get("stringIndexType") == "UnicodeCodePoint"
    assert has_places == (name != "key_phrases"), "phrases have no places"


def test_for_tones_nobody_stands_in_the_window_of_another() -> None:
    placed = windows_for("sentiment", CALL, EVERYWHERE, 5_120)
    assert [one.window.text.splitlines()[0][:9] for one in placed] == ["Maria Gon", "My parcel"]
    assert [one.orders for one in placed] == [(0, 2), (1, 3)]
    (together_,) = windows_for("entities", CALL, EVERYWHERE, 5_120)
    assert together_.orders == (0, 1, 2, 3)


@given(
    st.lists(st.text("ab .é👩", min_size=1, max_size=60), min_size=1, max_size=30),
    st.integers(450, 900),
)
def test_windows_by_speaker_hold_each_character_once(said: list[str], most: int) -> None:
    of = transcript(*said)
    placed = windows_of(of, EVERYWHERE, most, by_speaker=True)
    for channel in (0, 1):
        own = [one for one in of.utterances if one.channel == channel]
        texts = [w.window.text for w in placed if of.utterances[w.orders[0]].channel == channel]
        if own and all(w.orders for w in placed):
            assert "".join(texts) == "\n".join(one.text for one in own)
    assert all(len(w.window.text) <= most for w in placed)


def six_minutes(characters: int = 4_900) -> Transcript:
    line = "And then it said that there is nothing to be done about it. "
    return transcript(*[line.strip()] * (characters // len(line)))


def test_six_minutes_are_a_window_for_each_and_two_for_tones() -> None:
    of = six_minutes()
    counts = {name: len(windows_for(name, of, EVERYWHERE, 5_120)) for name in ANALYSED}
    assert counts == {"sentiment": 2, "key_phrases": 1, "entities": 1}
    calls = {name: counts[name] / ANALYSES[name].most_windows for name in ANALYSED}
    assert calls == {"sentiment": 0.2, "key_phrases": 0.1, "entities": 0.2}, "a recording"
    assert records_of(windows_for("sentiment", of, EVERYWHERE, 5_120)) == 6


def test_what_several_want_to_know_at_a_time_is_one_call() -> None:
    finder = FakeAnalyst("sentiment", {"nothing": "negative"})
    analyst = Analyst(finder, Gather(finder.most_windows, 1_000, wait_seconds=60))
    with ThreadPoolExecutor(5) as pool:
        made = list(pool.map(lambda _: analyst("sentiment", six_minutes()), range(5)))
    assert len(finder.calls) == 1 and len(finder.calls[0]) == 10
    assert all(one.answers.made["sentiment"] for one in made)


# What is believed of an answer.


def answer(name: str, *documents: dict[str, Any], kind: str = "") -> bytes:
    results = {"documents": documents, "errors": [], "modelVersion": "2025-01-01"}
    return msgspec.json.encode(
        {"kind": kind or f"{ANALYSES[name].kind}Results", "results": results}
    )


def read(name: str, text: str, **own: Any) -> Any:
    body = answer(name, {"id": "0", "warnings": [], **own})
    return read_answer(ANALYSES[name], body, [Window(text, "en")])[0]


def test_each_kind_is_read_as_the_service_tells_it() -> None:
    text = "I hate it 👩‍👩‍👧. Maria waits."
    sentence = {"text": "Maria waits.", "sentiment": "neutral", "offset": text.index("Maria")}
    felt = read("sentiment", text, sentiment="mixed", sentences=[{**sentence, "length": 12}])
    assert felt == (Found("neutral", text.index("Maria"), len(text)),)
    entity = {"text": "Maria", "category": "Person", "offset": text.index("Maria"), "length": 5}
    assert read("entities", text, entities=[entity]) == (
        Found("person", text.index("Maria"), text.index("Maria") + 5),
    )
    phrases = read("key_phrases", text, keyPhrases=["hate", "nobody said it"])
    assert phrases == (Found("key_phrases", 2, 6),)


def test_a_place_that_is_wrong_is_looked_for_and_what_stands_nowhere_is_left_out() -> None:
    wrong = {"text": "Maria", "category": "Person", "offset": 3, "length": 5}
    nowhere = {"text": "Gonzalez", "category": "Person", "offset": 0, "length": 8}
    assert read("entities", "I am Maria.", entities=[wrong, nowhere]) == (Found("person", 5, 10),)


@pytest.mark.parametrize(
    ("category", "kind"),
    [("Gadget", "other"), ("IpAddress", "ip_address"), ("IPAddress", "ip_address")],
)
def test_a_kind_that_nobody_knows_is_another(category: str, kind: str) -> None:
    entity = {"text": "Maria", "category": category, "offset": 0, "length": 5}
    assert read("entities", "Maria.", entities=[entity]) == (Found(kind, 0, 5),)


@pytest.mark.parametrize("name", ANALYSED)
def test_no_answer_two_or_one_for_a_part_is_none(name: str) -> None:
    own: dict[str, Any] = {"sentences": [], "entities": [], "keyPhrases": [], "sentiment": "mixed"}
    windows, analysis = [Window("Hi.", "en")], ANALYSES[name]
    one = {"id": "0", "warnings": [], **own}
    cut = {**one, "warnings": [{"code": "DocumentTruncated"}]}
    assert read_answer(analysis, answer(name, one), windows) == [()]
    for documents in ([], [one, one], [cut], [{**one, "id": "7"}]):
        assert read_answer(analysis, answer(name, *documents), windows) == [None]
    for body in (b"{}", b"[]", answer(name, one, kind="OtherResults"), b'{"kind": "x"', b"\xff"):
        with pytest.raises(Undecodable):
            read_answer(analysis, body, windows)


# What is made of it.


def test_tones_are_told_by_utterance_and_by_who_speaks() -> None:
    found = found_in(CALL, "sentiment", {"My parcel.*": "negative", "Great.*you": "positive"})
    assert [(one["start_ms"], one["sentiment"]) for one in found["utterances"]] == [
        (1_000, "negative"),
        (3_000, "positive"),
    ]
    assert found["utterances"][0] == {
        "start_ms": 1_000,
        "end_ms": 1_900,
        "speaker": "Customer",
        "sentiment": "negative",
    }
    agent, customer = found["speakers"]
    assert (agent["speaker"], agent["overall"], agent["neutral"]) == ("Agent", "neutral", 1.0)
    assert (customer["overall"], found["overall"]) == ("mixed", "mixed")
    assert customer["positive"] + customer["negative"] == pytest.approx(1, abs=0.01)


def test_sentences_of_an_utterance_make_its_tone_together() -> None:
    assert together(["neutral", "neutral"]) == together([]) == "neutral"
    assert together(["neutral", "positive"]) == "positive"
    assert together(["negative", "neutral"]) == "negative"
    assert together(["negative", "positive"]) == together(["mixed"]) == "mixed"


@given(st.dictionaries(st.integers(0, 3), st.sampled_from(["positive", "negative", "mixed"])))
def test_shares_of_a_speaker_are_a_whole(tones: Any) -> None:
    found: Any = sentiment_of(CALL, tones)
    for one in found["speakers"]:
        shares = [one[tone] for tone in ("positive", "neutral", "negative", "mixed")]
        assert sum(shares) == pytest.approx(1, abs=0.003)
    assert len(found["utterances"]) == len(tones)


def test_entities_are_told_once_with_who_speaks_of_them() -> None:
    found = found_in(CALL, "entities", {"[Aa]cme": "organization", "Maria Gonzalez": "person"})
    assert found == [
        {
            "text": "Maria Gonzalez",
            "kind": "person",
            "times": 1,
            "speakers": ["Agent"],
            "start_ms": 0,
        },
        {
            "text": "Acme",
            "kind": "organization",
            "times": 2,
            "speakers": ["Agent", "Customer"],
            "start_ms": 0,
        },
    ]


def test_what_is_said_most_comes_first_and_placeholders_are_nothing() -> None:
    of = transcript("[PERSON_NAME] sent a parcel.", "A #### parcel?", "Monday.")
    says = {r"\[PERSON_NAME\]": "x", "#### parcel": "x", "parcel": "x", "Monday": "x", r"\.": "x"}
    found = found_in(of, "key_phrases", says)
    assert [(one["phrase"], one["times"]) for one in found] == [("parcel", 2), ("Monday", 1)]


def test_what_stands_in_two_windows_is_counted_once() -> None:
    of = transcript(*["Somebody of Acme said that it would be done by then."] * 12)
    finder = FakeAnalyst("entities", {"Acme": "organization"})
    placed = windows_for("entities", of, finder.finds, 450)
    assert len(placed) > 1
    answers = finder.find([one.window for one in placed], ["entities"])
    found: Any = insight_of("entities", of, placed, [one or () for one in answers])
    assert [one["times"] for one in found] == [12]


def test_a_model_that_is_asked_gives_them_the_same_form() -> None:
    names = list(ANALYSED)
    said = {
        "sentiment": [{"line": 2, "sentiment": "negative"}, {"line": 3, "sentiment": None}],
        "key_phrases": ["parcel", "something else"],
        "entities": [{"text": "acme", "kind": "organization"}, {"text": "Nobody", "kind": None}],
    }
    asked = [BUILT_IN[name] for name in names]
    found = read_answers(msgspec.json.encode(said).decode(), asked, CALL)
    assert found is not None and not found.not_made
    assert found.made["sentiment"] == found_in(CALL, "sentiment", {"My parcel.*": "negative"})
    assert found.made["entities"] == found_in(CALL, "entities", {"[Aa]cme": "organization"})
    assert found.made["key_phrases"] == found_in(CALL, "key_phrases", {"parcel": "x"})


@pytest.mark.parametrize("line", [0, 5, None, 10**12])
def test_a_tone_of_no_line_is_another_form(line: Any) -> None:
    said = msgspec.json.encode({"sentiment": [{"line": line, "sentiment": "mixed"}]}).decode()
    found = read_answers(said, [BUILT_IN["sentiment"]], CALL)
    assert found is not None and [one.code for one in found.not_made] == ["wrong_form"]


def test_null_stays_null() -> None:
    found = read_answers("{}", [BUILT_IN[name] for name in ANALYSED], CALL)
    assert found is not None and found.made == dict.fromkeys(ANALYSED)


# Who makes what.


def shared(finds: Mapping[str, Finds], of: Transcript = CALL, *, asks: bool = True) -> Any:
    insights = [BUILT_IN[name] for name in ("summary", "sentiment")]
    return share_out(insights, of, finds, has_prompter=asks, today=date(2027, 1, 1))


def test_the_service_has_what_it_finds_and_the_model_the_rest() -> None:
    own = Finds(frozenset({"sentiment"}), frozenset({"en"}), date(2027, 1, 1))
    assert shared({"sentiment": own}).found == ("sentiment",)
    assert [one.name for one in shared({"sentiment": own}).asked] == ["summary"]
    late, other = own._replace(until=date(2026, 12, 31)), own._replace(languages=frozenset({"de"}))
    for finds, code in ((late, "retired"), (other, "language")):
        assert [one.name for one in shared({"sentiment": finds}).asked] == ["summary", "sentiment"]
        alone = shared({"sentiment": finds}, asks=False)
        assert {one.insight: one.code for one in alone.not_made} == {
            "summary": "nobody",
            "sentiment": code,
        }


def test_an_insight_of_ones_own_that_is_called_so_is_the_models() -> None:
    own = msgspec.structs.replace(BUILT_IN["sentiment"], ask="How was it?")
    found = share_out([own], CALL, {"sentiment": EVERYWHERE}, has_prompter=True, today=date.max)
    assert found.asked == (own,) and not found.found


# With a recording.


def world_of(
    finders: Mapping[str, FakeAnalyst],
    *insights: str,
    prompter: FakePrompter | None = None,
    **options: Any,
) -> World:
    profile = Profile(insights=insights or tuple(finders), options=Options(**options))
    return World(profiles=(profile,), analysts=finders, prompter=prompter)


def ran(world: World) -> dict[str, Any]:
    world.drop(NAME)
    world.run()
    assert world.states() == {NAME: "transcribed"}
    assert_all_is_well(world)
    return told(world)


def told(world: World) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(world.outputs.files[PATH].content)
    return found


def why(found: dict[str, Any]) -> dict[str, str]:
    return {one["insight"]: one["code"] for one in found["not_made"]}


def calls(finders: Mapping[str, FakeAnalyst]) -> dict[str, int]:
    return {name: len(one.calls) for name, one in finders.items()}


def test_without_a_model_the_service_makes_what_it_can_with_a_call_for_each() -> None:
    finders = analysts(**FINDS)
    world = world_of(finders)
    found = ran(world)
    assert found["answers"]["sentiment"]["overall"] == "positive" and not why(found)
    assert found["sources"] == dict.fromkeys(FINDS, "azure-language")
    assert found["by"] == {"name": "azure-language", "model": None, "asked": found["by"]["asked"]}
    assert found["usage"]["records"] == 2 and found["usage"]["input_tokens"] is None
    assert calls(finders) == dict.fromkeys(FINDS, 1)
    row = world.rows()[NAME]
    assert row.understanding is not None and row.understanding.has_all
    for _ in range(2):
        world.step(Understand(batch_id=row.batch_id, recording_id=row.id))
    assert calls(finders) == dict.fromkeys(FINDS, 1)


def test_the_model_is_asked_for_the_rest_in_its_one_call() -> None:
    finders, prompter = analysts(**FINDS), FakePrompter(lambda _: {"summary": "So."})
    found = ran(world_of(finders, "summary", *FINDS, prompter=prompter))
    (question,) = prompter.questions
    assert list(question.schema["properties"]) == ["summary"]
    assert found["sources"] == {"summary": "chat", **dict.fromkeys(FINDS, "azure-language")}
    assert found["by"]["name"] == "chat" and set(found["answers"]) == {"summary", *FINDS}


def test_in_a_language_that_it_does_not_know_the_model_is_asked() -> None:
    finders = {"sentiment": FakeAnalyst("sentiment", languages=frozenset({"de"}))}
    said = {"sentiment": [{"line": 1, "sentiment": "negative"}]}
    found = ran(world_of(finders, prompter=FakePrompter(lambda _: said)))
    assert found["answers"]["sentiment"]["utterances"][0]["sentiment"] == "negative"
    assert found["sources"] == {"sentiment": "chat"} and not finders["sentiment"].calls
    assert why(ran(world_of(finders))) == {"sentiment": "language"}


def test_what_the_service_has_given_up_is_the_models() -> None:
    finders = {"sentiment": FakeAnalyst("sentiment", until=date(2020, 1, 1))}
    prompter = FakePrompter(lambda _: {"sentiment": []})
    found = ran(world_of(finders, prompter=prompter))
    assert found["answers"]["sentiment"]["overall"] == "neutral" and len(prompter.questions) == 1
    assert why(ran(world_of(finders))) == {"sentiment": "retired"}


def test_what_it_refuses_as_such_is_the_models_too() -> None:
    finders = analysts(**FINDS)
    finders["sentiment"].errors += [ChoiceRefused("no such kind")]
    found = ran(world_of(finders, prompter=FakePrompter(lambda _: {"sentiment": []})))
    assert found["sources"] == {"sentiment": "chat", "entities": "azure-language"}


TROUBLE: dict[str, ProviderError] = {
    "down": ProviderUnavailable("no route"),
    "wrong key": ProviderUnauthorised("who are you"),
    "throttled": ProviderThrottled("slower", retry_after_seconds=7),
    "refused as such": ChoiceRefused("no such kind"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_with_the_service_waits_and_others_are_not_asked_again(trouble: str) -> None:
    finders, prompter = analysts(**FINDS), FakePrompter(lambda _: {"summary": "So."})
    has_model = trouble != "refused as such"
    finders["sentiment"].errors += [TROUBLE[trouble]] * 6
    asks = ("summary", *FINDS) if has_model else tuple(FINDS)
    found = ran(world_of(finders, *asks, prompter=prompter if has_model else None))
    assert set(found["answers"]) == set(asks) and not why(found)
    assert calls(finders) == {"sentiment": 7, "entities": 1}
    assert len(prompter.questions) == (1 if has_model else 0)


def test_trouble_with_the_model_does_not_have_the_service_asked_again() -> None:
    finders, prompter = analysts(**FINDS), FakePrompter(lambda _: {"summary": "So."})
    prompter.turns += [ProviderUnavailable("no route")] * 6
    found = ran(world_of(finders, "summary", *FINDS, prompter=prompter))
    assert not why(found) and calls(finders) == dict.fromkeys(FINDS, 1)
    assert found["usage"]["records"] == 2


def test_one_that_is_down_for_days_costs_only_itself() -> None:
    finders = analysts(**FINDS)
    finders["sentiment"].errors = _Endless([ProviderUnavailable("no route")])
    world = world_of(finders)
    world.drop(NAME)
    world.run(hours=72)
    found = told(world)
    assert why(found) == {"sentiment": "no_answer"} and set(found["answers"]) == {"entities"}
    assert calls(finders)["entities"] == 1


class _Endless(list[Any]):
    def pop(self, index: object = -1) -> Any:
        return self[0]


@pytest.mark.parametrize(("times", "made"), [(1, True), (2, False)])
def test_what_cannot_be_believed_is_asked_for_once_more(times: int, made: bool) -> None:
    finders = analysts(**FINDS)
    finders["entities"].doubted = times
    found = ran(world_of(finders))
    assert why(found) == ({} if made else {"entities": "unusable"})
    assert calls(finders) == {"sentiment": 1, "entities": 2}


def test_what_is_hidden_is_in_none_of_them() -> None:
    finders = analysts(key_phrases={r"This[^.]*": "x"}, entities={"This": "other"})
    world = world_of(finders, redact=("pci",), redact_with="kind")
    name = "5105 1051 0510 5100.wav"
    world.drop(name)
    world.run()
    asked = str([window.text for one in finders.values() for c in one.calls for window in c])
    assert "5105" not in asked and "[CREDIT_CARD_NUMBER]" in asked
    found = msgspec.json.decode(
        world.outputs.files[f"transcripts/audio/{name}.insights.json"].content
    )
    assert found["answers"]["entities"][0]["text"] == "This" and not found["answers"]["key_phrases"]


def test_what_a_service_says_that_is_to_be_hidden_is_not_passed_on() -> None:
    of = transcript("It is 4111 1111 1111 1111.")
    analyst = Analyst(FakeAnalyst("entities", {r"\d[\d ]+\d": "quantity"}), Gather(5))
    assert analyst("entities", of).answers.made
    found = analyst("entities", of, ("pci",)).answers
    assert not found.made and [one.code for one in found.not_made] == ["personal_data"]


def test_one_that_goes_while_they_wait_leaves_nothing() -> None:
    finders = analysts(**FINDS)
    finders["sentiment"].errors = _Endless([ProviderUnavailable("no route")])
    world = world_of(finders)
    world.drop(NAME)
    with pytest.raises(AssertionError, match="still open"):
        world.run(hours=1)
    assert PATH in world.outputs.files, "what there is, is kept"
    row = world.rows()[NAME]
    assert row.understanding is not None and row.understanding.path is None
    world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="me")
    world.run(hours=30)
    assert not [path for path in world.outputs.files if NAME in path]


@pytest.mark.long
def test_a_process_may_die_after_any_outside_call_and_all_are_made() -> None:
    def begun(point: int | None) -> tuple[World, FakePrompter, Trap]:
        prompter = FakePrompter(lambda _: {"summary": "So."})
        prompter.turns += [ProviderUnavailable("no route")]
        world = world_of(analysts(**FINDS), "summary", *FINDS, prompter=prompter)
        world.audio.drop(NAME, a_second_of_silence(), world.clock.now())
        trap = Trap(world, point)
        live(world, is_kind=True)
        return world, prompter, trap

    calls_ = begun(None)[2].calls
    for point in range(1, calls_ + 1):
        world, prompter, _ = begun(point)
        found = told(world)
        assert set(found["answers"]) == {"summary", *FINDS} and not why(found), point
        # The model was unwell, which is noted between its answer and the storing of that.
        assert len(prompter.questions) in (2, 3), f"after outside call {point} of {calls_}"
        assert_all_is_well(world)
    assert calls_ > 20


def test_what_it_costs_is_counted_for_what_the_service_finds() -> None:
    table = PriceTable(
        rates={"azure-speech": {"standard": Rate(per_hour=1.0)}},
        tokens=TokenRate(per_million_in=1.0, per_million_out=10.0),
        records=RecordRate(per_thousand=2.0, insights=tuple(FINDS)),
    )

    def an_hour(*insights: str) -> float:
        hour = estimate(
            table, "azure-speech", "standard", Options(), 3_600_000, 1, insights=insights
        )
        assert hour is not None
        return hour.amount

    assert an_hour() == 1.0
    assert an_hour("sentiment") == pytest.approx(1.0 + 0.11)
    assert an_hour("summary") == pytest.approx(1.0 + 0.048)
    assert an_hour("sentiment", "entities", "summary") == pytest.approx(1.0 + 0.22 + 0.048)
    world = world_of(analysts(**FINDS))
    world.prices = table
    world.start()
    assert ran(world)["usage"]["cost"]["amount"] == 0.004


def test_how_people_felt_is_told_by_the_item() -> None:
    world = world_of(analysts(**FINDS))
    ran(world)
    item = world.rows()[NAME]
    assert item_view(item, "").sentiment == "positive"
    without = msgspec.structs.replace(item, understanding=None)
    assert item_view(without, "").sentiment is None


def test_health_tells_of_each_of_them() -> None:
    world = world_of(analysts(**FINDS))
    ran(world)
    names = {one.name for one in world.app.health().endpoints}
    assert {"azure-language.sentiment", "azure-language.entities"} <= names
