"""An upgrade with work in flight: this version takes over what an earlier release left in tables
and queues, at every moment of a recording's life, finishes it, and pays for nothing twice. So it
does when a release is taken back, with what the newer one left: columns, fields beyond its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from azure.data.tables import TableEntity

from shared.errors import RowUnreadable
from shared.messages import Message
from shared.messages import read as read_message
from shared.model.batch.batch import Batch
from shared.model.endpoint.endpoint import EndpointState
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.ports.indices import Diary
from shared.stores.table.struct_to_row import from_row
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.stores import ByBatch
from tests.fakes.world import World
from tests.releases.capture import capture, former_queue
from tests.releases.scenario import DROPPED, messages

RELEASES = Path(__file__).resolve().parents[1] / "releases"
CAPTURED = {
    (path.stem, queue): moment
    for path in sorted(RELEASES.glob("*.json"))
    for queue, moment in json.loads(path.read_text(encoding="utf-8")).items()
}
at_every_moment = pytest.mark.parametrize(
    ("release", "queue"), CAPTURED, ids=[f"{release} {queue}" for release, queue in CAPTURED]
)


class Taken:
    """What a release left at one moment, read by this version."""

    def __init__(self, moment: dict[str, Any], queue: str) -> None:
        rows = moment["rows"]
        self.message = read(queue, moment["message"])
        self.waiting = [
            (datetime.fromisoformat(entry["due_at"]), read(entry["queue"], entry["body"]))
            for entry in moment["waiting"]
        ]
        self.headers = {row.id: row for row in read_rows(Batch, rows["Batch"])}
        self.jobs = {(row.batch_id, row.id): row for row in read_rows(Job, rows["Job"])}
        self.recordings = {
            (row.batch_id, row.id): row for row in read_rows(Recording, rows["Recording"])
        }
        self.active = {row.job_id: row for row in read_rows(ActiveJob, rows["ActiveJob"])}
        self.states = {row.name: row for row in read_rows(EndpointState, rows["EndpointState"])}
        self.diaries = {row.name: row for row in read_rows(Diary, rows["Diary"])}
        self.notes = {entry["batch"]: "note" for entry in rows["note"]}

    def put_into(self, world: World) -> None:
        """In place of what this version had there itself."""
        world.queue.waiting = [(world.clock.now(), self.message), *self.waiting]
        world.store.headers, world.store.job_rows = self.headers, ByBatch(self.jobs)
        world.store.rows, world.store.notes = ByBatch(self.recordings), self.notes
        world.line.waiting, world.line.heads = {}, {}
        world.active.entries, world.book.states = self.active, self.states
        world.diaries.diaries = self.diaries
        world.start()


def read(queue: str, body: str) -> Message:
    return read_message(queue, body)


def read_rows(kind: type[Any], rows: list[dict[str, Any]]) -> list[Any]:
    return [from_row(kind, entity(row, f"version {i}")) for i, row in enumerate(rows)]


def entity(row: dict[str, Any], version: str) -> TableEntity:
    made = TableEntity({name: _value(value) for name, value in row.items()})
    made._metadata = {"etag": version}  # as the library sets it
    return made


def _value(value: Any) -> Any:
    return datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value


@at_every_moment
def test_work_in_flight_is_finished_after_an_upgrade(release: str, queue: str) -> None:
    """The provider has got as far with this version as it had with the other."""
    world = World()
    for message in messages(world):
        if former_queue(message) == queue:
            break
        world.step(message)
    Taken(CAPTURED[release, queue], queue).put_into(world)
    world.run()
    states = world.states()
    assert {name: states[name] for name in DROPPED} == dict.fromkeys(DROPPED, "transcribed")
    assert states["empty.wav"] == "failed"
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


@at_every_moment
def test_what_is_lost_in_an_upgrade_is_found_by_the_sweep(release: str, queue: str) -> None:
    """The same without any of the messages."""
    world = World()
    for message in messages(world):
        if former_queue(message) == queue:
            break
        world.step(message)
    Taken(CAPTURED[release, queue], queue).put_into(world)
    world.queue.waiting = []
    world.run()
    states = world.states()
    assert {name: states[name] for name in DROPPED} == dict.fromkeys(DROPPED, "transcribed")
    assert len(world.provider.created) == 1


@cache
def by_the_next_release() -> dict[str, Any]:
    """What this version leaves, and in every row, in all that lies within one, and in every message
    something that only a newer release knows."""
    moments: dict[str, Any] = json.loads(json.dumps(capture()))
    for moment in moments.values():
        moment["message"] = more(moment["message"])
        for entry in moment["waiting"]:
            entry["body"] = more(entry["body"])
        for kind, rows in moment["rows"].items():
            if kind != "note":
                moment["rows"][kind] = [
                    {name: more(value) for name, value in row.items()}
                    | {"of_the_next": 7, "of_the_next_too": '{"deep": [1]}'}
                    for row in rows
                ]
    return moments


def more(value: Any) -> Any:
    """JSON objects get a member more, wherever they lie."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    return json.dumps(_more(json.loads(value)))


