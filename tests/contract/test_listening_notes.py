"""What is known of listening copies: of two who write, one is first, and it goes with its copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.ports.listening import ListeningPorts
from shared.stores.blob.copies import BlobCopies
from shared.stores.blob.listening import BlobListeningNotes
from tests.contract.stores import fresh
from tests.fakes.blobs import FakeVersioned
from tests.fakes.clock import FakeClock
from tests.fakes.copies import FakeCopies


@pytest.fixture(params=["stand-in", "blobs"])
def ports(request: pytest.FixtureRequest) -> Iterator[ListeningPorts]:
    if request.param == "stand-in":
        notes = FakeVersioned()
        copies = FakeCopies(FakeClock(), "listening", notes.there)
        yield ListeningPorts(copies=copies, notes=notes)
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        container = fresh("listening")
        service.create_container(container)
        yield ListeningPorts(
            copies=BlobCopies(service, container), notes=BlobListeningNotes(service, container)
        )


def test_of_two_who_write_in_place_of_the_same_version_one_is_first(ports: ListeningPorts) -> None:
    notes = ports.notes
    assert notes.read("b/r.json") is None
    assert notes.write("b/r.json", b"{}", None)
    assert not notes.write("b/r.json", b'{"mine":1}', None)
    found = notes.read("b/r.json")
    assert found is not None
    content, version = found
    assert content == b"{}"
    assert notes.write("b/r.json", b"[1]", version)
    assert not notes.write("b/r.json", b"[2]", version)
    again = notes.read("b/r.json")
    assert again is not None
    assert again[0] == b"[1]"


def test_a_note_goes_with_its_copy_and_is_not_written_in_place_of_what_went(
    ports: ListeningPorts,
) -> None:
    for name in ("b/r.json", "b/s.json"):
        assert ports.notes.write(name, b"{}", None)
    found = ports.notes.read("b/r.json")
    assert found is not None
    ports.copies.remove_all("b/r.")
    assert ports.notes.read("b/r.json") is None
    assert ports.notes.read("b/s.json") is not None
    assert not ports.notes.write("b/r.json", b"[]", found[1])
    assert ports.notes.read("b/r.json") is None
