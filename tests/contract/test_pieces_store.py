"""What search rests on: pieces that are listed, read by ranges, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.model.pieces import Origin, batch_note, piece_name, thing_note
from shared.ports.pieces import Pieces
from shared.stores.blob.pieces import BlobPieces
from tests.contract.stores import fresh
from tests.fakes.clock import FakeClock
from tests.fakes.pieces import FakePieces


@pytest.fixture(params=["stand-in", "blobs"])
def pieces(request: pytest.FixtureRequest) -> Iterator[FakePieces | BlobPieces]:
    if request.param == "stand-in":
        yield FakePieces(FakeClock())
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield BlobPieces(service, fresh("search"))  # nobody made the container


def test_nothing_is_there_before_anything_was_written(pieces: Pieces) -> None:
    assert pieces.listing().pieces == ()
    assert pieces.read("pieces/000001-none") is None
    pieces.remove(["pieces/000001-none"])


def test_a_piece_is_listed_and_read_whole_and_in_part(pieces: Pieces) -> None:
    content = b"0123456789" * 100
    name = piece_name(content, 7)
    pieces.put(name, content)
    pieces.put(name, content)
    [piece] = pieces.listing().pieces
    assert (piece.name, piece.bytes, piece.things) == (name, 1_000, 7)
    assert pieces.read(name) == content
    assert pieces.read(name, 10, 5) == b"01234"
    assert pieces.read(name, 995, 5) == b"56789"
    assert pieces.read(name, 998, 100) == b"89"
    assert pieces.read(name, 995) == b"56789"
    assert pieces.read("pieces/000001-none", 0, 5) is None


def test_what_is_removed_is_gone_and_nothing_else(pieces: Pieces) -> None:
    names = [piece_name(bytes([n]), 1) for n in range(3)]
    for n, name in enumerate(names):
        pieces.put(name, bytes([n]))
    pieces.remove(names[:2])
    pieces.remove(names[:2])
    assert [piece.name for piece in pieces.listing().pieces] == [names[2]]


def test_what_is_forgotten_stands_in_the_listing(pieces: Pieces) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    now_ms = int(now.timestamp() * 1_000)
    pieces.put(batch_note("batch-1", now), b"")
    pieces.put(thing_note("batch-2", "thing", 3), b"")
    forgotten = pieces.listing().forgotten
    assert forgotten.covers(Origin("batch-1", "any", 9, now_ms))
    assert not forgotten.covers(Origin("batch-1", "any", 9, now_ms + 1))
    assert forgotten.covers(Origin("batch-2", "thing", 2, now_ms))
    assert not forgotten.covers(Origin("batch-2", "thing", 3, now_ms))
    assert not forgotten.covers(Origin("batch-2", "other", 0, now_ms))
    assert len(pieces.listing().notes) == 2


def test_blobs_of_a_folder_are_listed_and_no_others(pieces: FakePieces | BlobPieces) -> None:
    assert list(pieces.stored()) == []
    for name in ("a-1/day=1/x.parquet", "a-1/day=12/y.parquet", "forgotten/a-1/day=1/b/r/9"):
        pieces.put(name, b"12345")
    assert [blob.name for blob in pieces.stored("a-1/day=1/")] == ["a-1/day=1/x.parquet"]
    assert [blob.bytes for blob in pieces.stored()] == [5, 5, 5]
    pieces.put("a-1/day=1/x.parquet", b"other")
    assert pieces.read("a-1/day=1/x.parquet") == b"other"
