"""What comes in while its provider has nothing to do does not wait for its window."""

from __future__ import annotations

from shared.model.policy import Policy
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World

WINDOWS = {"azure-speech/standard": 300}


def world() -> World:
    there = World(policy=Policy(early_seconds=4, coalesce_of=WINDOWS))
    there.clock.advance(10)  # not at the beginning of a window
    return there


def test_a_file_that_a_person_drops_is_sent_within_ten_seconds() -> None:
    there = world()
    there.drop("a.wav")
    there.clock.advance(9)
    there.drain()
    assert len(there.provider.created) == 1
    there.run()
    assert_all_is_well(there)


def test_what_comes_in_while_the_provider_is_busy_waits_for_company() -> None:
    there = world()
    there.drop("a.wav")
    there.clock.advance(11)
    there.drain()
    for i in range(5):
        there.drop(f"{i}.wav")
        there.clock.advance(20)
        there.drain()
    assert len(there.provider.created) == 1
    there.run()
    assert [len(request.content_urls) for request in there.provider.created] == [1, 5]
    assert_all_is_well(there)


def test_a_burst_is_not_taken_apart() -> None:
    there = world()
    for i in range(100):
        there.drop(f"{i:03}.wav")
        there.clock.advance(0.5)
        there.drain()
    there.run()
    assert [len(request.content_urls) for request in there.provider.created] == [100]
    assert_all_is_well(there)


def test_audio_that_came_in_under_the_windows_of_a_release_before_is_not_paid_twice() -> None:
    there = World()
    there.clock.advance(70)
    there.drop("a.wav")
    there.policy = Policy(early_seconds=4, coalesce_of=WINDOWS)
    there.clock.advance(1)
    there.start()
    there.register("audio", "a.wav")
    there.clock.advance(there.policy.relist_seconds)
    there.sweep()
    there.run()
    assert len(there.store.rows) == 1
    assert_all_is_well(there)


def test_a_second_file_is_sent_as_soon_though_its_window_is_that_of_the_first() -> None:
    there = world()
    for number in range(2):
        there.drop(f"{number}.wav")
        there.clock.advance(9)
        there.drain()
        assert len(there.provider.created) == number + 1
        there.complete_all()
        there.drain()
        there.clock.advance(30)
    there.run()
    assert_all_is_well(there)
