"""Search with a service: pieces are handed over to it, and nobody notices when it is slow."""

from __future__ import annotations

import pytest

from shared.model.pieces import FORGOTTEN, PIECES
from shared.model.profile.profile import Profile
from shared.searching import hand_over as module
from shared.searching.catch_up import EVERY, diary_of
from tests.fakes.api import Api
from tests.fakes.searcher import FakeSearcher
from tests.fakes.world import World
from tests.unit.test_search_flow import AS_OWNER, corrected, dropped, names, pieces, search

HOUR, DAY = 3_600, 86_400


@pytest.fixture
def service() -> FakeSearcher:
    return FakeSearcher()


@pytest.fixture
def world(service: FakeSearcher) -> World:
    world = World()
    with_service(world, service)
    return world


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def with_service(world: World, service: FakeSearcher | None) -> None:
    world.searcher = service
    world.start()


def sweep(world: World, times: int = 1) -> None:
    for _ in range(times):
        world.clock.advance(300)
        world.sweep()


def held(service: FakeSearcher) -> int:
    return len(service.there or {})


def test_what_is_written_is_found_at_once_and_handed_over_by_the_sweep(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "order 1.wav", "order 2.wav")
    assert names(search(api, "order")) == ["order 2.wav", "order 1.wav"]
    assert held(service) == 0, "nobody who writes calls the service"
    sweep(world)
    assert held(service) == 2
    assert names(search(api, "order")) == ["order 2.wav", "order 1.wav"]
    sweep(world)
    assert pieces(world) == []
    dropped(world, "order 3.wav")
    assert names(search(api, "order")) == ["order 3.wav", "order 2.wav", "order 1.wav"]
    assert names(search(api, "order -2")) == ["order 3.wav", "order 1.wav"]


def test_a_piece_stays_until_the_service_shows_all_of_it(
    world: World, api: Api, service: FakeSearcher
) -> None:
    sweep(world)
    service.is_late = True
    dropped(world, "order.wav")
    sweep(world, 3)
    assert len(pieces(world)) == 1 and held(service) == 0
    assert names(search(api, "order")) == ["order.wav"]
    service.show()
    sweep(world)
    assert pieces(world) == [] and names(search(api, "order")) == ["order.wav"]


def test_a_service_that_is_out_holds_no_transcript_and_gets_what_it_missed(
    world: World, api: Api, service: FakeSearcher
) -> None:
    sweep(world)
    service.is_out = True
    for n in range(3):
        dropped(world, f"order {n}.wav")
        sweep(world)
    assert set(world.states().values()) == {"transcribed"}
    assert len(pieces(world)) == 1, "they are merged all the same"
    assert search(api, "order").status == 503
    service.is_out = False
    assert len(names(search(api, "order"))) == 3
    sweep(world, 2)
    assert pieces(world) == [] and len(names(search(api, "order"))) == 3


def test_what_it_does_not_take_is_given_again(
    world: World, api: Api, service: FakeSearcher
) -> None:
    service.most = 2
    dropped(world, *[f"order {n}.wav" for n in range(5)])
    for times in range(1, 4):
        sweep(world)
        assert held(service) == min(2 * times, 5)
        assert len(names(search(api, "order"))) == 5
    sweep(world)
    assert pieces(world) == [] and len(names(search(api, "order"))) == 5


def test_what_the_service_never_takes_stays_in_a_piece_of_its_own(
    world: World, api: Api, service: FakeSearcher
) -> None:
    service.refused = "order 2.wav"
    dropped(world, *[f"order {n}.wav" for n in range(5)])
    sweep(world, 3)
    [name] = pieces(world)
    assert name.startswith(f"{PIECES}000001-") and held(service) == 4
    dropped(world, "order 5.wav")
    sweep(world, 3)
    assert len(pieces(world)) == 1 and held(service) == 5
    assert len(names(search(api, "order"))) == 6


def test_a_batch_that_is_deleted_is_forgotten_at_once_and_then_leaves(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "order.wav")
    sweep(world, 2)
    [row] = world.rows().values()
    assert api("delete_batch", {"batch_id": row.batch_id}).status == 204
    world.run()
    assert names(search(api, "order")) == []
    world.clock.advance(HOUR)
    sweep(world)
    assert held(service) == 0


def test_notes_stay_until_the_service_has_forgotten(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "order.wav")
    sweep(world, 2)
    [row] = world.rows().values()
    api("delete_batch", {"batch_id": row.batch_id})
    world.run()
    service.is_out = True
    world.clock.advance(3 * DAY)
    sweep(world)
    assert [name for name in world.pieces.there if name.startswith(FORGOTTEN)]
    service.is_out = False
    sweep(world)
    assert held(service) == 0
    world.clock.advance(DAY)
    sweep(world)
    assert not [name for name in world.pieces.there if name.startswith(FORGOTTEN)]


def test_what_is_forgotten_is_not_handed_over(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "order.wav")
    [row] = world.rows().values()
    api("delete_batch", {"batch_id": row.batch_id})
    world.run()
    sweep(world, 2)
    assert service.given == [] and pieces(world) == []


