"""Where copies of audio are kept: whole or not at all, and of two who make one, one is first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.ports.copies import Copies
from shared.stores.blob.copies import BlobCopies
from tests.contract.stores import fresh
from tests.fakes.clock import FakeClock
from tests.fakes.copies import FakeCopies


class Kept:
    """The copies, and what is there for others to see."""

    def __init__(self, copies: Copies, service: BlobServiceClient | None, container: str) -> None:
        self.copies, self._service, self._container = copies, service, container

    def there(self) -> dict[str, bytes]:
        if self._service is None:
            assert isinstance(self.copies, FakeCopies)
            return dict(self.copies.kept)
        container = self._service.get_container_client(self._container)
        names = [blob.name for blob in container.list_blobs()]
        return {name: container.download_blob(name).readall() for name in names}


@pytest.fixture(params=["stand-in", "blobs"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "stand-in":
        yield Kept(FakeCopies(FakeClock()), None, "")
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        container = fresh("prepared")
        service.create_container(container)
        yield Kept(BlobCopies(service, container), service, container)


def test_a_copy_is_there_once_it_is_finished_in_the_order_of_its_blocks(kept: Kept) -> None:
    copying = kept.copies.begin("b/one.flac", "audio/flac")
    copying.put(1, b"second ")
    copying.put(2, b"third")
    copying.put(0, b"first ")
    assert not kept.there()
    copying.finish()
    assert kept.there() == {"b/one.flac": b"first second third"}


def test_who_died_halfway_leaves_nothing_and_the_next_one_begins_anew(kept: Kept) -> None:
    kept.copies.begin("b/one.flac", "audio/flac").put(1, b"of a process that died")
    copying = kept.copies.begin("b/one.flac", "audio/flac")
    copying.put(0, b"whole")
    copying.finish()
    assert kept.there() == {"b/one.flac": b"whole"}


def test_of_two_at_once_one_is_first_and_the_other_is_told(kept: Kept) -> None:
    first = kept.copies.begin("b/one.flac", "audio/flac")
    second = kept.copies.begin("b/one.flac", "audio/flac")
    for copying in (first, second):
        copying.put(0, b"same")
    first.finish()
    with pytest.raises(StoreConflict):
        second.finish()
    assert kept.there() == {"b/one.flac": b"same"}


def test_those_of_a_batch_go_and_those_that_are_old(kept: Kept) -> None:
    for name in ("b/one.flac", "b/two.flac", "bb/three.flac"):
        copying = kept.copies.begin(name, "audio/flac")
        copying.put(0, b"x")
        copying.finish()
    kept.copies.remove_all("b/")
    kept.copies.remove_all("b/")
    assert list(kept.there()) == ["bb/three.flac"]
    assert kept.copies.remove_older(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert kept.copies.remove_older(datetime.now(UTC) + timedelta(days=3_650)) == 1
    assert not kept.there()
    assert kept.copies.path("b/one.flac").endswith("/b/one.flac")
