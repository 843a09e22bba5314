"""Search on the whole pipeline: what is written is found, what is forgotten is not."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import StoreUnavailable
from shared.model.access.key import make_key
from shared.model.pieces import FORGOTTEN, PIECES, batch_note
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.searching.catch_up import EVERY
from tests.fakes.api import Api, Got
from tests.fakes.crashes import Crash, Trap
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence
from tests.unit.test_compared import LONGER, exchange

AS_OWNER = {"x-functions-key": OWNER_KEY}
PROFILES = (Profile(), Profile(name="calls", prefixes=("calls",)))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def dropped(world: World, *names: str) -> None:
    """The stand-in of a provider hears the names of the files."""
    for name in names:
        world.drop(name)
        world.clock.advance(1)
    world.run()


def search(api: Api, q: str, headers: dict[str, str] | None = None, **more: Any) -> Got:
    return api("search_words", json_={"q": q, **more}, headers=headers)


def names(got: Got) -> list[str]:
    assert got.status == 200, got.json
    return [one["name"] for one in got.json["value"]]


def pieces(world: World) -> list[str]:
    return [name for name in world.pieces.there if name.startswith(PIECES)]


def test_what_was_said_is_found_as_soon_as_it_is_written(world: World, api: Api) -> None:
    dropped(world, "order 4711.wav", "refund.wav")
    [hit] = search(api, "order").json["value"]
    assert (hit["name"], hit["times"], hit["corrected"]) == ("order 4711.wav", 1, False)
    [place] = hit["places"]
    assert (place["before"], place["found"]) == ("This is ", "order")
    assert names(search(api, '"this is"')) == ["refund.wav", "order 4711.wav"]
    assert names(search(api, "this -refund")) == ["order 4711.wav"]
    assert names(search(api, "nothing")) == []


def test_a_slice_is_one_piece_and_the_sweep_makes_one_of_many(world: World, api: Api) -> None:
    dropped(world, *[f"order {n}.wav" for n in range(5)])
    assert len(pieces(world)) == 1
    dropped(world, "order later.wav")
    assert len(pieces(world)) == 2
    world.sweep()
    assert len(pieces(world)) == 1
    assert len(names(search(api, "order"))) == 6


def test_pages_go_on_where_the_last_one_ended(world: World, api: Api) -> None:
    dropped(world, *[f"order {n}.wav" for n in range(7)])
    found, after, pages = [], None, 0
    while pages == 0 or after:
        got = search(api, "order", limit=3, **({"after": after} if after else {}))
        found += names(got)
        after, pages = got.json["after"], pages + 1
    assert found == [f"order {n}.wav" for n in range(6, -1, -1)]
    assert pages == 3


def test_the_best_come_first_where_that_is_asked_for(world: World, api: Api) -> None:
    dropped(world, "order order order.wav", "order.wav")
    assert names(search(api, "order"))[0] == "order.wav"
    got = search(api, "order", order="best", limit=1)
    assert names(got) == ["order order order.wav"] and got.json["after"] is None


def test_a_batch_that_is_deleted_is_forgotten_at_once(world: World, api: Api) -> None:
    dropped(world, "order.wav")
    [row] = world.rows().values()
    world.sweep()
    assert api("delete_batch", {"batch_id": row.batch_id}).status == 204
    assert names(search(api, "order")) == []
    world.run()
    assert names(search(api, "order")) == []
    assert [n for n in world.pieces.there if n.startswith(FORGOTTEN)]
    world.clock.advance(3_600)
    world.sweep()
    assert pieces(world) == [], "its words are gone from storage"


def test_words_that_were_kept_of_a_recording_that_failed_go_with_it(world: World, api: Api) -> None:
    """Who kept them died before the row, and then its audio was exchanged."""
    row = world.drop("order.wav")
    assert row is not None
    Trap.at(world, 1, pieces="put")
    with pytest.raises(Crash):
        world.run()
    world.start()
    exchange(world, "order.wav", LONGER)
    world.run()
    [failed] = [one for one in world.store.rows.values() if one.id == row.id]
    assert failed.failure is not None and failed.failure.code == "audio_replaced"
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    assert api("delete_item", path, headers=AS_OWNER).status < 300
    world.run()
    assert [name for name in world.pieces.there if name.startswith(FORGOTTEN) and row.id in name]


def test_what_is_dropped_into_the_window_of_a_batch_that_was_deleted_is_found(
    world: World, api: Api
) -> None:
    window = world.drop("order.wav")
    assert window is not None
    world.run()
    assert api("delete_batch", {"batch_id": window.batch_id}).status == 204
    world.run()
    late = world.drop_at("order later.wav", a_second_of_silence(), window.last_modified_at)
    assert late is not None and late.batch_id == window.batch_id
    world.run()
    assert names(search(api, "order")) == ["order later.wav"]


def test_forgetting_holds_where_rows_and_notes_say_different_things(world: World, api: Api) -> None:
    """A note stands alone, for what was restored from elsewhere."""
    dropped(world, "order.wav")
    [row] = world.rows().values()
    world.pieces.put(batch_note(row.batch_id, world.clock.now()), b"")
    assert names(search(api, "order")) == []


def corrected(world: World, api: Api, now: str) -> None:
    [row] = world.rows().values()
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    was = api("get_transcript", path, headers=AS_OWNER).json["utterances"][0]
    change = {"op": "text", "utterance": was["id"], "was": was["text"], "now": now}
    body = {"id": "11111111-1111-4111-8111-111111111111", "based_on": 0, "changes": [change]}
    got = api("create_revision", path, json_=body, headers=AS_OWNER)
    assert got.status == 201, got.json


def test_corrected_words_are_found_and_what_stood_there_is_not(world: World, api: Api) -> None:
    dropped(world, "border.wav")
    world.sweep()
    corrected(world, api, "This is an order.")
    for _ in range(3):
        [hit] = search(api, "order").json["value"]
        assert hit["corrected"]
        assert names(search(api, "border")) == []
        world.clock.advance(3_600)
        world.sweep()
    [name] = pieces(world)
    assert name.startswith(f"{PIECES}000001-")


def test_what_the_profile_hides_is_not_in_the_index(api: Api) -> None:
    hides = Profile(options=Options(redact=("phone_number",), redact_with="kind"))
    world = World(profiles=(hides,))
    dropped(world, "call 310 555 0122.wav")
    api = Api(lambda: world.app)
    assert names(search(api, "call")) == ["call 310 555 0122.wav"]
    assert names(search(api, '"310 555 0122"')) == []
    assert names(search(api, "phone")) == ["call 310 555 0122.wav"]


def test_only_batches_that_a_caller_may_read_are_searched() -> None:
    world = World(profiles=PROFILES)
    api = Api(lambda: world.app)
    dropped(world, "calls/order.wav", "order.wav")
    made = api(
        "create_key",
        json_={"name": "calls only", "roles": ["Read"], "profiles": ["calls"]},
        headers=AS_OWNER,
    )
    assert made.status == 201, made.json
    key = {"x-functions-key": made.json["key"]}
    assert names(search(api, "order", headers=AS_OWNER)) == ["order.wav", "calls/order.wav"]
    assert names(search(api, "order", headers=key)) == ["calls/order.wav"]
    assert names(search(api, "order", headers=key, profile="default")) == []


def test_a_search_is_written_down_without_its_words(world: World, api: Api) -> None:
    dropped(world, "order.wav")
    search(api, "order", headers=AS_OWNER)
    [entry] = [one for one in world.trail.entries if one.operation == "search_words"]
    assert (entry.kind, entry.target, entry.caller) == ("read", "", "owner-key")


def test_where_it_is_switched_off_nothing_is_kept_and_that_is_said(api: Api) -> None:
    world = World()
    world.is_search_on = False
    world.start()
    api = Api(lambda: world.app)
    dropped(world, "order.wav")
    world.sweep()
    assert world.pieces.there == {}
    got = search(api, "order")
    assert (got.status, got.json["code"]) == (409, "search_off")
    world.is_search_on = True
    world.start()
    world.sweep()
    assert names(search(api, "order")) == ["order.wav"], "the sweep keeps what is missing"


def test_an_index_that_cannot_be_written_holds_nothing_up_and_is_caught_up(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise StoreUnavailable("no")

    world.sweep()
    with monkeypatch.context() as patch:
        patch.setattr(world.pieces, "put", refused)
        dropped(world, "order.wav")
    assert set(world.states().values()) == {"transcribed"}
    assert names(search(api, "order")) == []
    world.clock.advance(EVERY.total_seconds())
    world.sweep()
    assert names(search(api, "order")) == ["order.wav"]
    world.clock.advance(EVERY.total_seconds())
    before = dict(world.pieces.there)
    world.sweep()
    assert world.pieces.there == before


def test_a_row_that_says_something_else_is_believed(world: World, api: Api) -> None:
    dropped(world, "order.wav")
    for key in list(world.store.rows):
        del world.store.rows[key]
    assert names(search(api, "order")) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"q": "-order"}, 422),
        ({"q": ""}, 400),
        ({"q": "order", "after": "x"}, 400),
        ({"q": "order", "limit": 0}, 400),
        ({"q": "order", "unknown": 1}, 400),
    ],
)
def test_what_cannot_be_looked_for_is_told(api: Api, body: dict[str, Any], status: int) -> None:
    assert api("search_words", json_=body).status == status


def test_a_link_to_a_key_of_nobody_is_no_way_in(world: World, api: Api) -> None:
    key = {"x-functions-key": make_key(b"nobody ever made this one......!")}
    assert search(api, "order", headers=key).status == 401


def test_uploads_are_found_as_well(world: World, api: Api) -> None:
    world.audio.drop("order.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    manifest = {"recordings": [{"blob": "order.wav", "metadata": {"case": "4711"}}]}
    assert api("create_batch", json_=manifest).status == 201
    world.run()
    assert names(search(api, "order", metadata={"case": "4711"})) == ["order.wav"]
    assert names(search(api, "order", metadata={"case": "4712"})) == []
