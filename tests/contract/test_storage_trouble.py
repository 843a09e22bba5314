"""What the adapters make of blobs that cannot be read, answers that get lost, and calls that hang;
on the emulator, through the clients that the app uses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import requests
from azure.storage.blob import BlobServiceClient, BlobType, StandardBlobTier

from local.stack.azurite import Azurite
from shared.errors import StoreConflict, StoreUnavailable
from shared.messages import Plan
from shared.model.batch.batch import Batch
from shared.model.blob_state import refusal
from shared.model.policy import Policy
from shared.model.recording.recording import Recording
from shared.model.setting import DataStorage, Secret
from shared.ports.state import BatchFilter
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.outputs import BlobOutputs
from shared.stores.call_limits import ATTEMPTS, CallLimits, limits_within
from shared.stores.clients import StorageAccount
from shared.stores.queues import StorageQueue
from shared.stores.session import StorageSession
from shared.stores.table.batches import TableBatchStore
from tests.contract.stores import a_batch, a_job, a_recording, fresh
from tests.fakes.stores import FakeBatchStore

Answer = Callable[[str, str], tuple[int, str] | None]


class Troubled(StorageSession):
    """`answer` gives status and code instead of storage's own; `lose` carries the next call that
    fits out, and loses its answer."""

    def __init__(self) -> None:
        super().__init__(8)
        self.answer: Answer = lambda method, url: None
        self.lose: Callable[[str, str], bool] | None = None

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        told = self.answer(method, url)
        if told is not None:
            answer = requests.Response()
            answer.status_code, code = told
            answer.headers["x-ms-error-code"] = code
            answer._content = b""
            answer.raw = _NoBody()
            return answer
        answer = super().request(method, url, **options)
        if self.lose is not None and self.lose(method, url):
            self.lose = None
            raise requests.ConnectionError("the answer was lost")
        return answer


class _NoBody:
    """What the SDK asks of urllib3's answer."""

    enforce_content_length = False

    def read(self, *_: Any, **__: Any) -> bytes:
        return b""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None: ...

    def release_conn(self) -> None: ...


def account(azurite: Azurite, session: requests.Session | None = None) -> StorageAccount:
    settings = DataStorage(connection_string=Secret(azurite.connection_string))
    return StorageAccount(settings, lambda: None, session)


@pytest.fixture
def session() -> Troubled:
    return Troubled()


@pytest.fixture
def blobs(azurite: Azurite, session: Troubled) -> BlobServiceClient:
    return account(azurite, session).blobs


@pytest.fixture
def store(azurite: Azurite, session: Troubled) -> TableBatchStore:
    table = account(azurite, session).table(fresh("table"))
    table.create_table()
    return TableBatchStore(table)


# --- blobs that are not as others


