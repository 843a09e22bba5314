"""A glossary grows from corrections, and can be given to a provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import StoreUnavailable
from shared.model.access.caller import Caller
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.revision.glossary import MOST_TERMS, Glossary, learnt, with_learnt, without
from shared.model.revision.revision import NameChange, TextChange
from tests.fakes.api import Api
from tests.fakes.world import World, a_second_of_silence

AT = datetime(2026, 11, 30, tzinfo=UTC)
OWNER = Caller(id="owner-key", kind="key")


def change(was: str, now: str) -> TextChange:
    return TextChange(utterance=0, was=was, now=now)


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ("My larger number, please.", "My order number, please.", [("larger", "order")]),
        ("call doctor smith now", "call Dr. Smyth now", [("doctor smith", "Dr. Smyth")]),
        ("one two", "one", []),
        ("one", "one two", []),
        ("hello there", "Hello there", []),
        ("a b c d e f", "g h i j k l", []),
        ("take larger to berlin", "take order to Bern", [("larger", "order"), ("berlin", "Bern")]),
    ],
)
def test_what_is_learnt_is_a_few_words_in_the_place_of_others(
    was: str, now: str, found: list[tuple[str, str]]
) -> None:
    assert list(learnt([change(was, now), NameChange(speaker="S1", name="x")], {})) == found


def test_going_back_to_what_the_machine_heard_teaches_nothing() -> None:
    back = change("my order number", "my larger number")
    assert list(learnt([back], {0: "my larger number"})) == []


def test_what_was_corrected_often_comes_first_as_it_was_written_last() -> None:
    found = with_learnt(Glossary(), [("larger", "order"), ("smith", "smyth")], AT)
    found = with_learnt(found, [("smit", "Smyth")], AT + timedelta(days=1))
    first, second = found.terms
    assert (first.meant, first.heard, first.times) == ("Smyth", ("smit", "smith"), 2)
    assert (second.meant, second.times) == ("order", 1)
    assert [one.meant for one in without(found, "SMYTH").terms] == ["order"]
    assert without(found, "nothing") == found


def test_it_stays_of_a_size_that_a_profile_can_name() -> None:
    found = with_learnt(Glossary(), [("x", "often"), ("x", "often")], AT)
    for n in range(MOST_TERMS + 5):
        found = with_learnt(found, [("y", f"word {n}")], AT + timedelta(seconds=n))
    assert len(found.terms) == MOST_TERMS
    assert found.terms[0].meant == "often"
    assert "word 0" not in {one.meant for one in found.terms}


def corrected(world: World, word: str) -> Any:
    """Somebody puts `word` in the place of the first one."""
    api = Api(lambda: world.app)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    body = {"recordings": [{"blob": "a.wav"}]}
    batch = api("create_batch", json_=body, query={"again": "true"}).json["id"]
    world.run()
    [item] = api("list_items", {"batch_id": batch}).json["value"]
    path = {"batch_id": batch, "recording_id": item["id"]}
    text = api("get_transcript", path).json["utterances"][0]["text"]
    now = " ".join([word, *text.split()[1:]])
    sent = {
        "id": "revision-1",
        "based_on": 0,
        "changes": [{"op": "text", "utterance": 0, "was": text, "now": now}],
    }
    return api("create_revision", path, json_=sent, headers=reviewer(world))


def reviewer(world: World) -> dict[str, str]:
    key = world.app.keys.make("Rev", ["Review", "Read"], by=OWNER)
    return {"x-functions-key": key.secret}


def test_it_grows_with_corrections_and_a_term_can_be_taken_out() -> None:
    world = World()
    api = Api(lambda: world.app)
    assert api("list_terms").json == {"value": []}
    assert corrected(world, "Blimey").status == 201
    [term] = api("list_terms").json["value"]
    assert (term["meant"], term["times"]) == ("Blimey", 1)
    assert api("list_terms", query={"profile": "other"}).json == {"value": []}
    taken = api("remove_term", query={"meant": "blimey"}, headers=reviewer(world))
    assert taken.status == 204
    assert api("list_terms").json == {"value": []}


def test_a_profile_that_hides_teaches_nothing() -> None:
    world = World(profiles=(Profile(options=Options(redact=("credit_card_number",))),))
    assert corrected(world, "Blimey").status == 201
    assert Api(lambda: world.app)("list_terms").json == {"value": []}


def test_what_keeps_it_from_being_stored_keeps_nobody_from_correcting() -> None:
    world = World()

    def refused(*_: object) -> bool:
        raise StoreUnavailable("glossary")

    world.glossaries.write = refused  # type: ignore[method-assign]
    assert corrected(world, "Blimey").status == 201


def test_who_is_bound_to_other_profiles_sees_none_of_it() -> None:
    world = World()
    bound = world.app.keys.make("Sales", ["Read"], profiles=["default"], by=OWNER).secret
    api = Api(lambda: world.app)
    for profile, status in (("default", 200), ("other", 404)):
        got = api("list_terms", query={"profile": profile}, headers={"x-functions-key": bound})
        assert got.status == status
