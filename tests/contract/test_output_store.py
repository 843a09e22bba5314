"""The promises of `Outputs`: the newest version of the audio has the plain name, no version's
output is lost, and it does not matter in which order, how often or how simultaneously."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any, NamedTuple

import msgspec
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.stack.azurite import Azurite
from shared.errors import StoreConflict, StoreUnavailable
from shared.model.recording.recording import Recording
from shared.ports.blobs import Outputs
from shared.stores.blob.outputs import BlobOutputs
from tests.contract.stores import NOW, a_recording, fresh
from tests.fakes.blobs import FakeOutputs

replace = msgspec.structs.replace
PLAIN = "audio/call.wav.json"


class Store(NamedTuple):
    """`files` shows what lies there: name -> (content, media type)."""

    outputs: Outputs
    container: str
    files: Callable[[], dict[str, tuple[bytes, str]]]


@pytest.fixture
def service(azurite: Azurite) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service


@pytest.fixture
def real(service: BlobServiceClient) -> Store:
    container = fresh("out")
    client = service.create_container(container)

    def files() -> dict[str, tuple[bytes, str]]:
        return {blob.name: downloaded(client, blob.name) for blob in client.list_blobs()}

    return Store(BlobOutputs(service), container, files)


def downloaded(client: ContainerClient, name: str) -> tuple[bytes, str]:
    stream = client.download_blob(name)
    return stream.readall(), str(stream.properties.content_settings.content_type)


@pytest.fixture(params=["stand-in", "blobs"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "blobs":
        real: Store = request.getfixturevalue("real")
        return real
    fake = FakeOutputs()

    def files() -> dict[str, tuple[bytes, str]]:
        all_ = {
            **{path: (item.content, item.media_type) for path, item in fake.files.items()},
            **{path: (content, "") for path, content in fake.reports.items()},
        }
        return {path.removeprefix("out/"): found for path, found in all_.items()}

    return Store(fake, "out", files)


def version(number: int, *, seconds: int | None = None) -> Recording:
    """The n-th version of one blob; `seconds` is when it was stored, if not n."""
    return replace(
        a_recording(),
        id=f"{number:08x}" * 4,
        name="call.wav",
        etag=f"0x8DC{number:04}",
        last_modified_at=NOW + timedelta(seconds=number if seconds is None else seconds),
    )


def put(store: Store, recording: Recording, name: str = PLAIN) -> str:
    path = store.outputs.put(
        f"{store.container}/{name}",
        recording.etag.encode(),
        "application/json",
        recording=recording,
    )
    return path.removeprefix(f"{store.container}/")


def contents(store: Store) -> dict[str, bytes]:
    return {name: content for name, (content, _) in store.files().items()}


def aside(number: int) -> str:
    return f"audio/call.wav.{number:08x}.json"


def test_an_output_is_stored_under_its_name(store: Store) -> None:
    assert put(store, version(1)) == PLAIN
    assert store.files() == {PLAIN: (b"0x8DC0001", "application/json")}


def test_the_same_recording_replaces_its_own_output(store: Store) -> None:
    put(store, version(1))
    path = f"{store.container}/{PLAIN}"
    assert store.outputs.put(path, b"again", "text/plain", recording=version(1)) == path
    assert store.files() == {PLAIN: (b"again", "text/plain")}


@pytest.mark.parametrize(
    "name", ["audio/grüße 100%+#?.wav.json", "audio/deep/er/日本語🎙.wav.vtt", "audio/a//b.json"]
)
def test_any_name_can_be_written(store: Store, name: str) -> None:
    assert put(store, version(1), name) == name
    assert set(store.files()) == {name}


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_the_newest_version_has_the_plain_name_in_whatever_order_they_come(
    store: Store, order: tuple[int, ...]
) -> None:
    for number in order:
        put(store, version(number))
    assert contents(store) == {
        PLAIN: b"0x8DC0003",
        aside(2): b"0x8DC0002",
        aside(1): b"0x8DC0001",
    }
    assert {media_type for _, media_type in store.files().values()} == {"application/json"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_repeating_what_was_written_changes_nothing(store: Store, order: tuple[int, int]) -> None:
    for number in order:
        put(store, version(number))
    before = store.files()
    for number in (1, 2, 2, 1):
        put(store, version(number))
    assert store.files() == before


@pytest.mark.parametrize("order", [(1, 2, 1), (2, 1, 2)])
def test_two_versions_of_one_second_are_put_in_order_by_their_etags(
    store: Store, order: tuple[int, ...]
) -> None:
    for number in order:
        put(store, version(number, seconds=0))
    assert contents(store) == {PLAIN: b"0x8DC0002", aside(1): b"0x8DC0001"}


def test_a_report_replaces_the_one_before(store: Store) -> None:
    path = f"{store.container}/reports/batch.html"
    store.outputs.put_stream(path, (b"x" * 100_000 for _ in range(60)), "text/html")
    assert len(contents(store)["reports/batch.html"]) == 6_000_000
    store.outputs.put_stream(path, [b"short", b"er"], "text/html")
    assert contents(store) == {"reports/batch.html": b"shorter"}


@pytest.mark.parametrize("size", [100_000, 1_000], ids=["in blocks", "in one call"])
def test_two_writers_of_one_report_never_make_a_mixture(real: Store, size: int) -> None:
    path = f"{real.container}/reports/batch.html"

    def overtaken() -> Iterator[bytes]:
        for number in range(100):
            if number == 90:
                real.outputs.put_stream(path, (b"b" * 100_000 for _ in range(100)), "text/html")
            yield b"a" * size

    try:
        real.outputs.put_stream(path, overtaken(), "text/html")
    except StoreConflict:
        assert contents(real) == {"reports/batch.html": b"b" * 10_000_000}
    else:
        assert contents(real) == {"reports/batch.html": b"a" * size * 100}


def test_many_versions_written_at_once_all_survive(real: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: put(real, version(number % 8)), range(24)))
    assert len(paths) == 24
    found = contents(real)
    assert found[PLAIN] == b"0x8DC0007"
    for number in range(7):
        assert found[aside(number)] == f"0x8DC{number:04}".encode()


class Meddling:
    """A service whose blobs somebody else changes right after they were looked at."""

    def __init__(self, service: BlobServiceClient, meddle: Callable[[], None]) -> None:
        self._service, self._meddle = service, meddle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def get_blob_client(self, container: str, name: str) -> Any:
        blob = self._service.get_blob_client(container, name)
        look = blob.get_blob_properties

        def look_and_be_overtaken(**options: Any) -> Any:
            found = look(**options)
            meddle, self._meddle = self._meddle, lambda: None
            meddle()
            return found

        blob.get_blob_properties = look_and_be_overtaken
        return blob


def test_an_output_that_is_removed_while_it_is_being_replaced_is_written_anew(
    real: Store, service: BlobServiceClient
) -> None:
    blob = service.get_blob_client(real.container, PLAIN)
    for number in (1, 2):  # the same recording's, then that of an older version
        put(real, version(1))
        meddling = Meddling(service, lambda: blob.delete_blob())
        outputs = BlobOutputs(meddling)  # type: ignore[arg-type]
        put(real._replace(outputs=outputs), version(number))
        assert contents(real) == {PLAIN: f"0x8DC{number:04}".encode()}


@pytest.mark.parametrize("other", [0, 3])
def test_an_output_that_another_version_takes_at_that_moment_is_looked_at_again(
    real: Store, service: BlobServiceClient, other: int
) -> None:
    put(real, version(1))
    outputs = BlobOutputs(Meddling(service, lambda: store_over(other)))  # type: ignore[arg-type]

    def store_over(number: int) -> None:
        put(real, version(number))

    put(real._replace(outputs=outputs), version(2))
    newest = max(2, other)
    assert contents(real) == {
        PLAIN: f"0x8DC{newest:04}".encode(),
        **{aside(n): f"0x8DC{n:04}".encode() for n in {1, 2, other} - {newest}},
    }


def test_a_container_that_is_missing_is_no_endless_loop(service: BlobServiceClient) -> None:
    with pytest.raises((ResourceNotFoundError, StoreUnavailable)):
        BlobOutputs(service).put("no-such-container/x.json", b"", "x/y", recording=version(1))


def test_a_recordings_own_output_is_found_where_it_lies_now(store: Store) -> None:
    path = f"{store.container}/{PLAIN}"
    assert not store.outputs.has_own(path, version(1).id)
    for number in (1, 2):
        put(store, version(number))
    for number in (1, 2):
        own = version(number)
        assert store.outputs.has_own(path, own.id)
        assert store.outputs.read_own(path, own.id) == own.etag.encode()
    assert store.outputs.read_own(path, version(3).id) is None
    assert not store.outputs.has_own(path, version(3).id)
