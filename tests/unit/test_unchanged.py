"""The same bytes under the same name are not a new version: nothing is paid for them again."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
import pytest

from shared.model.failure import Failure
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from tests.fakes.api import Api
from tests.fakes.crashes import PORTS, Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence

SOUND = a_second_of_silence()
OTHER = SOUND[:-1] + b"\x81"  # as long, with the same head, as far as this is one
BAD = Failure(kind="input", code="bad", reason="Bad.", advice="Mend it.")
LONG = SOUND + b"\x80" * 100_000
BEEPED = LONG[:90_000] + b"\xff" * 10 + LONG[90_010:]


def touch(world: World, name: str = "a.wav", **metadata: str) -> None:
    """Somebody sets metadata, and no event tells of it."""
    blob = world.audio.blobs["audio", name]
    world.audio.drop(
        name, blob.data, world.clock.now(), metadata=metadata, in_blocks=blob.in_blocks
    )


def touch_and_sweep(world: World, times: int = 1, **metadata: str) -> None:
    for _ in range(times):
        world.clock.advance(1_200)
        touch(world, **metadata)
        world.clock.advance(1_200)
        world.sweep()
        world.run()


def paid(world: World) -> int:
    return sum(world.provider.transcribed.values())


def states(world: World) -> list[str]:
    rows = sorted(world.store.rows.values(), key=lambda row: row.registered_at)
    return [row.state for row in rows]


def transcribed_once(profile: Profile | None = None, **drop: bool) -> World:
    world = World(profiles=(profile or Profile(),))
    world.audio.drop("a.wav", SOUND, world.clock.now(), **drop)
    world.register("audio", "a.wav")
    world.run()
    return world


@pytest.mark.parametrize("reuse", [True, False])
def test_a_flow_that_marks_what_is_done_pays_once(reuse: bool) -> None:
    world = transcribed_once(Profile(reuse=reuse))
    touch_and_sweep(world, times=3, processed="yes")
    assert paid(world) == 1
    assert states(world) == ["transcribed", "unchanged", "unchanged", "unchanged"]
    assert_all_is_well(world)


def test_the_same_bytes_written_anew_are_not_new_either() -> None:
    world = transcribed_once()
    world.clock.advance(3_600)
    world.drop("a.wav")
    world.run()
    assert (paid(world), states(world)) == (1, ["transcribed", "unchanged"])


@pytest.mark.parametrize(("first", "second"), [(SOUND, OTHER), (LONG, BEEPED), (SOUND, LONG)])
def test_other_bytes_are_new_however_alike_they_begin(first: bytes, second: bytes) -> None:
    world = World()
    world.drop("a.wav", first)
    world.run()
    world.clock.advance(3_600)
    world.drop("a.wav", second)
    world.run()
    assert (paid(world), states(world)) == (2, ["transcribed", "transcribed"])
    assert_all_is_well(world)


def test_without_an_md5_the_bytes_are_read_through_and_equal_from_the_third_version_on() -> None:
    world = transcribed_once(in_blocks=True)
    assert world.audio.digests == 0
    touch_and_sweep(world, times=3, processed="yes")
    assert paid(world) == 2
    assert states(world) == ["transcribed", "transcribed", "unchanged", "unchanged"]
    assert_all_is_well(world)


def test_who_asks_for_something_else_gets_it() -> None:
    world = transcribed_once()
    touch_and_sweep(world, dropscribe_locale="de-DE")
    touch_and_sweep(world, dropscribe_locale="de-DE", marked="yes")
    assert (paid(world), states(world)) == (2, ["transcribed", "transcribed", "unchanged"])
    assert_all_is_well(world)


def test_a_profile_can_say_that_every_version_counts() -> None:
    world = transcribed_once(Profile(every_version=True))
    touch_and_sweep(world, processed="yes")
    assert (paid(world), states(world)) == (2, ["transcribed", "transcribed"])


def test_reuse_pays_once_for_six_uploads_although_every_version_counts() -> None:
    world = World(profiles=(Profile(reuse=True, every_version=True),))
    for _ in range(6):
        world.drop("a.wav")
        world.run()
        world.clock.advance(600)
    assert (paid(world), states(world)) == (1, ["transcribed"] * 6)
    assert_all_is_well(world)


def test_the_later_one_waits_for_the_earlier_one() -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    touch(world)
    world.register("audio", "a.wav")
    world.clock.advance(70)
    world.drain()
    assert states(world) == ["planned", "waiting"]
    world.run()
    assert (paid(world), states(world)) == (1, ["transcribed", "unchanged"])
    assert_all_is_well(world)


def test_two_versions_of_one_window_are_paid_once() -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(1)
    touch(world)
    world.register("audio", "a.wav")
    world.run()
    assert (paid(world), states(world)) == (1, ["transcribed", "unchanged"])
    assert_all_is_well(world)


def test_where_the_earlier_one_fails_the_later_one_is_transcribed() -> None:
    world = World()
    source = world.audio.url("audio", "a.wav")
    world.provider.bad_sources[source] = BAD
    world.drop("a.wav")
    world.run()
    del world.provider.bad_sources[source]
    touch_and_sweep(world, processed="yes")
    assert states(world) == ["failed", "transcribed"]
    assert_all_is_well(world)


def test_where_the_transcript_is_gone_the_later_one_is_transcribed() -> None:
    world = transcribed_once()
    for batch_id in list(world.store.headers):
        world.app.delete_batch(batch_id, True)
    world.drain()
    touch_and_sweep(world, processed="yes")
    assert (paid(world), states(world)) == (2, ["transcribed"])


def test_outputs_that_were_removed_by_hand_are_made_again() -> None:
    world = transcribed_once()
    world.outputs.files.clear()
    touch_and_sweep(world, processed="yes")
    assert (paid(world), states(world)) == (2, ["transcribed", "transcribed"])


def test_an_older_version_that_comes_late_is_its_own() -> None:
    world = World()
    world.audio.drop("a.wav", SOUND, world.clock.now())
    old = world.audio.blobs["audio", "a.wav"]
    world.clock.advance(300)
    touch(world)
    world.register("audio", "a.wav")
    world.run()
    world.audio.blobs["audio", "a.wav"] = old
    world.register("audio", "a.wav")
    world.run()
    assert states(world) == ["transcribed", "transcribed"]


def test_what_a_manifest_names_is_always_done() -> None:
    world = transcribed_once()
    for _ in range(2):
        world.clock.advance(600)
        content = json.dumps({"recordings": [{"container": "audio", "blob": "a.wav"}]})
        world.app.accept(content.encode())
        world.run()
    assert (paid(world), states(world)) == (3, ["transcribed"] * 3)


def test_an_unchanged_recording_says_so_everywhere() -> None:
    world = transcribed_once()
    api = Api(lambda: world.app)
    api("create_subscription", {}, json_={"url": "https://hooks.example/x"})
    world.clock.advance(600)
    touch(world, title="Later")
    later = world.register("audio", "a.wav")
    assert later is not None
    world.run()
    [first] = [row for row in world.store.rows.values() if row.state == "transcribed"]
    path = {"batch_id": later.batch_id}
    assert api("get_batch", path).json["counts"] | {"needs_review": 0} == {
        "accepted": 1,
        "unregistered": 0,
        "waiting": 0,
        "planned": 0,
        "transcribed": 0,
        "failed": 0,
        "unchanged": 1,
        "needs_review": 0,
    }
    assert api("get_batch", path).json["progress"] == 1
    [item] = api("list_items", path, query={"state": "unchanged"}).json["value"]
    twin = {"batch_id": first.batch_id, "recording_id": first.id}
    assert item["same_as"] == twin and item["cost"] is None
    assert api.follow(item["links"]["transcript"]).json["job"]["recording_id"] == first.id
    report = json.loads(world.outputs.reports[f"reports/{later.batch_id}.json"])
    assert report["counts"]["unchanged"] == 1 and report["cost"] is None
    assert report["recordings"][0]["same_as"] == twin
    page = world.outputs.reports[f"reports/{later.batch_id}.html"].decode()
    assert "Nothing is new" in page and first.id in page
    events = {body["type"]: body["data"] for body in map(json.loads, bodies(world))}
    assert events["recording.unchanged"]["same_as"] == twin
    assert events["batch.completed"]["counts"]["unchanged"] == 1
    assert "recording.failed" not in events


def bodies(world: World) -> list[bytes]:
    return [received.body for received in world.sender.received]


@pytest.mark.long
def test_a_thousand_names_cost_a_few_transactions_and_no_look_at_an_output() -> None:
    world = World()
    calls: list[int] = []
    add, has_own = world.names.add, world.outputs.has_own
    world.names.add = lambda names: calls.append(len(names)) or add(names)  # type: ignore
    world.outputs.has_own = lambda *a, **k: calls.append(-1) or has_own(*a, **k)  # type: ignore
    for i in range(1_000):
        world.drop(f"{i}.wav")
    world.run()
    assert calls == [1_000]


def test_options_of_the_profile_are_part_of_what_is_asked() -> None:
    world = transcribed_once()
    world.profiles = (Profile(options=Options(locale="fr-FR")),)
    world.start()
    touch_and_sweep(world, processed="yes")
    assert paid(world) == 2


@pytest.mark.long
def test_whoever_dies_on_the_way_is_followed_and_nothing_is_paid_twice() -> None:
    ports = {key: value for key, value in PORTS.items() if key != "provider"}
    for point in range(1, _trapped(None, ports).calls + 1):
        _trapped(point, ports)


def _trapped(point: int | None, ports: Mapping[str, type]) -> Trap:
    world = transcribed_once()
    world.clock.advance(600)
    touch(world)
    world.drop("b.wav")
    trap = Trap(world, point, ports)
    while True:
        try:
            world.register("audio", "a.wav")
            world.run()
            world.clock.advance(600)
            world.sweep()
            world.run()
            break
        except Crash:
            world.start()
    assert sorted(states(world)) == ["transcribed", "transcribed", "unchanged"]
    assert paid(world) == 2
    assert_all_is_well(world)
    return trap


def test_a_row_of_a_release_before_is_left_alone() -> None:
    world = World()
    row = world.drop("a.wav")
    assert row is not None
    key = (row.batch_id, row.id)
    world.store.rows[key] = msgspec.structs.replace(world.store.rows[key], fingerprint=None)
    world.run()
    assert states(world) == ["transcribed"] and not world.names.known