def _more(value: Any) -> Any:
    if isinstance(value, list):
        return [_more(one) for one in value]
    if isinstance(value, dict):
        found = {key: _more(one) for key, one in value.items()}
        return found | {"of_the_next": {"deep": 1}} if value and value.keys() <= FIELDS else found
    return value


def _kinds(of: type = msgspec.Struct) -> Iterator[type]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


FIELDS = {field for kind in _kinds() for field in kind.__struct_fields__}
"""By which a struct is told from a map, whose names are of others."""


@pytest.mark.parametrize("is_lost", [False, True], ids=["with messages", "without"])
@pytest.mark.parametrize("step", ["plan", "submit", "collect", "write", "finish"])
def test_work_in_flight_is_finished_when_a_release_is_taken_back(step: str, is_lost: bool) -> None:
    queue = f"dropscribe-{step}"
    world = World()
    for message in messages(world):
        if former_queue(message) == queue:
            break
        world.step(message)
    Taken(by_the_next_release()[queue], queue).put_into(world)
    if is_lost:
        world.queue.waiting = []
    world.run()
    states = world.states()
    assert {name: states[name] for name in DROPPED} == dict.fromkeys(DROPPED, "transcribed")
    assert states["empty.wav"] == "failed"
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_every_release_was_captured_at_every_step() -> None:
    assert CAPTURED
    for release in {release for release, _ in CAPTURED}:
        steps = {queue.rpartition("-")[2] for r, queue in CAPTURED if r == release}
        assert steps >= {"plan", "submit", "collect", "write", "finish"}


def test_this_version_can_be_captured_and_read_again() -> None:
    moments = json.loads(json.dumps(capture()))
    for queue, moment in moments.items():
        taken = Taken(moment, queue)
        assert len(taken.recordings) == len(DROPPED) + 1
        assert msgspec.json.decode(moment["message"])["v"] == taken.message.v


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        ("state", "sealed", "`$.state`"),
        ("attempt", "many", "`$.attempt`"),
        ("options", '{"speakers_by": ["voice"', "a column that is no JSON"),
    ],
)
def test_a_row_of_other_values_is_called_unreadable_without_repeating_them(
    column: str, value: str, place: str
) -> None:
    moment = json.loads(json.dumps(capture()))["dropscribe-finish"]
    kind: Any = Job if column == "options" else Recording
    row = {**moment["rows"][kind.__name__][0], column: value}
    with pytest.raises(RowUnreadable) as raised:
        read_rows(kind, [row])
    assert str(raised.value) == f"{kind.__name__}: {place}"


def test_a_batch_that_cannot_be_read_holds_up_no_other() -> None:
    """And nothing of it fails: the newer release goes on with it."""
    world = World()
    world.drop("newer.wav")
    (newer,) = world.store.notes
    world.clock.advance(3600)
    world.drop("ours.wav")

    def readable(read: Callable[[str], Any]) -> Callable[[str], Any]:
        def read_so(batch_id: str) -> Any:
            if batch_id == newer:
                raise RowUnreadable("Batch: `$.origin`")
            return read(batch_id)

        return read_so

    for method in ("batch", "whole"):
        setattr(world.store, method, readable(getattr(world.store, method)))
    for _ in range(40):
        world.drain()
        with suppress(RowUnreadable):  # its message stays hidden, and comes back
            world.drain_poison()
        world.complete_all()
        world.poll()
        world.sweep()
        world.clock.advance(60)
    assert world.states() == {"newer.wav": "waiting", "ours.wav": "transcribed"}