def test_head_and_listing_tell_what_a_blob_is(blobs: BlobServiceClient) -> None:
    container = blobs.create_container(fresh("audio"))
    audio = BlobAudio(blobs, lambda *_: "")
    for name in ("plain", "archived", "leased"):
        container.upload_blob(name, b"x")
    container.get_blob_client("archived").set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    container.get_blob_client("leased").acquire_lease()
    container.upload_blob("growing", b"x", blob_type=BlobType.APPENDBLOB)
    where = container.container_name
    listed = {entry.name: entry for entry in audio.list(where)}
    for name, entry in listed.items():
        one, head = audio.entry(where, name), audio.head(where, name)
        assert one == entry and head is not None and head.etag == entry.etag
        assert entry.bytes == head.bytes == 1
        assert (head.state.kind, head.state.is_leased) == (entry.state.kind, entry.state.is_leased)
    assert listed["growing"].state.kind == "append"
    assert listed["leased"].state.is_leased and not listed["plain"].state.is_leased
    archived = audio.head(where, "archived")
    assert archived is not None and archived.data == b"" and archived.state.is_archived
    failure = refusal(archived.state)
    assert failure is not None and failure.code == "blob_archived"
    assert audio.entry(where, "archive") is None and audio.entry(where, "nothing") is None
    assert audio.entry("no-such-container", "a") is None


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "BlobUsesCustomerSpecifiedEncryption"), (400, "InvalidUri"), (409, "BlobArchived")],
)
def test_a_head_that_is_refused_for_good_brings_what_the_listing_tells(
    blobs: BlobServiceClient, session: Troubled, status: int, code: str
) -> None:
    container = blobs.create_container(fresh("audio"))
    container.upload_blob("bad.wav", b"sound", metadata={"ticket": "4711"})
    audio = BlobAudio(blobs, lambda *_: "")
    session.answer = lambda method, url: (
        (status, code) if method in ("GET", "HEAD") and "/bad.wav" in url else None
    )
    head = audio.head(container.container_name, "bad.wav")
    assert head is not None
    assert (head.data, head.bytes, head.metadata) == (b"", 5, {"ticket": "4711"})
    assert refusal(head.state) is not None


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailure"), (503, "ServerBusy")])
def test_trouble_with_storage_is_no_blobs(
    blobs: BlobServiceClient, session: Troubled, status: int, code: str
) -> None:
    container = blobs.create_container(fresh("audio"))
    session.answer = lambda method, url: (status, code)
    with pytest.raises(StoreUnavailable, match=code):
        BlobAudio(blobs, lambda *_: "").head(container.container_name, "a.wav")


# --- outputs


def test_outputs_whose_container_is_gone_are_trouble_of_ours(blobs: BlobServiceClient) -> None:
    outputs, path = BlobOutputs(blobs), f"{fresh('gone')}/audio/a.wav.json"
    with pytest.raises(StoreUnavailable, match="ContainerNotFound"):
        outputs.put(path, b"{}", "application/json", recording=a_recording())
    with pytest.raises(StoreUnavailable):
        outputs.put_stream(path, [b"{}"], "application/json")
    assert not outputs.can_store(path.partition("/")[0])


def test_whether_outputs_can_be_stored_is_tried_without_a_trace(blobs: BlobServiceClient) -> None:
    container = blobs.create_container(fresh("outputs"))
    assert BlobOutputs(blobs).can_store(container.container_name)
    assert list(container.list_blob_names()) == []


def test_a_container_that_was_made_anew_takes_outputs_again(blobs: BlobServiceClient) -> None:
    container = blobs.create_container(fresh("outputs"))
    outputs, path = BlobOutputs(blobs), f"{container.container_name}/audio/a.wav.json"
    container.delete_container()
    with pytest.raises(StoreUnavailable):
        outputs.put(path, b"{}", "application/json", recording=a_recording())
    container.create_container()
    assert outputs.put(path, b"{}", "application/json", recording=a_recording()) == path


def test_a_locked_output_of_another_version_stays_and_ours_lies_beside_it(
    blobs: BlobServiceClient,
) -> None:
    container = blobs.create_container(fresh("outputs"))
    outputs, path = BlobOutputs(blobs), f"{container.container_name}/audio/a.wav.json"
    older, newer = a_recording(1), msgspec.structs.replace(a_recording(2), etag="0x8DC3A2")
    outputs.put(path, b"old", "application/json", recording=older)
    container.get_blob_client("audio/a.wav.json").acquire_lease()
    mine = outputs.put(path, b"new", "application/json", recording=newer)
    assert mine != path and outputs.read(mine) == b"new" and outputs.read(path) == b"old"
    outputs.remove(path, recording=older)  # cannot be, and is no error


def test_a_name_that_storage_does_not_take_is_left_for_a_short_one(
    blobs: BlobServiceClient, session: Troubled
) -> None:
    container = blobs.create_container(fresh("outputs"))
    outputs, path = BlobOutputs(blobs), f"{container.container_name}/audio/deep/a.wav.json"
    session.answer = lambda method, url: (400, "OutOfRangeInput") if "a.wav" in url else None
    row = a_recording(3)
    short = outputs.put(path, b"{}", "application/json", recording=row)
    assert short == f"{container.container_name}/audio/{row.id}.json"
    session.answer = lambda method, url: None
    assert outputs.read(short) == b"{}"