def test_corrected_words_are_found_and_what_stood_there_leaves(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "border.wav")
    sweep(world, 2)
    corrected(world, api, "This is an order.")
    for _ in range(3):
        assert names(search(api, "order")) == ["border.wav"]
        assert names(search(api, "border")) == []
        world.clock.advance(HOUR)
        sweep(world)
    assert held(service) == 1


def test_only_batches_that_a_caller_may_read_are_searched(service: FakeSearcher) -> None:
    world = World(profiles=(Profile(), Profile(name="calls", prefixes=("calls",))))
    with_service(world, service)
    api = Api(lambda: world.app)
    dropped(world, "calls/order.wav", "order.wav")
    sweep(world, 2)
    body = {"name": "calls only", "roles": ["Read"], "profiles": ["calls"]}
    key = api("create_key", json_=body, headers=AS_OWNER).json["key"]
    assert names(search(api, "order")) == ["order.wav", "calls/order.wav"]
    assert names(search(api, "order", {"x-functions-key": key})) == ["calls/order.wav"]


def test_an_index_that_is_gone_is_made_and_filled_anew(
    world: World, api: Api, service: FakeSearcher
) -> None:
    dropped(world, "order.wav")
    sweep(world, 2)
    service.there = None
    assert names(search(api, "order")) == []
    sweep(world, 3)
    assert held(service) == 1 and names(search(api, "order")) == ["order.wav"]


def test_what_there_was_before_there_was_a_service_is_handed_over_and_taken_back_after(
    service: FakeSearcher,
) -> None:
    world = World()
    api = Api(lambda: world.app)
    dropped(world, "order.wav")
    world.sweep()
    with_service(world, service)
    sweep(world, 2)
    assert pieces(world) == [] and held(service) == 1
    with_service(world, None)
    assert names(search(api, "order")) == []
    sweep(world)
    assert names(search(api, "order")) == ["order.wav"], "taken in from its transcript"


def test_what_nobody_kept_is_taken_in(world: World, api: Api, service: FakeSearcher) -> None:
    sweep(world)
    dropped(world, "order.wav")
    world.pieces.there.clear()
    world.clock.advance(EVERY.total_seconds())
    sweep(world, 3)
    assert held(service) == 1 and names(search(api, "order")) == ["order.wav"]
    world.clock.advance(EVERY.total_seconds())
    sweep(world)
    assert pieces(world) == [], "nothing is missing"


def test_a_batch_that_came_again_after_it_was_deleted_is_not_lost(
    world: World, api: Api, service: FakeSearcher
) -> None:
    """The recording has the same id, and the service may still hold what was said before."""
    dropped(world, "order.wav")
    sweep(world, 2)
    [row] = world.rows().values()
    assert api("delete_batch", {"batch_id": row.batch_id}).status == 204
    world.run()
    world.clock.advance(5)
    assert world.register(row.container, row.name) is not None
    world.run()
    assert names(search(api, "order")) == ["order.wav"]
    for _ in range(3):
        sweep(world)
        world.clock.advance(HOUR)
        assert names(search(api, "order")) == ["order.wav"]
    assert pieces(world) == [] and held(service) == 1


def test_what_the_service_holds_of_before_is_not_taken_for_what_is_missing(
    world: World, api: Api, service: FakeSearcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped(world, "order.wav")
    sweep(world, 2)
    monkeypatch.setattr(service, "remove", lambda origins: None)  # it takes its time
    [row] = world.rows().values()
    assert api("delete_batch", {"batch_id": row.batch_id}).status == 204
    world.run()
    world.clock.advance(5)
    assert world.register(row.container, row.name) is not None
    world.run()
    for name in pieces(world):
        del world.pieces.there[name]
    service.there = {service.given[0].origin: service.given[0]}
    assert names(search(api, "order")) == []
    world.diaries.note(diary_of(service), world.clock.now() - EVERY)
    sweep(world)
    assert names(search(api, "order")) == ["order.wav"]


def test_words_leave_the_service_when_their_days_are_over(
    world: World, api: Api, service: FakeSearcher
) -> None:
    world.search_days = 30
    world.start()
    dropped(world, "order.wav")
    sweep(world, 2)
    world.clock.advance(31 * DAY)
    sweep(world)
    assert held(service) == 1, "storage may not have ended the outputs yet"
    world.clock.advance(2 * DAY)
    world.outputs.files.clear()
    sweep(world)
    assert held(service) == 0 and names(search(api, "order")) == []


def test_a_sweep_has_little_time_and_the_next_one_goes_on(
    world: World, service: FakeSearcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    dropped(world, *[f"order {n}.wav" for n in range(6)])
    put = service.put

    def slow(entries: object) -> None:
        put(entries)  # type: ignore[arg-type]
        world.clock.advance(15)

    monkeypatch.setattr(service, "put", slow)
    counts = []
    while pieces(world):
        sweep(world)
        counts.append(held(service))
    assert counts[0] == 4 and counts[-1] == 6
