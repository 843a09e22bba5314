"""Tables for analysis where they lie: written, joined and forgotten in blobs, read by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.exporting.keep import KeepRows
from shared.exporting.merge import MergeExports
from shared.model.export.tables import TABLES
from shared.model.transcript.transcript import Transcript
from shared.stores.blob.pieces import BlobPieces
from tests.contract.stores import fresh
from tests.fakes.exports import a_world, written_to
from tests.fakes.pieces import FakePieces
from tests.fakes.stores import FakeDiaries


@pytest.fixture(params=["stand-in", "blobs"])
def exports(request: pytest.FixtureRequest) -> Iterator[FakePieces | BlobPieces]:
    if request.param == "stand-in":
        yield a_world().exports
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield BlobPieces(service, fresh("exports"))  # nobody made the container


def test_rows_are_written_joined_and_forgotten(
    exports: FakePieces | BlobPieces, tmp_path: Path
) -> None:
    world = a_world()
    for name in ("a", "b", "c"):
        world.drop(f"calls/{name}.wav")
        world.run()
    keep = KeepRows(store=exports, clock=world.clock)
    for row in world.rows().values():
        assert row.outcome is not None
        content = world.outputs.files[row.outcome.outputs["json"]].content
        rows = keep.rows(row, msgspec.json.decode(content, type=Transcript))
        assert rows is not None
        keep([rows])
    keep.forget(world.rows()["calls/b.wav"])
    assert len(exports.stored("recordings-1/")) == 3
    MergeExports(store=exports, diaries=FakeDiaries(), clock=world.clock)()
    for table in TABLES:
        assert len(exports.stored(f"{table.folder}/")) == 1
    folder = written_to(tmp_path, exports)
    said = f"read_parquet('{folder}/exports/utterances-1/*/*.parquet')"
    found = duckdb.sql(f"SELECT day, text FROM {said} WHERE channel = 1 AND turn < 3").fetchall()
    day = world.clock.now().date()
    assert sorted(found) == [(day, "It is about a."), (day, "It is about c.")]