def test_error_reports_are_listed_with_the_versions_that_failed(blobs: BlobServiceClient) -> None:
    container = blobs.create_container(fresh("errors"))
    outputs, folder = BlobOutputs(blobs), f"{container.container_name}/audio"
    row = a_recording(4)
    outputs.put(f"{folder}/a.wav.json", b"{}", "application/json", recording=row)
    outputs.put_stream(f"{folder}/manifest.json", [b"{}"], "application/json")
    assert list(outputs.reports_of(folder)) == [(f"{folder}/a.wav.json", row.id, row.etag)]
    assert list(outputs.reports_of("no-such-container/audio")) == []
    [report] = outputs.reports_of(folder)
    newer = msgspec.structs.replace(
        a_recording(5), etag="0x8DC3FF", last_modified_at=row.last_modified_at
    )
    outputs.put(f"{folder}/a.wav.json", b"{}", "application/json", recording=newer)
    outputs.remove_stored(report)
    assert f"{folder}/a.wav.json" in [found.path for found in outputs.reports_of(folder)]
    for left in outputs.reports_of(folder):
        outputs.remove_stored(left)
    assert list(outputs.reports_of(folder)) == []


# --- answers that are lost


def test_an_insert_whose_answer_was_lost_is_not_repeated_behind_our_back(
    store: TableBatchStore, session: Troubled
) -> None:
    """Its message comes again, and finds the row."""
    session.lose = lambda method, url: method == "POST"
    with pytest.raises(StoreUnavailable):
        store.insert(a_recording())
    assert session.lose is None
    assert store.recording(a_recording().batch_id, a_recording().id) is not None
    assert not store.insert(a_recording())


def test_a_change_whose_answer_was_lost_is_ours(store: TableBatchStore, session: Troubled) -> None:
    store.open_batch(a_batch())
    there = store.batch(a_batch().id)
    assert there is not None
    session.lose = lambda method, url: method == "PUT" and "RowKey='batch'" in url
    store.save_batch(msgspec.structs.replace(there, reported=7))
    assert session.lose is None
    now = store.batch(a_batch().id)
    assert now is not None and now.reported == 7


def test_a_change_that_somebody_else_made_is_a_conflict_also_when_ours_was_repeated(
    store: TableBatchStore, session: Troubled
) -> None:
    store.open_batch(a_batch())
    there = store.batch(a_batch().id)
    assert there is not None
    store.save_batch(msgspec.structs.replace(there, reported=1))
    session.lose = lambda method, url: method == "PUT" and "RowKey='batch'" in url
    with pytest.raises(StoreConflict):
        store.save_batch(msgspec.structs.replace(there, reported=7))


