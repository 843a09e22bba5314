"""The same audio under another name is paid for once, where the profile asks for that."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from shared.model.content import content_key
from shared.model.manifest import Head, Item, Manifest
from shared.model.options import Options
from shared.model.profile import Profile
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_pipeline_crash_points import PORTS, Crash, Trap

REUSING = Profile(reuse=True)
OTHER = a_second_of_silence() + b"\x80\x81"


def world(profile: Profile = REUSING) -> World:
    return World(profiles=(profile,))


def transcript(there: World, name: str) -> dict[str, Any]:
    content = there.outputs.files[f"transcripts/audio/{name}.json"].content
    found: dict[str, Any] = json.loads(content)
    return found


def paid(there: World) -> int:
    return sum(there.provider.transcribed.values())


def test_the_same_audio_of_a_later_batch_gets_the_transcript_of_the_first() -> None:
    there = world()
    there.drop("a.wav")
    there.run()
    there.clock.advance(3_600)
    there.drop("b.wav")
    there.run()
    assert paid(there) == 1
    first, second = transcript(there, "a.wav"), transcript(there, "b.wav")
    assert second["utterances"] == first["utterances"]
    assert second["source"]["name"] == "b.wav"
    assert second["job"]["recording_id"] == there.rows()["b.wav"].id
    assert second["provider"]["cost"]["amount"] == 0
    assert first["provider"]["cost"]["amount"] > 0
    assert second["provider"]["warnings"] == [
        "The same audio as audio/a.wav, whose transcript this is; nothing was paid for it."
    ]
    assert "transcripts/audio/b.wav.vtt" in there.outputs.files
    assert_all_is_well(there)


def test_of_a_batch_with_copies_one_is_transcribed_and_the_others_wait_for_it() -> None:
    there = world()
    for name in ("a.wav", "b.wav", "c.wav"):
        there.drop(name)
    there.drop("other.wav", OTHER)
    there.run()
    assert paid(there) == 2
    assert set(there.states().values()) == {"transcribed"}
    [path] = [path for path in there.outputs.reports if path.endswith(".json")]
    report = json.loads(there.outputs.reports[path])
    assert [(made["what"], made["recordings"]) for made in report["decisions"]] == [("reused", 2)]
    assert sorted(row["cost"]["amount"] > 0 for row in report["recordings"]) == [
        False,
        False,
        True,
        True,
    ]
    assert {row["provider"] for row in report["recordings"]} == {"azure-speech"}
    assert_all_is_well(there)


def test_without_being_asked_every_name_is_paid_for_and_no_audio_is_read_through() -> None:
    there = world(Profile())
    there.drop("a.wav")
    there.drop("b.wav")
    there.run()
    assert (paid(there), there.audio.digests) == (2, 0)
    assert not there.contents.claims


def test_with_other_options_it_is_another_transcript() -> None:
    there = world()
    there.drop("a.wav")
    there.drop("b.wav", metadata={"dropscribe_locale": "de-DE"})
    there.run()
    assert paid(there) == 2


def test_where_the_first_fails_the_next_is_tried() -> None:
    there = world()
    there.drop("a.wav")
    there.drop("b.wav")
    there.drain()
    there.clock.advance(120)
    there.drain()
    [claim] = there.contents.claims.values()
    owner = there.store.rows[claim.batch_id, claim.recording_id]
    there.provider.bad_sources[there.audio.url("audio", owner.name)] = BAD
    there.run()
    assert sorted(there.states().values()) == ["failed", "transcribed"]
    assert paid(there) == 1
    assert_all_is_well(there)


def test_messages_do_not_pile_up_while_copies_wait() -> None:
    there = world()
    there.drop("a.wav")
    there.drop("b.wav")
    for _ in range(30):
        there.clock.advance(300)
        there.sweep()
        there.drain()
    assert len(there.provider.created) == 1
    assert len(there.queue.waiting) <= 1
    there.run()
    assert set(there.states().values()) == {"transcribed"}


def test_where_the_transcript_of_the_first_is_gone_it_is_made_again() -> None:
    there = world()
    there.drop("a.wav")
    there.run()
    del there.outputs.files["transcripts/audio/a.wav.json"]
    there.clock.advance(3_600)
    there.drop("b.wav")
    there.run()
    assert paid(there) == 2
    assert transcript(there, "b.wav")["source"]["name"] == "b.wav"


def test_the_transcript_of_a_newer_version_under_the_same_name_is_not_taken() -> None:
    there = world()
    there.drop("a.wav")
    there.run()
    there.clock.advance(3_600)
    there.drop("a.wav", OTHER)
    there.run()
    there.clock.advance(3_600)
    there.drop("b.wav")
    there.run()
    assert paid(there) == 3
    assert transcript(there, "b.wav")["provider"]["warnings"] == []


def test_a_recording_that_was_taken_over_costs_nothing_of_a_budget() -> None:
    there = world()
    for name in ("a.wav", "b.wav"):
        there.audio.drop(name, a_second_of_silence(), there.clock.now(), container="uploads")
    items = tuple(Item(container="uploads", blob=name) for name in ("a.wav", "b.wav"))
    there.app.accept(Manifest(head=Head(budget=0.0002), items=items))
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert paid(there) == 1


def test_whoever_dies_on_the_way_is_followed_and_the_audio_is_paid_for_once() -> None:
    ports = {**PORTS, "contents": ["claim", "save"], "audio": [*PORTS["audio"], "digest"]}
    ports["outputs"] = [*PORTS["outputs"], "read"]
    del ports["provider"]
    points = trapped(None, ports).calls
    for point in range(1, points + 1):
        trapped(point, ports)


def trapped(point: int | None, ports: dict[str, list[str]]) -> Trap:
    there = world()
    for name in ("a.wav", "b.wav", "c.wav"):
        there.drop(name)
    trap = Trap(there, point, ports)
    for _ in range(2):
        try:
            there.run()
        except Crash:
            there.start()
    assert set(there.states().values()) == {"transcribed"}
    assert paid(there) == 1
    assert_all_is_well(there)
    return trap


@pytest.mark.parametrize(
    "other",
    [
        Profile(options=Options(locale="de-DE")),
        Profile(roles={0: "Agent"}),
        Profile(review_below=0.9),
        Profile(provider="other"),
    ],
)
def test_what_makes_another_transcript_makes_another_key(other: Profile) -> None:
    assert content_key(other, b"x", 1, "d") != content_key(Profile(), b"x", 1, "d")


def test_mode_name_and_captions_make_no_other_key() -> None:
    same = msgspec.structs.replace(Profile(), mode="express", name="n", formats=("srt",))
    assert content_key(same, b"x", 1, "d") == content_key(Profile(), b"x", 1, "d")


@pytest.mark.parametrize(
    ("head", "size", "digest"), [(b"y", 1, "d"), (b"x", 2, "d"), (b"x", 1, "e")]
)
def test_other_bytes_make_another_key(head: bytes, size: int, digest: str) -> None:
    assert content_key(Profile(), head, size, digest) != content_key(Profile(), b"x", 1, "d")
