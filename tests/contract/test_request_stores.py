"""The promises that batches on request rest on, kept by the stand-ins and by real storage alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.errors import InputError, SealBroken, StoreConflict
from shared.model.batch.batch import Batch, Part
from shared.model.manifest.manifest import Head, Item
from shared.model.recording.recording import Recording
from shared.ports.blobs import AudioBlobs, Outputs, Requests
from shared.ports.state import BatchFilter, BatchStore
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.outputs import BlobOutputs
from shared.stores.blob.requests import BlobRequests
from shared.stores.sealing.keys import LocalKey
from shared.stores.sealing.seal import EnvelopeSealer, NoSealer
from shared.stores.table.batches import TableBatchStore
from tests.contract.stores import (
    NOW,
    SEALER,
    a_full_recording,
    a_job,
    a_recording,
    fresh,
    fresh_table,
)
from tests.fakes.blobs import FakeAudio, FakeOutputs
from tests.fakes.requests import FakeRequests
from tests.fakes.stores import FakeBatchStore

replace = msgspec.structs.replace


@pytest.fixture(params=["stand-in", "table"])
def store(request: pytest.FixtureRequest) -> Iterator[BatchStore]:
    if request.param == "stand-in":
        yield FakeBatchStore()
        return
    with fresh_table(request.getfixturevalue("azurite")) as table:
        yield TableBatchStore(table)


@pytest.fixture
def service(azurite: Azurite) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service


def a_batch(batch_id: str = "api-1", created_at: datetime = NOW, **more: object) -> Batch:
    return Batch(
        id=batch_id,
        profile="calls",
        origin="api",
        title="Grüße 日本語",
        created_at=created_at,
        closes_at=created_at,
        items=3,
        digest="0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        is_expanding=True,
        **more,  # type: ignore[arg-type]
    )


def a_part(number: int = 0) -> Part:
    return Part(
        batch_id="api-1",
        number=number,
        offset=5_000_000_000,
        length=7,
        first=100 * number,
        items=100,
        marker="2!108!MDAwMDA",
        changed_at=NOW,
    )


# --- headers and parts


def test_a_header_comes_with_all_its_parts_or_not_at_all(store: BatchStore) -> None:
    parts = [a_part(number) for number in range(98)]
    assert store.create_batch(a_batch(), parts)
    assert not store.create_batch(replace(a_batch(), title="another"), [a_part(98)])
    batch = store.batch("api-1")
    assert batch is not None and replace(batch, version="") == a_batch()
    assert [replace(part, version="") for part in store.parts("api-1")] == parts
    assert store.part("api-1", 98) is None


def test_a_part_is_changed_by_one_of_two(store: BatchStore) -> None:
    store.create_batch(a_batch(), [a_part(), a_part(1)])
    part = store.part("api-1", 1)
    assert part is not None
    store.save_part(replace(part, at=50, recordings=70))
    with pytest.raises(StoreConflict):
        store.save_part(replace(part, at=60))
    found = store.part("api-1", 1)
    assert found is not None and (found.at, found.recordings) == (50, 70)
    with pytest.raises(StoreConflict):
        store.save_part(replace(part, number=7))


def test_a_header_with_parts_is_like_any_other(store: BatchStore) -> None:
    store.create_batch(a_batch(), [a_part()])
    batch = store.batch("api-1")
    assert batch is not None
    store.open_batch(batch)
    assert store.note_version("api-1") is not None
    store.save_batch(replace(batch, is_expanding=False, cancelled_at=NOW, deleting="rows"))
    found = store.batch("api-1")
    assert found is not None and not found.is_expanding
    assert (found.cancelled_at, found.deleting) == (NOW, "rows")


# --- the list


def listed(store: BatchStore, **wanted: object) -> list[str]:
    entries, _ = store.entries(BatchFilter(**wanted), after=None, most=100)  # type: ignore[arg-type]
    return [entry.id for entry in entries]


def fill(store: BatchStore, count: int = 5) -> None:
    for number in range(count):
        batch = a_batch(f"api-{number}", NOW + timedelta(minutes=number))
        store.create_batch(batch)
        store.list_batch(batch)


def test_the_newest_batch_is_listed_first_and_pages_follow_one_another(store: BatchStore) -> None:
    fill(store)
    seen: list[str] = []
    after: str | None = None
    for _ in range(3):
        entries, after = store.entries(BatchFilter(), after=after, most=2)
        seen += [entry.id for entry in entries]
    assert seen == ["api-4", "api-3", "api-2", "api-1", "api-0"] and after is None
    entries, after = store.entries(BatchFilter(), after=None, most=5)
    assert len(entries) == 5 and after is None


def test_the_list_is_filtered(store: BatchStore) -> None:
    fill(store)
    batch = store.batch("api-2")
    assert batch is not None
    store.save_batch(replace(batch, finished_at=NOW, reported=3, failed=1))
    assert listed(store, state="completed") == ["api-2"]
    [entry] = store.entries(BatchFilter(state="completed"), after=None, most=9)[0]
    assert (entry.recordings, entry.failed, entry.finished_at) == (3, 1, NOW)
    assert listed(store, state="running") == ["api-4", "api-3", "api-1", "api-0"]
    assert listed(store, profile="calls", origin="api") == listed(store)
    assert listed(store, profile="other") == listed(store, origin="dropped") == []
    second, fourth = NOW + timedelta(minutes=1), NOW + timedelta(minutes=3)
    assert listed(store, created_from=second, created_to=fourth) == ["api-2", "api-1"]
    entries, after = store.entries(BatchFilter(created_from=second), after=None, most=2)
    assert [entry.id for entry in entries] == ["api-4", "api-3"]
    entries, after = store.entries(BatchFilter(created_from=second), after=after, most=2)
    assert [entry.id for entry in entries] == ["api-2", "api-1"] and after is None


def test_a_batch_is_in_the_list_once_and_as_it_is(store: BatchStore) -> None:
    fill(store, 1)
    batch = store.batch("api-0")
    assert batch is not None
    store.save_batch(replace(batch, finished_at=NOW, reported=1))
    reopened = store.batch("api-0")
    assert reopened is not None
    store.open_batch(reopened)
    assert listed(store, state="running") == ["api-0"] and listed(store, state="completed") == []
    store.list_batch(replace(reopened, error_report="errors/x"))
    assert listed(store) == listed(store, state="refused") == ["api-0"]


# --- reading rows


def rows(store: BatchStore, count: int) -> list[Recording]:
    made = [a_recording(number, "api-1") for number in range(count)]
    for row in made:
        assert store.insert(row)
    return made


def test_what_progress_needs_is_read_without_the_rest(store: BatchStore) -> None:
    full = replace(a_full_recording(9), batch_id="api-1")
    rows(store, 2)
    store.insert(full)
    store.create_batch(a_batch(), [a_part()])
    facts = list(store.facts("api-1"))
    assert [fact.state for fact in facts] == ["waiting", "waiting", "transcribed"]
    assert (facts[2].duration_ms, facts[2].needs_review) == (86_400_000, True)
    assert (facts[2].cost_amount, facts[2].cost_currency) == (0.001, "USD")
    assert (facts[0].duration_ms, facts[0].cost_amount) == (0, None)


def test_of_conversations_only_those_that_are_transcribed_are_read(store: BatchStore) -> None:
    full = replace(a_full_recording(9), batch_id="api-1")
    rows(store, 2)
    store.insert(full)
    [facts] = store.conversations("api-1")
    assert full.outcome is not None and facts.outcome is not None
    assert facts.outcome.conversation == full.outcome.conversation
    assert (facts.outcome.language, facts.outcome.confidence) == ("de-DE", 0.123456789)
    assert facts.labels == full.labels


def test_rows_are_read_from_the_one_after_the_last(store: BatchStore) -> None:
    made = rows(store, 5)
    after = store.recordings("api-1", first=f"{made[1].id}!", page=2)
    assert [row.id for row in after] == [row.id for row in made[2:]]


def test_a_batch_is_forgotten_but_for_its_header(store: BatchStore) -> None:
    made = rows(store, 130)
    store.create_batch(a_batch(), [a_part()])
    store.save(a_job(batch_id="api-1"))
    store.insert(a_recording(0, "api-2"))
    batch = store.batch("api-1")
    assert batch is not None
    store.list_batch(batch)
    store.forget(batch)
    store.forget(batch)
    assert not list(store.recordings("api-1")) and not list(store.jobs("api-1"))
    assert not store.parts("api-1") and not listed(store)
    assert store.batch("api-1") is not None
    assert store.recording("api-2", made[0].id) is not None


# --- requests


@pytest.fixture(params=["stand-in", "blobs"])
def requests(request: pytest.FixtureRequest) -> Requests:
    if request.param == "stand-in":
        return FakeRequests()
    service: BlobServiceClient = request.getfixturevalue("service")
    container = fresh("batches")
    service.create_container(container)
    return BlobRequests(service, container, SEALER)


ITEMS = [
    Item(container="uploads", blob="grüße.wav", fields={"max_speakers": None, "channels": [0]}),
    Item(url="https://x.example/a?sig=1", client_item_id="a\nb", metadata={"a": "b\u2028c"}),
    Item(container="uploads", prefix="x"),
]
HEAD = Head(title="T", callback_url="https://x.example/?sig=2", fields={"locale": "de-DE"})


def stored(requests: Requests, items: list[Item] | None = None) -> tuple[Batch, list[bytes]]:
    lines = [msgspec.json.encode(part) + b"\n" for part in (HEAD, *(items or ITEMS))]
    requests.put(a_batch(), b"".join(lines))
    return a_batch(), lines


def test_a_request_comes_back_as_a_whole_and_in_parts(requests: Requests) -> None:
    batch, lines = stored(requests)
    assert requests.head(batch) == HEAD
    assert requests.items(batch, len(lines[0]), len(lines[1])) == ITEMS[:1]
    assert requests.items(batch, len(lines[0] + lines[1]), len(lines[2] + lines[3])) == ITEMS[1:]
    assert requests.find(batch, {0, 2}) == {0: ITEMS[0], 2: ITEMS[2]}
    assert requests.find(batch, {99}) == {}


def test_of_a_large_request_single_items_are_found(requests: Requests) -> None:
    many = [Item(container="uploads", blob=f"{i:06}" * 20) for i in range(40_000)]
    batch, _ = stored(requests, many)
    found = requests.find(batch, {0, 777, 39_999})
    assert found == {n: many[n] for n in (0, 777, 39_999)}


def test_two_contents_for_one_batch_lie_beside_each_other(requests: Requests) -> None:
    batch, _ = stored(requests)
    other = replace(batch, digest="f" * 32)
    requests.put(other, msgspec.json.encode(Head(title="other")) + b"\n")
    assert requests.head(batch).title == "T"
    assert requests.head(other).title == "other"


def test_addresses_in_a_request_do_not_lie_in_clear_and_come_back(
    service: BlobServiceClient,
) -> None:
    container = fresh("batches")
    service.create_container(container)
    batch, lines = stored(BlobRequests(service, container, SEALER))
    [name] = service.get_container_client(container).list_blob_names()
    blob = service.get_blob_client(container, name)
    there = blob.download_blob()
    content = there.readall()
    assert len(content) == sum(map(len, lines))
    for secret in (b"sig=1", b"sig=2", b"example"):
        assert secret not in content
        assert secret.decode() not in str(there.properties.metadata)
    again = BlobRequests(
        service, container, EnvelopeSealer(LocalKey(b"another key, of 32 bytes, is no "))
    )
    with pytest.raises(SealBroken):
        again.head(batch)
    stored(BlobRequests(service, container, SEALER))
    assert blob.download_blob().readall() != content, "no key is used twice"


def test_a_request_that_a_release_before_stored_in_clear_is_read(
    service: BlobServiceClient,
) -> None:
    container = fresh("batches")
    service.create_container(container)
    batch, lines = stored(BlobRequests(service, container, NoSealer()))
    requests = BlobRequests(service, container, SEALER)
    assert requests.head(batch) == HEAD
    assert requests.items(batch, len(lines[0]), sum(map(len, lines[1:]))) == ITEMS
    assert requests.find(batch, {2}) == {2: ITEMS[2]}


def test_a_request_that_is_gone_is_told(requests: Requests) -> None:
    batch, _ = stored(requests)
    requests.remove(batch)
    requests.remove(batch)
    for read in (
        lambda: requests.head(batch),
        lambda: requests.items(batch, 0, 9),
        lambda: requests.find(batch, {0}),
    ):
        with pytest.raises(StoreConflict):
            read()


# --- listing by page


class Intake(NamedTuple):
    audio: AudioBlobs
    container: str
    drop: Callable[[str], object]


@pytest.fixture(params=["stand-in", "blobs"])
def intake(request: pytest.FixtureRequest) -> Intake:
    if request.param == "stand-in":
        fake = FakeAudio()
        fake.missing_containers.add("nowhere")
        return Intake(fake, "uploads", lambda name: fake.drop(name, b"x", NOW, container="uploads"))
    service: BlobServiceClient = request.getfixturevalue("service")
    client = service.create_container(fresh("uploads"))
    audio = BlobAudio(service, lambda *_: "")
    return Intake(audio, client.container_name, lambda name: client.upload_blob(name, b"x"))


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
def test_the_blobs_of_a_prefix_come_page_by_page_each_once(intake: Intake, most: int) -> None:
    wanted = ["c/+1.wav", "c/deep/er.wav", "c/grüße 日本語.wav", "c/z.wav", "c/z~.wav"]
    for name in [*wanted, "a.wav", "c", "d/x.wav"]:
        intake.drop(name)
    seen, marker, pages = [], "", 0
    while True:
        entries, marker = intake.audio.page(intake.container, "c/", marker, most)
        seen += [entry.name for entry in entries]
        pages += 1
        assert len(entries) <= most
        if not marker:
            break
    assert sorted(seen) == sorted(wanted) and pages >= len(wanted) / most
    everything, _ = intake.audio.page(intake.container, "", "", 100)
    assert len(everything) == 8
    assert intake.audio.page(intake.container, "nothing", "", 100) == ([], "")


def test_a_container_that_is_not_there_is_told(intake: Intake) -> None:
    with pytest.raises(InputError) as raised:
        intake.audio.page("nowhere", "", "", 10)
    assert raised.value.code == "container_missing"


# --- removing outputs


class Place(NamedTuple):
    outputs: Outputs
    container: str
    names: Callable[[], set[str]]


@pytest.fixture(params=["stand-in", "blobs"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "stand-in":
        fake = FakeOutputs()
        return Place(fake, "out", lambda: {*fake.files, *fake.reports})
    service: BlobServiceClient = request.getfixturevalue("service")
    client = service.create_container(fresh("out"))
    name = client.container_name
    return Place(
        BlobOutputs(service),
        name,
        lambda: {f"{name}/{found}" for found in client.list_blob_names()},
    )


def test_only_the_outputs_of_that_recording_are_removed(place: Place) -> None:
    older, newer = a_recording(1), replace(a_recording(2), last_modified_at=NOW + timedelta(days=1))
    path = f"{place.container}/call.wav.json"
    place.outputs.put(path, b"older", "application/json", recording=older)
    place.outputs.put(path, b"newer", "application/json", recording=newer)
    place.outputs.remove(path, recording=older)
    assert place.names() == {path}
    place.outputs.remove(path, recording=older)
    place.outputs.remove(path, recording=newer)
    place.outputs.remove(path, recording=newer)
    assert place.names() == set()


def test_a_report_is_removed_once_or_twice(place: Place) -> None:
    path = f"{place.container}/api-1.json"
    place.outputs.put_stream(path, [b"{}"], "application/json")
    place.outputs.remove_report(path)
    place.outputs.remove_report(path)
    assert place.names() == set()
