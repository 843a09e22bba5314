"""Corrections: what a transcript becomes, and that two people at once lose nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.errors import RevisionUnfit
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.revision.apply import applied, said_otherwise
from shared.model.revision.revision import (
    Change,
    Checked,
    Merging,
    NameChange,
    Revision,
    SpeakerChange,
    Splitting,
    TextChange,
)
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Review, Speaker, Stretch, Transcript, Utterance, Word
from tests.fakes.api import Api, Got
from tests.fakes.clock import FakeClock
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

AS_OWNER = {"x-functions-key": OWNER_KEY}


def utterance(number: int, speaker: str, text: str, start_ms: int) -> Utterance:
    words = tuple(
        Word(word, start_ms + 400 * n, start_ms + 400 * n + 300, 0.9)
        for n, word in enumerate(text.split())
    )
    return Utterance(
        id=number,
        turn=number,
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        channel=0,
        speaker=speaker,
        text=text,
        words=words,
        confidence=0.9,
    )


def transcript() -> Transcript:
    facts: Any = {"job": None, "source": None, "provider": None, "language": None}
    return Transcript(
        **facts,
        text="",
        needs_review=True,
        speakers=(Speaker(id="S1", channel=0), Speaker(id="S2", channel=0)),
        utterances=(
            utterance(0, "S1", "That is bad news", 0),
            utterance(1, "S1", "what is your larger number", 2_000),
            utterance(2, "S2", "Yes it is seven", 5_000),
        ),
        review=Review(
            listen_ms=700,
            stretches=(
                Stretch(start_ms=3_200, end_ms=3_500, doubts=("unsure",)),
                Stretch(start_ms=6_200, end_ms=6_500, doubts=("number",)),
            ),
        ),
    )


def revision(*changes: Change, **more: Any) -> Revision:
    return Revision(
        number=1,
        based_on=0,
        machine_sha256="",
        id="one",
        author="Anna",
        at=FakeClock().now(),
        changes=changes,
        **more,
    )


ORDER = TextChange(utterance=1, was="what is your larger number", now="what is your order number?")


def test_words_that_stay_keep_their_time_and_what_is_new_has_that_of_what_it_replaces() -> None:
    found = applied(transcript(), revision(ORDER))
    words = {word.text: word for word in found.utterances[1].words}
    assert (words["your"].start_ms, words["your"].confidence) == (2_800, 0.9)
    assert words["number?"] == Word("number?", 3_600, 3_900, 0.9)
    assert words["order"] == Word("order", 3_200, 3_500, None, "interpolated")
    assert found.text == "That is bad news what is your order number?\nYes it is seven"


def test_what_was_changed_or_heard_is_in_doubt_no_more() -> None:
    found = applied(transcript(), revision(ORDER))
    assert found.review is not None
    assert [s.start_ms for s in found.review.stretches] == [6_200]
    assert found.needs_review
    heard = (Checked(start_ms=6_000, end_ms=7_000),)
    found = applied(found, revision(checked=heard))
    assert found.review == Review()
    assert not found.needs_review
    assert applied(transcript(), revision(reviewed=True)).review == Review()


def test_speakers_are_named_merged_and_told_apart() -> None:
    named = applied(transcript(), revision(NameChange(speaker="S1", name="Agent")))
    assert [one.role for one in named.utterances] == ["Agent", "Agent", None]
    merged = applied(named, revision(Merging(speaker="S2", into="S1")))
    assert {(one.speaker, one.role, one.turn) for one in merged.utterances} == {("S1", "Agent", 0)}
    assert [one.id for one in merged.speakers] == ["S1"]
    apart = applied(merged, revision(SpeakerChange(utterances=(2,), speaker="S3")))
    voices = [(one.speaker, one.turn) for one in apart.utterances]
    assert voices == [("S1", 0), ("S1", 0), ("S3", 1)]
    assert apart.speakers[-1].talk_ms == apart.utterances[2].end_ms - apart.utterances[2].start_ms


def test_an_utterance_is_two_from_a_word_on() -> None:
    found = applied(transcript(), revision(Splitting(utterance=1, word=2)))
    head, tail = found.utterances[1:3]
    assert (head.text, tail.text) == ("what is", "your larger number")
    assert (head.end_ms, tail.start_ms, tail.id) == (2_700, 2_800, 3)


@pytest.mark.parametrize(
    "change",
    [
        TextChange(utterance=1, was="another text", now="x"),
        TextChange(utterance=9, was="", now="x"),
        SpeakerChange(utterances=(9,), speaker="S1"),
        NameChange(speaker="S9", name="x"),
        Merging(speaker="S1", into="S1"),
        Merging(speaker="S1", into="S9"),
        Splitting(utterance=1, word=5),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(change: Change) -> None:
    with pytest.raises(RevisionUnfit):
        applied(transcript(), revision(change))


@given(st.lists(st.sampled_from("what is your larger number order a 7 שלום".split()), max_size=9))
def test_times_of_corrected_words_are_in_order_and_inside_the_utterance(words: list[str]) -> None:
    one = transcript().utterances[1]
    found = said_otherwise(one, " ".join(words)).words
    assert [word.text for word in found] == words
    starts = [word.start_ms for word in found]
    assert starts == sorted(starts)
    assert all(one.start_ms <= w.start_ms <= w.end_ms <= one.end_ms for w in found)


# -- over the API -----------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


@pytest.fixture
def path(world: World, api: Api) -> dict[str, str]:
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    manifest = {"title": "Calls", "recordings": [{"blob": "a.wav"}]}
    batch = {"batch_id": api("create_batch", json_=manifest).json["id"]}
    world.run()
    [item] = api("list_items", batch).json["value"]
    return {**batch, "recording_id": item["id"]}


def said(api: Api, path: dict[str, str], **query: str) -> Any:
    return api("get_transcript", path, query={"format": "json", **query}).json


def correct(
    api: Api, path: dict[str, str], now: str, *, based_on: int = 0, id_: str = "revision-a"
) -> Got:
    one = said(api, path, revision=str(based_on))["utterances"][0]
    change = {"op": "text", "utterance": one["id"], "was": one["text"], "now": now}
    body = {"id": id_, "based_on": based_on, "changes": [change]}
    return api("create_revision", path, json_=body, headers=AS_OWNER)


def test_a_correction_lies_beside_the_machine_s_transcript_in_every_format(
    world: World, api: Api, path: dict[str, str]
) -> None:
    machine = {p: f.content for p, f in world.outputs.files.items()}
    made = correct(api, path, "Quite another text.")
    assert (made.status, made.json["number"], made.json["author"]) == (201, 1, "the owner's key")
    assert {p: world.outputs.files[p].content for p in machine} == machine
    corrected = {p for p in world.outputs.files if p.startswith("corrected/")}
    assert corrected == {p.replace("transcripts/", "corrected/") for p in machine}
    assert said(api, path)["utterances"][0]["text"] == "Quite another text."
    captions = api("get_transcript", path, query={"format": "vtt"}).body.decode()
    assert "Quite another text." in captions
    assert said(api, path, revision="0")["utterances"][0]["text"] != "Quite another text."
    assert api("get_item", path).json["correction"]["number"] == 1


@pytest.mark.parametrize("note", ["", "She said 310 555 0122"])
def test_nobody_brings_back_by_hand_what_the_profile_hides(note: str) -> None:
    hiding = Profile(options=Options(redact=("phone_number",)))
    world = World(profiles=(hiding,))
    api = Api(lambda: world.app)
    row = world.drop("a.wav")
    assert row is not None
    world.run()
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    there = said(api, path)["utterances"][0]
    now = "A plain text." if note else "Call three one oh five five five oh one two two."
    change = {"op": "text", "utterance": there["id"], "was": there["text"], "now": now}
    body = {"id": "revision-a", "based_on": 0, "changes": [change], "note": note}
    refused = api("create_revision", path, json_=body, headers=AS_OWNER)
    assert (refused.status, refused.json["code"]) == (422, "to_be_hidden")
    assert "phone_number" in refused.json["detail"] and "310" not in refused.body.decode()
    assert not [p for p in world.outputs.files if p.startswith("corrected/")]
    allowed = {**body, "note": "", "changes": [{**change, "now": "A plain text."}]}
    assert api("create_revision", path, json_=allowed, headers=AS_OWNER).status == 201


def test_whoever_is_second_is_told_so_and_loses_nothing(api: Api, path: dict[str, str]) -> None:
    assert correct(api, path, "The first.").status == 201
    second = correct(api, path, "The second.", id_="revision-b")
    assert (second.status, second.json["code"]) == (409, "revision_conflict")
    assert correct(api, path, "The second.", based_on=1, id_="revision-b").json["number"] == 2
    listed = api("list_revisions", path).json["value"]
    assert [one["changes"][0]["now"] for one in listed] == ["The first.", "The second."]
    assert said(api, path, revision="1")["utterances"][0]["text"] == "The first."
    assert api("get_transcript", path, query={"revision": "3"}).status == 404


def test_the_same_sent_twice_is_one_revision(api: Api, path: dict[str, str]) -> None:
    first = correct(api, path, "Once.")
    again = correct(api, path, "Once.")
    assert again.json == first.json
    assert len(api("list_revisions", path).json["value"]) == 1


def test_what_a_dead_process_left_half_done_the_next_one_completes(
    world: World, api: Api, path: dict[str, str]
) -> None:
    saved = world.store.save
    world.store.save = lambda *_, **__: (_ for _ in ()).throw(RuntimeError("dead"))  # type: ignore
    assert correct(api, path, "Half done.").status == 500
    world.store.save = saved  # type: ignore
    assert api("get_item", path).json["correction"] is None
    other = correct(api, path, "Too late.", id_="revision-b")
    assert other.status == 409
    assert said(api, path)["utterances"][0]["text"] == "Half done."
    assert correct(api, path, "Half done.").json["number"] == 1


def test_others_are_told_and_a_deleted_batch_leaves_nothing(
    world: World, api: Api, path: dict[str, str]
) -> None:
    hook = {"url": "https://hooks.example/x", "types": ["transcript.corrected"]}
    own = {"subscription_id": api("create_subscription", json_=hook).json["id"]}
    correct(api, path, "Told of.")
    world.run()
    [told] = api("list_deliveries", own).json["value"]
    assert (told["type"], told["recording_id"]) == ("transcript.corrected", path["recording_id"])
    api("delete_batch", {"batch_id": path["batch_id"]}, query={"outputs": "true"})
    world.run()
    assert world.revisions.there == {}
    assert not [p for p in world.outputs.files if p.startswith("corrected/")]


def test_what_was_reviewed_is_left_to_review_no_more(
    world: World, api: Api, path: dict[str, str]
) -> None:
    def left() -> list[str]:
        return [one["id"] for one in api("list_doubts").json["value"]]

    row = world.rows()["a.wav"]
    assert row.outcome is not None
    doubtful = replace(row.outcome, review_spans=(Span(0, 900, 0.2),), needs_review=True)
    world.store.save(recordings=[replace(row, outcome=doubtful)])
    assert left() == [path["recording_id"]]
    body = {"id": "through-with-it", "based_on": 0, "reviewed": True}
    assert api("create_revision", path, json_=body, headers=AS_OWNER).status == 201
    assert path["recording_id"] not in left()
    item = api("get_item", path).json
    assert not item["needs_review"]
    assert item["correction"]["reviewed"]
