"""What corrections rest on: of two who store one number, one is first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.ports.blobs import Glossaries, Revisions
from shared.stores.blob.glossaries import BlobGlossaries
from shared.stores.blob.revisions import BlobRevisions
from tests.contract.stores import a_recording, fresh
from tests.fakes.blobs import FakeRevisions, FakeVersioned


@pytest.fixture(params=["stand-in", "blobs"])
def revisions(request: pytest.FixtureRequest) -> Iterator[Revisions]:
    if request.param == "stand-in":
        yield FakeRevisions()
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        container = fresh("revisions")
        service.create_container(container)
        yield BlobRevisions(service, container)


def test_a_number_is_given_once(revisions: Revisions) -> None:
    row = a_recording()
    assert revisions.add(row, 1, b"first")
    assert not revisions.add(row, 1, b"second")
    assert revisions.add(row, 2, b"third")
    assert [revisions.read(row, n) for n in (1, 2, 3)] == [b"first", b"third", None]


def test_all_of_a_recording_are_removed_and_none_of_another(revisions: Revisions) -> None:
    row, other = a_recording(), a_recording(1)
    for each in (row, other):
        revisions.add(each, 1, b"one")
    revisions.remove(row)
    revisions.remove(row)
    assert revisions.read(row, 1) is None
    assert revisions.read(other, 1) == b"one"


@pytest.fixture(params=["stand-in", "blobs"])
def glossaries(request: pytest.FixtureRequest) -> Iterator[Glossaries]:
    if request.param == "stand-in":
        yield FakeVersioned()
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        container = fresh("revisions")
        service.create_container(container)
        yield BlobGlossaries(service, container)


def test_of_two_who_change_a_glossary_at_once_one_is_first(glossaries: Glossaries) -> None:
    assert glossaries.read("a/b ü") is None
    assert glossaries.write("a/b ü", b"one", None)
    assert not glossaries.write("a/b ü", b"two", None)
    found = glossaries.read("a/b ü")
    assert found is not None and found[0] == b"one"
    assert glossaries.write("a/b ü", b"three", found[1])
    assert not glossaries.write("a/b ü", b"four", found[1])
    again = glossaries.read("a/b ü")
    assert again is not None and again[0] == b"three"
    assert glossaries.read("other") is None
