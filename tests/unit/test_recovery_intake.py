"""Audio that no event announced is only late, and is never taken twice."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import StoreUnavailable
from shared.messages import Register
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.ports.blobs import AudioEntry
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence

DIARY = "reconcile audio"
PATIENCE = Policy().event_patience_seconds
DAY = timedelta(days=1)


def lose(world: World, name: str, *, age: timedelta = timedelta(), **metadata: str) -> None:
    """Audio is dropped and its event never comes."""
    moment = world.clock.now() - age
    world.audio.drop(name, a_second_of_silence(), moment, metadata=metadata)


def announced(world: World) -> list[str]:
    """The names in the register messages that wait."""
    waiting = (message for _, message in world.queue.waiting if isinstance(message, Register))
    return [name for message in waiting for name in message.names]


def compare(world: World) -> list[str]:
    """The next comparison of container and tables; the names that it found missing."""
    world.clock.advance(max(PATIENCE, world.policy.relist_seconds) + 1)
    world.sweep()
    return announced(world)


def complete_to(world: World) -> datetime:
    diary = world.diaries.get(DIARY)
    assert diary is not None and diary.complete_to_at is not None
    return diary.complete_to_at


def counted(port: object, *methods: str) -> Counter[str]:
    """Counts the calls of a port from now on."""
    calls: Counter[str] = Counter()

    def count(name: str) -> None:
        method = getattr(port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            return method(*args, **kwargs)

        setattr(port, name, call)

    for name in methods:
        count(name)
    return calls


# --- what is found


def test_audio_whose_event_was_lost_is_only_late() -> None:
    world = World()
    world.drop("announced.wav")
    lose(world, "lost.wav")
    lose(world, "deep/er/lost too.wav")
    assert sorted(compare(world)) == ["deep/er/lost too.wav", "lost.wav"]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_lost_audio_that_cannot_be_transcribed_gets_its_error_report() -> None:
    world = World()
    world.audio.drop("empty.wav", b"", world.clock.now())
    compare(world)
    world.run()
    assert world.states() == {"empty.wav": "failed"}
    assert_all_is_well(world)


def test_where_every_event_came_nothing_is_announced() -> None:
    world = World()
    for i in range(30):
        world.drop(f"{i}.wav")
        world.clock.advance(40)
    assert compare(world) == []


def test_young_audio_is_left_to_its_event_until_the_next_time() -> None:
    world = World()
    lose(world, "old enough.wav", age=timedelta(seconds=PATIENCE))
    lose(world, "young.wav", age=timedelta(seconds=PATIENCE - 1))
    world.sweep()
    assert announced(world) == ["old enough.wav"]
    assert complete_to(world) < world.clock.now() - timedelta(seconds=PATIENCE - 1)
    world.queue.waiting.clear()
    assert compare(world) == ["old enough.wav", "young.wav"]


def test_lost_audio_of_the_day_joins_the_batch_of_its_window() -> None:
    world = World()
    world.drop("a.wav")
    lose(world, "b.wav")
    compare(world)
    world.run()
    assert len(world.store.headers) == 1
    assert len(world.provider.created) == 2  # the first had gone before the second was found
    assert_all_is_well(world)


def test_the_profile_that_metadata_names_decides_where_audio_belongs() -> None:
    calls = Profile(name="calls", prefixes=("calls",), coalesce_seconds=7)
    world = World(profiles=(Profile(), calls))
    world.drop("known.wav", metadata={"dropscribe_profile": "calls"})
    world.drop("calls/known.wav")
    world.drop("odd.wav", metadata={"dropscribe_profile": "nobody"})
    lose(world, "lost.wav", dropscribe_profile="calls")
    lose(world, "calls/lost.wav", dropscribe_profile="default")
    assert compare(world) == ["calls/lost.wav", "lost.wav"]
    world.run()
    profiles = {name: row.profile.name for name, row in world.rows().items()}
    assert (profiles["lost.wav"], profiles["calls/lost.wav"]) == ("calls", "default")
    assert_all_is_well(world)


def test_a_new_version_whose_event_was_lost_is_found_and_the_old_one_stays() -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(1)
    lose(world, "a.wav")
    assert compare(world) == ["a.wav"]
    world.run()
    assert [row.state for row in world.store.rows.values()] == ["transcribed", "unchanged"]
    assert_all_is_well(world)


def test_audio_that_is_deleted_before_it_can_be_registered_is_let_go() -> None:
    world = World()
    lose(world, "a.wav")
    assert compare(world) == ["a.wav"]
    del world.audio.blobs["audio", "a.wav"]
    world.drain()
    assert compare(world) == []
    assert not world.store.rows


def test_audio_that_is_overwritten_before_it_can_be_registered_is_taken_as_it_is_then() -> None:
    world = World()
    lose(world, "a.wav")
    world.audio.versions.clear()
    assert compare(world) == ["a.wav"]
    lose(world, "a.wav")
    world.drain()
    assert compare(world) == []
    world.run()
    assert_all_is_well(world)


# --- what was there before


def scattered(world: World, count: int, *, days: int) -> None:
    """So many blobs over so many days, in no order of names."""
    step = (DAY * days - timedelta(hours=1)) / count
    for i in range(count):
        name = sha256(str(i).encode()).hexdigest()[:12]
        lose(world, f"{name}.wav", age=2 * DAY + i * step)


@pytest.mark.long
def test_ten_thousand_recordings_of_months_make_a_batch_and_a_job_a_day() -> None:
    world = World()
    scattered(world, 10_000, days=100)
    assert len(compare(world)) == 10_000
    assert world.queue.sent <= 10_000 / 20 + 1
    world.drain()
    assert len(world.store.rows) == 10_000
    assert len(world.store.headers) <= 101
    assert all(batch_id.endswith("-day") for batch_id in world.store.headers)
    world.clock.advance(66)
    world.drain()
    calls = [len(request.content_urls) for request in world.provider.created]
    assert sum(calls) == 10_000 and len(calls) < 15, "days that wait travel together"
    of_batches = [batch for batch, _ in world.store.job_rows if batch in world.store.headers]
    assert len(of_batches) == len(world.store.headers)


@pytest.mark.long
@pytest.mark.parametrize(("count", "pages"), [(300, 1), (3_000, 1), (9_000, 2)])
def test_the_comparison_asks_by_page_and_day_and_never_by_blob(count: int, pages: int) -> None:
    world = World()
    scattered(world, count, days=30)
    store = counted(world.store, "recording_ids", "recording", "recordings", "insert", "batch")
    audio = counted(world.audio, "list", "page", "head", "read")
    assert len(compare(world)) == count
    # The manifests are a page, too; and once a day all names are listed, and undelivered events.
    assert audio == {"list": 2, "page": pages + 1}
    assert set(store) == {"recording_ids", "batch"}
    assert store["batch"] <= count  # of the window of each that is missing, whether it was deleted
    assert store["recording_ids"] <= 2 * 31 * pages


@pytest.mark.long
def test_what_was_found_complete_is_not_compared_again() -> None:
    world = World()
    scattered(world, 600, days=30)
    compare(world)
    world.drain()
    store = counted(world.store, "recording_ids")
    assert compare(world) == []
    first = store["recording_ids"]
    assert first <= 2 * 31
    for _ in range(10):
        assert compare(world) == []
    assert store["recording_ids"] == first


def test_audio_of_a_small_deployment_from_before_goes_all_the_way() -> None:
    world = World()
    scattered(world, 40, days=4)
    lose(world, "fresh.wav")
    compare(world)
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) <= 6
    assert_all_is_well(world)


# --- how far it is complete


def test_the_mark_moves_only_past_what_is_registered() -> None:
    world = World()
    lose(world, "first.wav", age=timedelta(hours=3))
    lose(world, "second.wav", age=timedelta(hours=2))
    compare(world)
    first = world.audio.blobs["audio", "first.wav"].last_modified_at
    second = world.audio.blobs["audio", "second.wav"].last_modified_at
    assert complete_to(world) < first
    world.queue.waiting.clear()
    world.register("audio", "first.wav")
    assert compare(world) == ["second.wav"]
    assert first <= complete_to(world) < second
    world.drain()
    assert compare(world) == []
    assert complete_to(world) == world.clock.now() - timedelta(seconds=PATIENCE)


def test_a_lost_message_is_made_again_at_the_next_comparison() -> None:
    world = World()
    for i in range(45):
        lose(world, f"{i:02}.wav")
    assert len(compare(world)) == 45
    del world.queue.waiting[1]
    world.drain()
    assert len(world.store.rows) == 25
    assert compare(world) == [f"{i:02}.wav" for i in range(20, 40)]
    world.run()
    assert_all_is_well(world)


def test_a_listing_that_breaks_off_is_begun_anew_at_the_next_sweep() -> None:
    world = World()
    lose(world, "a.wav")
    page, breaks = world.audio.page, [True]

    def breaking(*where: Any) -> tuple[list[AudioEntry], str]:
        if breaks:
            breaks.clear()
            raise StoreUnavailable("storage answered 503")
        return page(*where)

    world.audio.page = breaking  # type: ignore[method-assign]
    assert compare(world) == []
    assert world.diaries.get(DIARY) is None
    world.sweep()
    assert announced(world) == ["a.wav"]


def test_the_container_is_not_listed_more_often_than_agreed() -> None:
    world = World(policy=Policy(relist_seconds=600))
    calls = counted(world.audio, "list", "page")
    twin = world.twin()
    for _ in range(6 * 60):
        world.sweep()
        twin.sweep()
        world.clock.advance(60)
    assert calls["page"] == 2 * 36  # audio and manifests
    assert calls["list"] == 36 + 1  # undelivered events; all names once


def test_two_instances_that_compare_at_once_register_once() -> None:
    world = World()
    for i in range(3):
        lose(world, f"{i}.wav")
    world.clock.advance(world.policy.relist_seconds)
    twin, save = world.twin(), world.diaries.save

    def overtaken(diary: Any) -> None:
        if diary.name == "reconcile audio":
            world.diaries.save = save  # type: ignore[method-assign]
            twin.sweep()
        save(diary)

    world.diaries.save = overtaken  # type: ignore[method-assign]
    world.sweep()
    assert sorted(announced(world)) == ["0.wav", "0.wav", "1.wav", "1.wav", "2.wav", "2.wav"]
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


# --- never twice


def test_an_event_that_comes_after_the_comparison_changes_nothing() -> None:
    world = World()
    lose(world, "a.wav")
    compare(world)
    world.drain()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_an_event_that_lay_in_a_queue_for_days_finds_the_batch_of_the_day() -> None:
    """The app was stopped; when it starts, the comparison is faster than the event."""
    world = World()
    lose(world, "a.wav", age=3 * DAY)
    compare(world)
    world.drain()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_an_event_that_lay_in_a_queue_for_days_may_be_faster_than_the_comparison() -> None:
    world = World()
    lose(world, "a.wav", age=3 * DAY)
    assert world.register("audio", "a.wav") is not None
    assert compare(world) == []
    world.run()
    assert_all_is_well(world)


def test_audio_that_was_registered_when_young_is_known_when_it_is_old() -> None:
    world = World()
    world.drop("a.wav")
    world.audio.drop("empty.wav", b"", world.clock.now())
    world.register("audio", "empty.wav")
    world.run()
    world.clock.advance(3 * 86_400)
    world.start()
    assert compare(world) == []
    assert world.register("audio", "a.wav") is None
    assert world.register("audio", "empty.wav") is None
    world.step(Register(container="audio", names=("a.wav", "empty.wav")))
    world.run()
    assert len(world.store.rows) == 2 and len(world.provider.created) == 1
    assert_all_is_well(world)


def test_audio_that_was_accepted_and_would_be_refused_today_gets_no_error_report() -> None:
    world = World()
    world.drop("a.wav")
    world.run()
    refusing = world.twin()
    limits = world.capabilities["azure-speech"]
    refusing.capabilities = {"azure-speech": msgspec.structs.replace(limits, max_bytes=10)}
    refusing.start()
    assert refusing.register("audio", "a.wav") is None
    assert_all_is_well(world)


@pytest.mark.long
@given(
    blobs=st.lists(
        st.tuples(
            st.sampled_from(("", "calls/", "night/")),
            st.integers(0, 4 * 86_400),  # when it is dropped
            st.lists(st.integers(0, 6 * 86_400), max_size=3),  # when events come, if any
        ),
        min_size=1,
        max_size=8,
    ),
    lost=st.sets(st.integers(0, 40)),
)
def test_however_often_and_late_it_is_announced_every_version_has_one_row(
    blobs: list[tuple[str, int, list[int]]], lost: set[int]
) -> None:
    world = World(
        profiles=(
            Profile(),
            Profile(name="calls", prefixes=("calls",), coalesce_seconds=7_000),
            Profile(name="night", prefixes=("night",), coalesce_seconds=3_600),
        )
    )
    start = world.clock.now()
    steps: list[tuple[int, int, str]] = []
    for i, (folder, dropped, events) in enumerate(blobs):
        name = f"{folder}{i}.wav"
        steps.append((dropped, 0, name))
        steps += [(dropped + late, 1, name) for late in events]
    steps += [(hours * 3_600 + 17, 2, "") for hours in range(0, 24 * 12, 9)]
    for count, (at, kind, name) in enumerate(sorted(steps)):
        world.clock.advance_to(start + timedelta(seconds=at))
        if kind == 0:
            lose(world, name)
        elif kind == 1:
            world.register("audio", name)
        else:
            world.sweep()
            if count in lost:
                world.queue.waiting.clear()
        while (message := world.queue.take()) is not None:
            if isinstance(message, Register):
                world.step(message)
    seen = Counter((row.container, row.name, row.etag) for row in world.store.rows.values())
    assert seen == Counter(world.audio.versions)