def made_and_503(session: Troubled, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The next transaction is carried out and answered with 503; empty from then on."""
    real, left = session.request, [1]

    def request(method: str, url: str, **options: Any) -> requests.Response:
        answer = real(method, url, **options)
        if "$batch" in url and left:
            left.clear()
            answer.status_code = 503
        return answer

    monkeypatch.setattr(session, "request", request)
    return left


def test_a_transaction_that_is_repeated_after_5xx_is_ours_if_it_was_made(
    store: TableBatchStore, session: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = made_and_503(session, monkeypatch)
    job, row = a_job(), a_recording()
    saved = store.save(job, [row])
    assert not left and saved is not None and saved.version
    assert store.job(job.batch_id, job.id) == saved


def in_batch(store: TableBatchStore, number: int) -> tuple[Batch, list[Recording]]:
    store.open_batch(a_batch())
    for i in range(number):
        store.insert(a_recording(i))
    batch = store.batch(a_batch().id)
    assert batch is not None
    return batch, list(store.recordings(batch.id))


def test_a_removal_that_is_repeated_after_5xx_is_ours_if_it_was_made(
    store: TableBatchStore, session: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, rows = in_batch(store, 2)
    left = made_and_503(session, monkeypatch)
    after = store.forget_recordings(batch, rows[:1])
    assert not left and after.version not in ("", batch.version)
    assert list(store.recordings(batch.id)) == rows[1:]


def test_a_removal_that_was_repeated_and_never_made_is_a_conflict(
    store: TableBatchStore, session: Troubled
) -> None:
    """The header is as it would be, for a removal does not change what it holds."""
    batch, rows = in_batch(store, 2)
    store.forget_recordings(batch, rows[:1])
    left = [1]
    session.answer = lambda method, url: (503, "ServerBusy") if left and left.pop() else None
    with pytest.raises(StoreConflict):
        store.forget_recordings(batch, rows[1:])
    assert not left and list(store.recordings(batch.id)) == rows[1:]


def test_what_the_last_call_took_says_nothing_of_the_next(
    store: TableBatchStore, session: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the client of the next one does not tell how often it sent it."""
    made_and_503(session, monkeypatch)
    store.save(a_job(), [a_recording()])
    monkeypatch.setattr(ATTEMPTS, "note", lambda request: None)
    with pytest.raises(StoreConflict):
        store.save(a_job(), [a_recording()])


# --- the order of writes


@pytest.fixture(params=["stand-in", "table"])
def any_store(request: pytest.FixtureRequest) -> TableBatchStore | FakeBatchStore:
    if request.param == "stand-in":
        return FakeBatchStore()
    found: TableBatchStore = request.getfixturevalue("store")
    return found


def test_who_loses_the_header_leaves_the_list_as_the_winner_made_it(
    any_store: TableBatchStore | FakeBatchStore,
) -> None:
    any_store.open_batch(a_batch())
    there = any_store.batch(a_batch().id)
    assert there is not None
    over = msgspec.structs.replace(there, finished_at=there.created_at, reported=1)
    any_store.save_batch(over)
    with pytest.raises(StoreConflict):
        any_store.save_batch(msgspec.structs.replace(there, cancelled_at=there.created_at))
    [entry], _ = any_store.entries(BatchFilter(), after=None, most=10)
    assert entry.state == "completed"


# --- limits of time


@contextmanager
def never_answering() -> Iterator[int]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for connection in taken:
        connection.close()


@pytest.mark.long
@pytest.mark.parametrize("service", ["blob", "table", "queue"])
def test_a_call_that_gets_no_answer_ends_in_time(service: str) -> None:
    limits = CallLimits(connect_seconds=1, read_seconds=1, repeats=1)
    with never_answering() as port:
        url = f"http://127.0.0.1:{port}/devstoreaccount1"
        key = Azurite(url, url, url).connection_string
        silent = StorageAccount(
            DataStorage(connection_string=Secret(key)), lambda: None, limits=limits
        )
        started = monotonic()
        with pytest.raises(StoreUnavailable):
            _call(silent, service)
        assert monotonic() - started < limits.longest_seconds


def _call(silent: StorageAccount, service: str) -> None:
    if service == "blob":
        BlobAudio(silent.blobs, lambda *_: "").head("audio", "a.wav")
    elif service == "queue":
        StorageQueue(silent.queues).send(Plan(batch_id=uuid4().hex), after=timedelta())
    else:
        TableBatchStore(silent.table("dropscribe")).batch("b")


def test_the_usual_limits_are_shorter_than_what_others_wait_for() -> None:
    policy = Policy()
    longest = limits_within(policy.resolve_after_seconds).longest_seconds
    assert longest < policy.resolve_after_seconds / 2 + 1
    assert longest < policy.stuck_after_seconds


@pytest.mark.parametrize("seconds", [30, 60, 180, 600])
def test_the_limits_follow_the_patience(seconds: int) -> None:
    limits = limits_within(seconds)
    assert limits.longest_seconds <= max(seconds / 2, 10)
    assert limits.connect_seconds >= 1 and limits.read_seconds >= 1
