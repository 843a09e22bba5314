"""What is kept unredacted: by recording and attempt, gone with either, or by its age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.ports.unredacted import Unredacted
from shared.stores.blob.unredacted import BlobUnredacted
from tests.contract.stores import a_recording, fresh
from tests.fakes.clock import FakeClock
from tests.fakes.unredacted import FakeUnredacted


@pytest.fixture(params=["stand-in", "blobs"])
def kept(request: pytest.FixtureRequest) -> Iterator[Unredacted]:
    """Of the blobs nobody has made the container."""
    if request.param == "stand-in":
        yield FakeUnredacted(FakeClock())
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield BlobUnredacted(service, fresh("unredacted"))


def test_each_attempt_has_its_own_and_the_last_that_was_put_counts(kept: Unredacted) -> None:
    row = a_recording()
    again = msgspec.structs.replace(row, attempt=row.attempt + 1)
    assert kept.read(row) is None
    kept.put(row, b"one")
    kept.put(row, b"two")
    kept.put(again, b"three")
    assert (kept.read(row), kept.read(again)) == (b"two", b"three")
    kept.remove(row)
    assert kept.read(row) is None and kept.read(again) is None


def test_what_goes_takes_no_other_along(kept: Unredacted) -> None:
    one, other = a_recording(1), a_recording(2)
    elsewhere = a_recording(1, "calls-20260303T090000Z")
    kept.remove(one)
    for row in (one, other, elsewhere):
        kept.put(row, b"said")
    kept.remove(one)
    assert kept.read(one) is None and kept.read(other) == b"said"
    kept.remove_all(other.batch_id)
    kept.remove_all(other.batch_id)
    assert kept.read(other) is None and kept.read(elsewhere) == b"said"


def test_what_is_old_goes(kept: Unredacted) -> None:
    kept.put(a_recording(), b"said")
    assert kept.remove_older(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert kept.remove_older(datetime.now(UTC) + timedelta(days=4000)) == 1
    assert kept.read(a_recording()) is None
