"""Many who watch cost as much as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from shared.errors import BatchMissing
from shared.model.access.caller import Caller
from shared.reading.recent import MOST_KNOWN, MOST_SECONDS, Recent
from tests.fakes.api import Api
from tests.fakes.clock import FakeClock
from tests.fakes.world import World, a_second_of_silence

AGED = {"cache-control": "no-transform, max-age=3"}


def test_an_answer_holds_for_as_long_as_who_asks_takes_it() -> None:
    clock, made = FakeClock(), iter(range(100))
    recent = Recent(clock)

    def ask(seconds: int) -> int:
        return recent("q", seconds, lambda: next(made))

    assert (ask(3), ask(3)) == (0, 0)
    clock.advance(3)
    assert ask(3) == 0
    clock.advance(1)
    assert ask(10) == 0
    assert ask(3) == 1
    clock.advance(MOST_SECONDS + 1)
    assert ask(3_600) == 2


def test_who_asks_at_the_same_moment_waits_for_the_same_answer() -> None:
    recent, together, go_on = Recent(FakeClock()), Barrier(8), Event()
    made = []

    def make() -> str:
        go_on.wait(10)
        made.append("once")
        return "answer"

    def ask() -> str:
        together.wait(10)
        return recent("q", 3, make)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        go_on.set()
        assert [one.result(10) for one in asked] == ["answer"] * 8
    assert made == ["once"]


def test_what_goes_wrong_is_not_kept_and_what_is_kept_is_bounded() -> None:
    recent = Recent(FakeClock())
    for _ in range(2):
        with pytest.raises(BatchMissing):
            recent("q", 3, lambda: (_ for _ in ()).throw(BatchMissing("gone")))
    assert recent("q", 3, lambda: 1) == 1
    for n in range(MOST_KNOWN):
        recent(n, 3, lambda: 1)
    assert recent("q", 3, lambda: 2) == 2


def test_whoever_takes_what_others_were_told_is_told_it_and_nobody_else() -> None:
    world = World()
    api = Api(lambda: world.app)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    body = {"recordings": [{"blob": "a.wav"}]}
    path = {"batch_id": api("create_batch", json_=body).json["id"]}
    first = api("get_batch", path, headers=AGED).json
    items = api("list_items", path, headers=AGED).json
    world.run()
    assert api("get_batch", path, headers=AGED).json == first
    assert api("list_items", path, headers=AGED).json == items
    assert api("list_items", path, query={"limit": "3"}, headers=AGED).json != items
    assert api("get_batch", path).json["status"] == "completed"
    own = Caller(id="owner-key", kind="key")
    bound = world.app.keys.make("Sales", ["Read"], containers=["audio"], by=own).secret
    hidden = api("get_batch", path, headers={**AGED, "x-functions-key": bound})
    assert hidden.status == 404
    world.clock.advance(4)
    assert api("get_batch", path, headers=AGED).json["status"] == "completed"
