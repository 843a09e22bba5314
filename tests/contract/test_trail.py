"""The promises of the trail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from azure.storage.blob import BlobServiceClient

from shared.model.access.trail import TrailEntry
from shared.ports.access import Trail
from shared.stores.blob import trail as stored
from shared.stores.blob.trail import BlobTrail
from tests.contract.stores import NOW, fresh
from tests.fakes.access import FakeTrail

LATER = NOW + timedelta(days=2)


def an_entry(number: int, minutes: int = 0) -> TrailEntry:
    return TrailEntry(
        at=NOW + timedelta(minutes=minutes),
        call=f"call{number:04}",
        caller="key-0123456789abcdef",
        kind="read",
        operation="get_transcript",
        target=f"api-1/{number:032x}",
    )


@pytest.fixture(params=["fake", "blobs"])
def trail(request: pytest.FixtureRequest) -> Trail:
    """In a container that is not there yet, as after a release that had none."""
    if request.param == "fake":
        return FakeTrail()
    azurite = request.getfixturevalue("azurite")
    service = BlobServiceClient.from_connection_string(azurite.connection_string)
    return BlobTrail(service, fresh("audit"))


def all_of(
    trail: Trail, most: int = 1_000, *, from_at: datetime = NOW, to_at: datetime = LATER
) -> list[TrailEntry]:
    found: list[TrailEntry] = []
    after: str | None = None
    while True:
        page, after = trail.page(from_at, to_at, after=after, most=most)
        assert len(page) <= most
        found += page
        if after is None:
            return found


def test_what_was_written_is_read(trail: Trail) -> None:
    assert trail.page(NOW, LATER, after=None, most=10) == ([], None)
    for number in range(3):
        trail.add(an_entry(number))
    assert all_of(trail) == [an_entry(number) for number in range(3)]


@pytest.mark.parametrize("most", [1, 2, 7, 100])
def test_it_is_read_page_by_page_over_hours(trail: Trail, most: int) -> None:
    entries = [an_entry(number, 25 * number) for number in range(12)]
    for entry in entries:
        trail.add(entry)
    assert all_of(trail, most) == entries


def test_a_span_of_time_holds_its_first_moment_and_not_its_last(trail: Trail) -> None:
    for number in range(4):
        trail.add(an_entry(number, 30 * number))
    begin, end = NOW + timedelta(minutes=30), NOW + timedelta(minutes=90)
    for most in (1, 10):
        found = all_of(trail, most, from_at=begin, to_at=end)
        assert found == [an_entry(1, 30), an_entry(2, 60)]


def test_many_write_at_once_and_nothing_is_lost(trail: Trail) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(trail.add, map(an_entry, range(60))))
    assert sorted(all_of(trail), key=lambda e: e.call) == [an_entry(n) for n in range(60)]


def test_two_processes_keep_their_own_and_both_are_read(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one goes on in another blob where the first is nearly full."""
    monkeypatch.setattr(stored, "MOST_LINES", 2)
    azurite = request.getfixturevalue("azurite")
    service = BlobServiceClient.from_connection_string(azurite.connection_string)
    container = fresh("audit")
    one, other = BlobTrail(service, container), BlobTrail(service, container)
    for number in range(6):
        (one, other)[number % 2].add(an_entry(number))
    assert sorted(all_of(one), key=lambda e: e.call) == [an_entry(n) for n in range(6)]
    names = list(service.get_container_client(container).list_blob_names())
    assert len(names) == 4
