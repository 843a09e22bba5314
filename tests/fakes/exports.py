"""Calls that are exported, and what was exported as the tools of others read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from shared.model.export.tables import Table
from shared.model.profile.profile import Profile
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.ports.pieces import PieceStore
from shared.ports.provider import ResultFile
from tests.fakes.pieces import FakePieces
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World


def files(exports: FakePieces, table: Table) -> list[str]:
    return [name for name in exports.there if name.startswith(f"{table.folder}/day=")]


def rows(exports: FakePieces, table: Table) -> list[dict[str, Any]]:
    """Of all files, in no order, as pyarrow reads them."""
    found = []
    for name in files(exports, table):
        for row in pq.read_table(pa.BufferReader(exports.there[name])).to_pylist():
            found.append({"day": name.split("/")[1].removeprefix("day="), **row})
    return found


def written_to(folder: Path, exports: PieceStore) -> Path:
    """The tables as they lie in the container."""
    for blob in exports.stored():
        if not blob.name.endswith(".parquet"):
            continue
        path = folder / "exports" / blob.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(exports.read(blob.name) or b"")
    return folder


def a_call(source: str) -> Recognition:
    """Of two channels: who is called asks, who calls says the name of the file."""
    name = unquote(urlsplit(source).path).rsplit("/", 1)[-1].partition(".")[0]
    said = ("How can I help you?", f"It is about {name}.", "I see. Anything else?", "No, thanks.")
    return Recognition(
        source=source,
        duration_ms=30_000,
        utterances=tuple(
            RecognisedUtterance(
                start_ms=6_000 * n,
                end_ms=6_000 * n + 5_000,
                channel=n % 2,
                confidence=0.9 - 0.2 * n,
                text=text,
            )
            for n, text in enumerate(said)
        ),
    )


class Calls(FakeProvider):
    """A provider that hears such a call in all audio."""

    def result(self, file: ResultFile) -> Recognition:
        return a_call(super().result(file).source)


EXPORTING = Profile(
    name="calls", prefixes=("calls",), roles={0: "Agent", 1: "Customer"}, export=True
)


def a_world(*profiles: Profile) -> World:
    """What lies in the folder `calls` is exported, unless other profiles are given."""
    return World(profiles=profiles or (Profile(), EXPORTING), providers=(Calls(),))
