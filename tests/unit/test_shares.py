"""A receiver that is slow delays no other."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.shares import SLOW_MS, Shares
from shared.ports.events import Told
from tests.fakes.events import answer
from tests.fakes.world import World

CALLS = 16
URL = "https://{}.example/in"


def proven(shares: Shares, target: str, ms: int = 10) -> None:
    shares.note(target, ms)


def test_who_has_not_answered_yet_gets_one_call_at_a_time() -> None:
    shares = Shares(CALLS)
    assert shares.take("new", 90) == 1
    assert shares.take("new", 90) == 0
    shares.give_back("new")
    assert shares.take("new", 90) == 1


def test_who_answers_quickly_gets_a_quarter_of_the_calls() -> None:
    shares = Shares(CALLS)
    proven(shares, "quick")
    assert shares.take("quick", 90) == 4
    assert shares.is_full("quick")


def test_the_slow_get_a_quarter_together_and_never_the_rest() -> None:
    shares = Shares(CALLS)
    for number in range(200):
        proven(shares, f"slow-{number}", SLOW_MS)
    assert sum(shares.take(f"slow-{number}", 90) for number in range(200)) == 4
    proven(shares, "quick")
    assert shares.take("quick", 90) == 4
    shares.give_back("slow-0")
    assert shares.take("slow-100", 90) == 1


def test_who_becomes_quick_is_treated_so() -> None:
    shares = Shares(CALLS)
    proven(shares, "one", SLOW_MS)
    proven(shares, "one")
    assert shares.take("one", 90) == 4


def test_hundreds_that_come_too_late_come_back_one_after_the_other() -> None:
    """A receiver with 250 parcels was asked about each of them every few seconds: thirty messages a
    second for one call."""
    shares, now = Shares(CALLS), datetime(2026, 11, 30, tzinfo=UTC)
    waits = [shares.turn("slow", now) for _ in range(250)]
    assert waits == sorted(waits)
    assert len(set(waits)) == 250
    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] < timedelta(minutes=5)
    assert shares.turn("another", now) == timedelta(seconds=5)
    assert shares.turn("slow", now + timedelta(hours=1)) == timedelta(seconds=5)


@pytest.mark.long
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["take", "give", "note"]))))
def test_what_is_taken_never_exceeds_the_share(steps: list[tuple[str, str]]) -> None:
    shares, taken = Shares(CALLS), Counter[str]()
    for target, step in steps:
        if step == "take":
            taken[target] += shares.take(target, 5)
        elif step == "give" and taken[target]:
            shares.give_back(target)
            taken[target] -= 1
        else:
            shares.note(target, SLOW_MS if len(taken) % 2 else 1)
        assert taken[target] <= CALLS // 4
    for target, count in taken.items():
        for _ in range(count):
            shares.give_back(target)
    assert not shares._taken


def test_many_receivers_that_hang_hold_up_none_that_answers() -> None:
    """Two hundred hold on to every call that they get; one gets its events meanwhile."""
    world, released, lock = World(), Event(), Lock()
    hanging: Counter[str] = Counter()
    pool = ThreadPoolExecutor(CALLS)
    world.pool = pool  # type: ignore[assignment]
    world.start()
    slow = [world.app.subscriptions.create(URL.format(f"slow-{n}")).subscription for n in range(60)]
    quick = world.app.subscriptions.create(URL.format("quick")).subscription
    shares = world.app._outgoing.deliver.shares
    for one in slow:
        proven(shares, one.id, 12_000)

    def hang() -> Told:
        with lock:
            hanging["now"] += 1
        released.wait(30)
        return answer(200)()

    world.sender.behaviours = {URL.format(f"slow-{n}"): [hang] for n in range(60)}
    world.store.notes.clear()
    for one in (*slow, quick):
        world.app.deliveries.send_test_event(one.id)
    messages = []
    while (message := world.queue.take()) is not None:
        messages.append(message)
    with ThreadPoolExecutor(len(messages)) as functions:
        running = [functions.submit(world.step, message) for message in messages]
        running[-1].result(timeout=20)  # that of the quick one
        assert len(world.sender.events(URL.format("quick"))) == 1
        assert hanging["now"] <= CALLS // 4
        released.set()
        for one in running:
            one.result(timeout=20)
    pool.shutdown()


def test_what_a_slow_receiver_has_no_turn_for_comes_later_and_costs_no_attempt() -> None:
    world = World()
    subscription = world.app.subscriptions.create(URL.format("slow")).subscription
    url = URL.format("slow")

    def slowly() -> Told:
        world.clock.advance(12)
        return Told(200, 12_000, "", {})

    world.sender.behaviours = {url: [slowly]}
    for number in range(5):
        world.drop(f"{number}.wav")
    world.run(hours=2)
    for _ in range(60):
        world.clock.advance(30)
        world.drain()
        world.sweep()
    rows = [row for key, row in world.deliveries.rows.items() if key[0] == subscription.id]
    assert rows
    assert {row.state for row in rows} == {"delivered"}
    assert {row.tries for row in rows} == {1}
    assert len({event["id"] for event in world.sender.events(url)}) == len(rows)
    assert not world.app._outgoing.deliver.shares._taken


def test_a_thousand_events_for_one_receiver_are_sent_side_by_side_in_its_share() -> None:
    world = World()
    subscription = world.app.subscriptions.create(URL.format("one")).subscription
    for number in range(100):
        world.drop(f"{number}.wav")
    world.run()
    world.clock.advance(60)
    world.drain()
    rows = [row for key, row in world.deliveries.rows.items() if key[0] == subscription.id]
    assert {row.state for row in rows} == {"delivered"}
    assert timedelta(0) <= world.clock.now() - rows[0].at < timedelta(hours=1)
