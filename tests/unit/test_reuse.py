"""The same audio under another name is paid for once, where the profile asks for that."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from shared.model.manifest.manifest import Head, Item, Manifest
from shared.model.policy import Policy
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording.content import content_key
from tests.fakes.crashes import PORTS, Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence

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


def test_a_transcript_that_was_moved_aside_by_a_newer_version_is_found() -> None:
    there = world()
    there.drop("a.wav")
    there.run()
    there.clock.advance(3_600)
    there.drop("a.wav", OTHER)
    there.run()
    there.clock.advance(3_600)
    there.drop("b.wav")
    there.run()
    assert paid(there) == 2
    [note] = transcript(there, "b.wav")["provider"]["warnings"]
    assert "audio/a.wav" in note


def test_a_recording_that_was_taken_over_costs_nothing_of_a_budget() -> None:
    there = world()
    for name in ("a.wav", "b.wav"):
        there.audio.drop(name, a_second_of_silence(), there.clock.now(), container="uploads")
    items = tuple(Item(container="uploads", blob=name) for name in ("a.wav", "b.wav"))
    there.app.accept(Manifest(head=Head(budget=0.0002), items=items))
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert paid(there) == 1


@pytest.mark.long
def test_whoever_dies_on_the_way_is_followed_and_the_audio_is_paid_for_once() -> None:
    ports = {key: value for key, value in PORTS.items() if key != "provider"}
    points = trapped(None, ports).calls
    for point in range(1, points + 1):
        trapped(point, ports)


def trapped(point: int | None, ports: Mapping[str, type]) -> Trap:
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


# --- claims that can no longer help anybody


def pass_days(there: World, days: float) -> None:
    there.clock.advance(days * 86_400)
    there.sweep()


def with_one_transcribed() -> World:
    there = world()
    there.drop("a.wav")
    there.run()
    return there


def with_one_failed() -> World:
    there = world()
    there.provider.bad_sources[there.audio.url("audio", "a.wav")] = BAD
    there.drop("a.wav")
    there.run()
    return there


def delete_all(there: World) -> None:
    for batch_id in list(there.store.headers):
        there.app.delete_batch(batch_id, True)
    there.drain()


def test_a_claim_of_a_batch_that_was_deleted_goes_within_a_month_of_it() -> None:
    there = with_one_transcribed()
    pass_days(there, 29)
    delete_all(there)
    assert len(there.contents.claims) == 1
    pass_days(there, 2)
    assert not there.contents.claims


def test_a_claim_of_a_recording_that_failed_goes_within_a_month() -> None:
    there = with_one_failed()
    pass_days(there, 29)
    assert len(there.contents.claims) == 1
    pass_days(there, 2)
    assert not there.contents.claims


def test_a_claim_of_a_transcript_stays_for_a_year_and_helps_as_long() -> None:
    there = with_one_transcribed()
    for _ in range(12):
        pass_days(there, 30)
    assert len(there.contents.claims) == 1
    there.drop("b.wav")
    there.run()
    assert paid(there) == 1
    pass_days(there, 31)
    assert not there.contents.claims


def test_after_the_time_that_was_set_the_same_audio_is_paid_for_again() -> None:
    there = World(profiles=(REUSING,), policy=Policy(reuse_days=7))
    there.drop("a.wav")
    there.run()
    there.clock.advance(6 * 86_400)
    there.drop("b.wav")
    there.run()
    assert paid(there) == 1
    there.clock.advance(2 * 86_400)
    there.drop("c.wav")
    there.run()
    assert paid(there) == 2
    [claim] = there.contents.claims.values()
    assert claim.recording_id == there.rows()["c.wav"].id


def test_a_claim_of_a_recording_that_is_on_its_way_stays() -> None:
    there = world()
    there.drop("a.wav")
    there.clock.advance(66)
    there.drain()
    there.clock.advance(40 * 86_400)
    there.app.sweep()
    assert len(there.contents.claims) == 1


def test_claims_are_looked_at_once_a_day_and_so_many_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.pipeline.watch.claims.MOST", 2)
    there = with_one_transcribed()
    [claim] = there.contents.claims.values()
    for i in range(4):
        stray = msgspec.structs.replace(claim, content=f"c{i}", batch_id="gone", version="")
        there.contents.save(stray)
    asked: list[int] = []
    unseen = there.contents.unseen

    def counted(*args: Any) -> Any:
        found = unseen(*args)
        asked.append(len(found[0]))
        return found

    there.contents.unseen = counted  # type: ignore[method-assign]
    there.clock.advance(31 * 86_400)
    for _ in range(6):
        there.sweep()
    assert asked == [2, 2, 1]
    assert list(there.contents.claims) == [claim.content]
    pass_days(there, 0.9)
    assert len(asked) == 3
    pass_days(there, 0.2)
    assert asked == [2, 2, 1, 0]


def at_removal(there: World, act: Callable[[], None]) -> list[bool]:
    """`act` happens after the sweep has decided to remove a claim, and before it does."""
    remove, busy = there.contents.remove, list[bool]()

    def overtaken(claim: Any) -> None:
        if not busy:
            busy.append(True)
            act()
        remove(claim)

    there.contents.remove = overtaken  # type: ignore[method-assign]
    return busy


def test_a_copy_that_takes_a_claim_over_while_it_is_removed_keeps_it() -> None:
    there = with_one_failed()
    there.clock.advance(31 * 86_400)

    def take_over() -> None:
        there.drop("b.wav")
        there.clock.advance(66)
        there.drain()

    busy = at_removal(there, take_over)
    there.sweep()
    [claim] = there.contents.claims.values()
    assert busy and claim.recording_id == there.rows()["b.wav"].id
    there.drop("c.wav")
    there.run()
    assert paid(there) == 1
    assert there.states() == {"a.wav": "failed", "b.wav": "transcribed", "c.wav": "transcribed"}
    assert_all_is_well(there)


def test_a_recording_that_is_retried_while_its_claim_is_removed_is_paid_for_once() -> None:
    there = with_one_failed()
    [batch_id] = there.store.headers
    there.clock.advance(31 * 86_400)
    there.provider.bad_sources.clear()

    def retry() -> None:
        there.app.retry(batch_id)
        there.clock.advance(60)
        there.drain()

    busy = at_removal(there, retry)
    there.sweep()
    assert busy and len(there.contents.claims) == 1
    there.drop("b.wav")
    there.run()
    assert paid(there) == 1
    assert set(there.states().values()) == {"transcribed"}
    assert_all_is_well(there)


def test_a_claim_that_is_removed_before_it_is_taken_over_is_made_anew() -> None:
    there = with_one_failed()
    there.clock.advance(31 * 86_400)
    there.drop("b.wav")
    there.clock.advance(66)
    save, busy = there.contents.save, list[bool]()

    def overtaken(claim: Any) -> None:
        if claim.recording_id == there.rows()["b.wav"].id and not busy:
            busy.append(True)
            there.twin().sweep()
        save(claim)

    there.contents.save = overtaken  # type: ignore[method-assign]
    there.run()
    assert busy and paid(there) == 1
    assert there.states() == {"a.wav": "failed", "b.wav": "transcribed"}
    assert_all_is_well(there)


@pytest.mark.long
def test_whoever_dies_while_looking_at_claims_is_followed() -> None:
    for point in range(1, 200):
        there = with_one_failed()
        [claim] = there.contents.claims.values()
        for i in range(3):
            there.contents.save(msgspec.structs.replace(claim, content=f"c{i}", version=""))
        there.drop("good.wav", OTHER)
        there.run()
        there.clock.advance(31 * 86_400)
        ports = {"contents": "unseen save remove", "diaries": "get save"}
        trap = Trap.at(there, point, **ports)
        try:
            there.sweep()
        except Crash:
            there.start()
            there.sweep()
        assert len(there.contents.claims) == 1, point
        if trap.calls < point:
            return
    raise AssertionError("it never came to its end")


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
