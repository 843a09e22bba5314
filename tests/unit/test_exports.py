"""Tables for analysis on the whole pipeline: each recording's rows are there once, while its
outputs are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from shared.errors import StoreUnavailable
from shared.exporting.files import join
from shared.exporting.folder import Folder
from shared.exporting.merge import MergeExports
from shared.model import pieces
from shared.model.export.columns import Column
from shared.model.export.folders import folder_of
from shared.model.export.tables import RECORDINGS, TABLES, UTTERANCES, Rows, Table, by_column
from shared.model.pieces import SMALL, Forgotten, piece_name
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.transcript.transcript import Transcript
from shared.outputs.parquet.file import write_parquet
from tests.fakes.api import Api
from tests.fakes.clock import FakeClock
from tests.fakes.crashes import Trap, live
from tests.fakes.exports import EXPORTING, a_world, files, rows
from tests.fakes.pieces import FakePieces
from tests.fakes.stores import FakeDiaries
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

AS_OWNER = {"x-functions-key": OWNER_KEY}


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def dropped(world: World, *names: str) -> None:
    for name in names:
        world.drop(f"calls/{name}")
    world.run()


def names(world: World) -> list[str]:
    return sorted(row["name"] for row in rows(world.exports, RECORDINGS))


def texts(world: World) -> list[str]:
    return [row["text"] for row in rows(world.exports, UTTERANCES)]


def once(world: World) -> bool:
    """Whether nothing is there twice."""
    said = [(row["recording_id"], row["number"]) for row in rows(world.exports, UTTERANCES)]
    heard = [row["recording_id"] for row in rows(world.exports, RECORDINGS)]
    return len(set(said)) == len(said) and len(set(heard)) == len(heard)


def swept(world: World) -> None:
    world.clock.advance(300)
    world.app.ask_for_sweep("exports")
    world.drain()


def test_only_what_its_profile_says_is_exported(world: World) -> None:
    world.drop("elsewhere.wav")
    world.run()
    assert world.exports.there == {}
    dropped(world, "refund.wav")
    assert names(world) == ["calls/refund.wav"]


def test_a_row_says_what_the_transcript_says(world: World) -> None:
    world.drop("calls/refund.wav", metadata={"case": "4711", "dropscribe_title": "A call"})
    world.run()
    [recording] = world.rows().values()
    assert recording.outcome is not None and recording.outcome.conversation is not None
    transcript = json.loads(world.outputs.files[recording.outcome.outputs["json"]].content)
    [row] = rows(world.exports, RECORDINGS)
    assert row["recording_id"] == recording.id and row["batch_id"] == recording.batch_id
    assert row["day"] == f"{recording.last_modified_at:%Y-%m-%d}"
    assert row["registered_at"] == recording.registered_at.replace(microsecond=0)
    assert (row["title"], json.loads(row["metadata"])) == ("A call", {"case": "4711"})
    assert (row["profile"], row["provider"]) == ("calls", "azure-speech")
    assert row["cost_amount"] == transcript["provider"]["cost"]["amount"]
    assert row["confidence"] == transcript["confidence"]
    assert row["silence_ms"] == recording.outcome.conversation.silence_ms == 10_000
    assert (row["speakers"], row["utterances"], row["duration_ms"]) == (2, 4, 30_000)
    assert row["hidden"] is None and row["revision"] == 0
    said = sorted(rows(world.exports, UTTERANCES), key=lambda one: one["number"])
    shared = ("turn", "channel", "speaker", "role", "start_ms", "end_ms", "confidence", "text")
    assert [[one[key] for key in shared] for one in said] == [
        [one[key] for key in shared] for one in transcript["utterances"]
    ]
    assert {one["role"] for one in said} == {"Agent", "Customer"}


def test_a_slice_is_a_file_of_each_table_and_the_sweep_makes_one_of_many(world: World) -> None:
    dropped(world, *[f"{n}.wav" for n in range(5)])
    assert [len(files(world.exports, table)) for table in TABLES] == [1, 1]
    dropped(world, "later.wav")
    assert [len(files(world.exports, table)) for table in TABLES] == [2, 2]
    swept(world)
    assert [len(files(world.exports, table)) for table in TABLES] == [1, 1]
    assert len(names(world)) == 6 and len(texts(world)) == 24 and once(world)
    there = dict(world.exports.there)
    swept(world)
    assert world.exports.there == there


def test_each_day_has_a_folder_of_its_own(world: World) -> None:
    dropped(world, "a.wav")
    world.clock.advance(86_400)
    dropped(world, "b.wav")
    swept(world)
    folders = {name.rsplit("/", 1)[0] for name in files(world.exports, UTTERANCES)}
    assert len(folders) == 2
    assert all(folder.startswith("utterances-1/day=20") for folder in folders)


def test_a_recording_without_speech_has_a_row_and_no_utterances(world: World) -> None:
    kept = world.app._pipeline.write.keep_said.rows
    dropped(world, "a.wav")
    [row] = world.rows().values()
    silent = Rows("2026-01-01", row.batch_id, "silent", 0, {RECORDINGS.name: [], "utterances": []})
    before = dict(world.exports.there)
    kept([silent])
    assert world.exports.there == before


def written_again(world: World, api: Api, name: str) -> None:
    """As by a step that was done, and whose process died before it said so."""
    row = world.rows()[f"calls/{name}"]
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    said = api("get_transcript", path, headers=AS_OWNER).json
    publish = world.app._pipeline.write.write_recording.publish
    transcript = msgspec.convert(said, Transcript)
    publish.keep_said([publish.keep_said.of(row, transcript)])


def test_what_is_written_twice_is_there_once_at_once(world: World, api: Api) -> None:
    dropped(world, "a.wav")
    before = set(world.exports.there)
    world.clock.advance(60)
    written_again(world, api, "a.wav")
    assert set(world.exports.there) == before and once(world)


def test_what_is_written_twice_in_other_company_is_there_once_after_the_sweep(
    world: World, api: Api
) -> None:
    dropped(world, "a.wav", "b.wav")
    world.clock.advance(60)
    written_again(world, api, "a.wav")
    assert not once(world)
    swept(world)
    assert once(world) and names(world) == ["calls/a.wav", "calls/b.wav"]


def a_large_file(world: World, table: Table, day: str, *others: dict[str, Any]) -> None:
    """With so many recordings that the sweep does not join it with small ones."""
    columns = [column.name for column in table.columns]
    filled = [
        {"recording_id": f"r{n}", "batch_id": "b", "name": f"{n}"} for n in range(pieces.SMALL)
    ]
    there = [
        tuple({"revision": 0, "written_at": 1, **row}.get(name) for name in columns)
        for row in [*others, *filled]
    ]
    content = write_parquet(table.columns, [by_column(there)], {})
    folder = Folder(world.exports, folder_of(table, day))
    folder.put(piece_name(content, len(there)), content)


def test_rows_in_a_large_file_give_way_to_later_ones_in_a_small_one(world: World) -> None:
    dropped(world, "a.wav")
    [row] = world.rows().values()
    day = f"{row.last_modified_at:%Y-%m-%d}"
    mine = {"recording_id": row.id, "batch_id": row.batch_id, "name": "earlier", "text": "earlier"}
    for table in TABLES:
        a_large_file(world, table, day, {**mine, "number": 0})
    assert not once(world)
    swept(world)
    assert once(world)
    assert len(rows(world.exports, RECORDINGS)) == SMALL + 1
    assert "earlier" not in texts(world) + names_of(world)


def names_of(world: World) -> list[str | None]:
    return [row["name"] for row in rows(world.exports, RECORDINGS)]


def corrected(world: World, api: Api, now: str) -> None:
    [row] = world.rows().values()
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    was = api("get_transcript", path, headers=AS_OWNER).json["utterances"][1]
    change = {"op": "text", "utterance": was["id"], "was": was["text"], "now": now}
    body = {"id": "11111111-1111-4111-8111-111111111111", "based_on": 0, "changes": [change]}
    got = api("create_revision", path, json_=body, headers=AS_OWNER)
    assert got.status == 201, got.json


def test_what_was_corrected_takes_the_place_of_what_stood_there(world: World, api: Api) -> None:
    dropped(world, "larger.wav")
    corrected(world, api, "It is about an order.")
    swept(world)
    assert once(world)
    assert "It is about an order." in texts(world) and "It is about larger." not in texts(world)
    assert {row["revision"] for row in rows(world.exports, UTTERANCES)} == {1}


def test_a_recording_that_is_deleted_has_no_rows_after_the_next_sweep(
    world: World, api: Api
) -> None:
    dropped(world, "a.wav", "b.wav", "c.wav")
    swept(world)
    rows_then = world.rows()
    for gone in ("calls/a.wav", "calls/b.wav"):
        row = rows_then[gone]
        path = {"batch_id": row.batch_id, "recording_id": row.id}
        assert api("delete_item", path, headers=AS_OWNER).status == 204
        world.run()
        swept(world)
        assert gone not in names(world)
    assert names(world) == ["calls/c.wav"] and len(texts(world)) == 4
    assert not any("about a" in text or "about b" in text for text in texts(world))
    world.clock.advance(2 * 86_400)
    swept(world)
    assert not any("forgotten" in name for name in world.exports.there), "no trace is left"


def test_a_batch_that_is_deleted_with_its_outputs_has_no_rows(world: World, api: Api) -> None:
    dropped(world, "a.wav", "b.wav")
    [batch_id] = {row.batch_id for row in world.rows().values()}
    got = api("delete_batch", {"batch_id": batch_id}, query={"outputs": "true"}, headers=AS_OWNER)
    assert got.status == 204, got.json
    world.run()
    swept(world)
    assert rows(world.exports, RECORDINGS) == rows(world.exports, UTTERANCES) == []
    assert not any("/day=" in name and ".parquet" in name for name in world.exports.there)


def test_rows_stay_while_outputs_do(world: World, api: Api) -> None:
    dropped(world, "a.wav")
    [row] = world.rows().values()
    assert api("delete_batch", {"batch_id": row.batch_id}, headers=AS_OWNER).status == 204
    world.run()
    swept(world)
    assert world.outputs.files and names(world) == ["calls/a.wav"]


def test_rows_go_when_outputs_are_too_old() -> None:
    world = a_world(Profile(), replace(EXPORTING, keep_outputs_days=10))
    dropped(world, "a.wav")
    swept(world)
    world.clock.advance(timedelta(days=11).total_seconds())
    world.sweep()
    world.run()
    swept(world)
    assert rows(world.exports, RECORDINGS) == rows(world.exports, UTTERANCES) == []


def test_what_is_deleted_goes_also_where_nothing_is_exported_any_more(api: Api) -> None:
    world = a_world()
    dropped(world, "a.wav")
    world.profiles = (Profile(),)
    world.start()
    [row] = world.rows().values()
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    assert Api(lambda: world.app)("delete_item", path, headers=AS_OWNER).status == 204
    world.run()
    swept(world)
    assert names(world) == []


def test_who_writes_what_was_deleted_meanwhile_brings_nothing_back(world: World, api: Api) -> None:
    dropped(world, "a.wav")
    [row] = world.rows().values()
    keep = world.app._pipeline.write.keep_said
    late = [world.exports.there[name] for name in files(world.exports, UTTERANCES)]
    keep.forget(row)
    swept(world)
    folder = Folder(world.exports, folder_of(UTTERANCES, f"{row.last_modified_at:%Y-%m-%d}"))
    folder.put(piece_name(late[0], 1), late[0])
    swept(world)
    assert texts(world) == []


def test_what_is_hidden_is_hidden_in_the_tables() -> None:
    hides = replace(EXPORTING, options=Options(redact=("phone_number",), redact_with="kind"))
    world = a_world(Profile(), hides)
    dropped(world, "call 310 555 0122.wav")
    assert any("phone" in text.lower() for text in texts(world))
    assert not any("0122" in text for text in texts(world))
    [row] = rows(world.exports, RECORDINGS)
    assert row["hidden"] == "phone_number"
    said = b"".join(c for n, c in world.exports.there.items() if n.startswith("utterances-1/"))
    assert b"0122" not in said


def test_storage_that_is_away_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put, refusals = world.exports.put, Counter[str]()

    def refused(name: str, content: bytes) -> None:
        refusals["put"] += 1
        if refusals["put"] <= 3:
            raise StoreUnavailable("503")
        put(name, content)

    monkeypatch.setattr(world.exports, "put", refused)
    dropped(world, "a.wav", "b.wav")
    assert set(world.states().values()) == {"transcribed"}
    swept(world)
    assert names(world) == ["calls/a.wav", "calls/b.wav"] and once(world)
    assert {row.attempt for row in world.rows().values()} == {1}


@pytest.mark.parametrize("after", range(1, 9))
def test_whoever_dies_over_the_tables_leaves_nothing_out_and_nothing_twice(after: int) -> None:
    world = a_world()
    for name in ("a", "b", "c"):
        world.audio.drop(f"calls/{name}.wav", a_second_of_silence(), world.clock.now())
    Trap.at(world, after, exports="put stored read remove")
    live(world, is_kind=True)
    for _ in range(2):
        swept(world)
    assert names(world) == ["calls/a.wav", "calls/b.wav", "calls/c.wav"]
    assert len(texts(world)) == 12 and once(world)


def test_columns_of_a_newer_release_stay(world: World) -> None:
    dropped(world, "a.wav")
    [name] = files(world.exports, RECORDINGS)
    newer = [*RECORDINGS.columns, Column("mood", "text")]
    there = [{"recording_id": "r", "batch_id": "b", "revision": 0, "written_at": 5, "mood": "fine"}]
    group = [[row.get(column.name) for row in there] for column in newer]
    content = write_parquet(newer, [group], {})
    Folder(world.exports, name.rsplit("/", 1)[0]).put(piece_name(content, 1), content)
    swept(world)
    [name] = files(world.exports, RECORDINGS)
    assert {row["mood"] for row in rows(world.exports, RECORDINGS)} == {"fine", None}


def test_what_is_not_ours_is_left_alone(world: World) -> None:
    dropped(world, "a.wav")
    folder = files(world.exports, RECORDINGS)[0].rsplit("/", 1)[0]
    strangers = ("recordings-2/day=2026-01-01/000001-x.parquet", f"{folder}/notes.txt", "readme")
    for name in strangers:
        world.exports.put(name, b"not ours")
    swept(world)
    assert all(world.exports.there[name] == b"not ours" for name in strangers)


WRITE = some.tuples(some.sampled_from("abcdef"), some.integers(0, 2), some.integers(1, 9))


@pytest.mark.long
@settings(max_examples=60)
@given(some.lists(some.lists(WRITE, min_size=1, max_size=4), max_size=5), some.sets(WRITE))
def test_however_files_are_joined_the_latest_rows_of_each_stay_once(
    slices: list[list[tuple[str, int, int]]], gone: set[tuple[str, int, int]]
) -> None:
    """Ages are compared by revision, then by when rows were written."""
    contents, latest = [], dict[str, tuple[int, int]]()
    forgotten = Forgotten(before={("b", of): 10**20 for of, _, _ in gone})
    for one in slices:
        by_name = {of: (revision, at) for of, revision, at in one}
        made = [
            (of, "b", revision, at, *[None] * (len(RECORDINGS.columns) - 4))
            for of, (revision, at) in by_name.items()
        ]
        contents.append(write_parquet(RECORDINGS.columns, [by_column(made)], {}))
        for of, age in by_name.items():
            if ("b", of) not in forgotten.before:
                latest[of] = max(age, latest.get(of, (0, 0)))
    content, things = join(RECORDINGS, contents, forgotten)
    exports = FakePieces(FakeClock())
    exports.put(f"{RECORDINGS.folder}/day=2026-01-01/x.parquet", content)
    found = rows(exports, RECORDINGS)
    ages = [(r["recording_id"], r["revision"], r["written_at"].timestamp() * 1_000) for r in found]
    assert sorted(ages) == sorted((of, *age) for of, age in latest.items())
    assert things == len(latest)
    assert join(RECORDINGS, [content], Forgotten())[0] == content or not latest


class Meddled:
    """A store before whose n-th call somebody else does something."""

    def __init__(self, store: FakePieces, at: int, other: Callable[[], None]) -> None:
        self._store, self._left, self._other = store, at, other

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            if name == "remove":
                return [self._one("remove", [each]) for each in args[0]]
            return self._one(name, *args)

        return call

    def _one(self, name: str, *args: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._other()
        return getattr(self._store, name)(*args)


def sweeping(world: World, store: Any) -> MergeExports:
    return MergeExports(store=store, diaries=world.diaries, clock=world.clock)


def full_of_doubles() -> tuple[World, dict[str, bytes]]:
    """Small files and large ones, with the same rows, and with rows that others overtook."""
    world = a_world()
    dropped(world, "a.wav", "b.wav")
    dropped(world, "c.wav")
    row = world.rows()["calls/a.wav"]
    older = {"recording_id": row.id, "batch_id": row.batch_id, "number": 0}
    for table in TABLES:
        for other in (older, {"recording_id": "x", "batch_id": "b", "number": 0}):
            a_large_file(world, table, f"{row.last_modified_at:%Y-%m-%d}", other)
    return world, dict(world.exports.there)


@pytest.mark.long
@pytest.mark.parametrize("inner", [0, 11])
def test_two_who_sweep_at_once_lose_nothing(inner: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one does all of it in the midst of the first, or dies after so many calls."""
    monkeypatch.setattr(pieces, "SMALL", 16)
    world, before = full_of_doubles()
    recordings, said = set(names_of(world)), set(texts(world))
    assert not once(world)

    def other() -> None:
        with suppress(Died):
            sweeping(world, Meddled(world.exports, inner, died))()

    for at in range(1, 40):
        world.exports.there, world.diaries = dict(before), FakeDiaries()
        sweeping(world, Meddled(world.exports, at, other))()
        assert set(names_of(world)) == recordings and set(texts(world)) == said
        for _ in range(2):
            sweeping(world, world.exports)()
        assert once(world), at
        assert set(names_of(world)) == recordings and set(texts(world)) == said


class Died(BaseException):
    """The end of a process."""


def died() -> None:
    raise Died
