"""Search: what an entry takes, what merging costs, and how long questions take, of which the first
ones are asked by a process that has read nothing yet.

Calls of six minutes, 900 words of a vocabulary of 60,000 whose frequencies are Zipf's. One piece of
20,000 lies in Azurite. For a million there are fifty copies of it, with ids and times of their own,
and each read takes as long as one to storage in the region. The times of all go through one
another, which is the worst case: none can be left out for being older than what was found."""

from __future__ import annotations

import random
import statistics
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time, sleep
from typing import Any, cast

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from msgspec import structs

from local.stack.azurite import running_azurite
from shared.bootstrap import READERS, SystemClock
from shared.model.batch.batch import Batch
from shared.model.pieces import PIECES, Listing, Piece, piece_name, to_merge
from shared.model.profile.profile import Profile
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording
from shared.model.search.entry import Entry, Turn
from shared.model.search.piece import (
    MOST_ENTRIES,
    Head,
    Places,
    entries_in,
    packed,
    write_piece,
)
from shared.pool import TellingPool
from shared.ports.pieces import Pieces
from shared.ports.state import BatchStore
from shared.searching.reader import IndexReader, Kept, OpenPiece
from shared.searching.search import Search, SearchWords
from shared.stores.blob.pieces import BlobPieces
from tests.fakes.pieces import FakePieces

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS, TURN_WORDS, VOCABULARY, SLICE = 900, 12, 60_000, 50
FEW, MANY, COPIES = 2_000, 20_000, 50
READ_SECONDS = 0.010
WARM_SECONDS, COLD_SECONDS = 1.0, 3.0
QUESTIONS = {
    "rare word": f"w{VOCABULARY - 10}",
    "usual word": "w3000",
    "frequent word": "w20",
    "two words": "w400 w900",
    "frequent phrase": '"w1 w2"',
    "phrase that nobody says": '"w700 w701 w702"',
    "prefix": "w2999*",
    "without": "w800 -w300",
}


def entries(count: int, seed: int = 1) -> Iterator[Entry]:
    """The newest last, a minute apart."""
    rng = random.Random(seed)
    vocabulary = [f"w{n}" for n in range(1, VOCABULARY + 1)]
    sums: list[float] = []
    for n in range(1, VOCABULARY + 1):
        sums.append((sums[-1] if sums else 0) + 1 / n)
    for number in range(count):
        said = rng.choices(vocabulary, cum_weights=sums, k=WORDS)
        yield _entry(number, said)


def _entry(number: int, said: Sequence[str]) -> Entry:
    came_ms = int((NOW + timedelta(minutes=number)).timestamp() * 1_000)
    turns = tuple(
        Turn(
            at % 2, 400 * (at + TURN_WORDS), ((0, 400 * at),), " ".join(said[at : at + TURN_WORDS])
        )
        for at in range(0, len(said), TURN_WORDS)
    )
    return Entry(
        recording_id=f"{number * 2_654_435_761 % 2**32:08x}{number:024x}",
        batch_id=f"calls-{number // 1_000}",
        revision=0,
        made_ms=came_ms,
        came_ms=came_ms,
        container="audio",
        name=f"calls/{number}.wav",
        profile="calls",
        title="",
        metadata={"agent": f"a{number % 40}"},
        language="en-US",
        duration_ms=400 * WORDS,
        speakers=(("S1", "Agent"), ("S2", "Customer")),
        doubts=((4_000, 9_000),),
        turns=turns,
    )


class _Counted:
    """Counts reads; `wait` is how long each takes besides."""

    def __init__(self, pieces: Pieces, wait: float = 0) -> None:
        self._pieces, self._wait, self.reads = pieces, wait, 0

    def listing(self) -> Listing:
        sleep(self._wait)
        return self._pieces.listing()

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        self.reads += 1
        sleep(self._wait)
        return self._pieces.read(name, offset, length)

    def put(self, name: str, content: bytes) -> None:
        self._pieces.put(name, content)

    def remove(self, names: Iterable[str]) -> None:
        self._pieces.remove(names)


class _Rows:
    """Every batch and recording is there; `read` is called for each."""

    def __init__(self, read: Callable[[], object]) -> None:
        self._read = read
        self._row = Recording(
            batch_id="b",
            id="r",
            container="audio",
            name="a.wav",
            etag="1",
            last_modified_at=NOW,
            registered_at=NOW,
            changed_at=NOW,
            profile=Profile(),
            state="transcribed",
            outcome=Outcome(outputs={"json": "transcripts/a.wav.json"}),
        )

    def batch(self, batch_id: str) -> Batch:
        self._read()
        return Batch(id=batch_id, profile="calls", created_at=NOW, closes_at=NOW)

    def recording(self, batch_id: str, recording_id: str) -> Recording:
        self._read()
        return self._row


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def run() -> dict[str, Any]:
    """Figures by part; `findings` are bars that are missed."""
    slices, written = _slices(FEW)
    merged = _merged(slices)
    began = process_time()
    content, _ = write_piece(map(packed, entries(MANY)), with_words=True)
    whole = {
        "CPU s, making the calls up included": round(process_time() - began, 1),
        "bytes a recording": round(len(content) / MANY),
    }
    in_azurite = _in_azurite(content)
    findings = [
        f"{name}: {kind} {one[kind]} s"
        for name, one in in_azurite.items()
        for kind, most in (("cold", COLD_SECONDS), ("warm", WARM_SECONDS))
        if one[kind] > most
    ]
    return {
        "slices": written,
        "merging": merged,
        "a piece of 20,000": whole,
        "20,000 in Azurite": in_azurite,
        "1,000,000, reads of 10 ms": _of_a_million(content),
        "findings": findings,
    }


def _slices(count: int) -> tuple[list[bytes], dict[str, float]]:
    """What the write step leaves, and what that costs it."""
    found: list[bytes] = []
    spent, all_ = 0.0, entries(count)
    while part := [entry for entry, _ in zip(all_, range(SLICE), strict=False)]:
        began = process_time()
        found.append(write_piece(map(packed, part), with_words=False)[0])
        spent += process_time() - began
    size = sum(map(len, found)) / count
    return found, {"CPU ms a recording": round(1_000 * spent / count, 3), "bytes": round(size)}


def _merged(slices: Sequence[bytes]) -> dict[str, Any]:
    """One sweep behind every ten slices. How often a recording is written anew."""
    there: dict[str, tuple[int, bytes]] = {}
    spent, calls, written = 0.0, 0, 0
    for number, content in enumerate(slices, 1):
        there[piece_name(content, SLICE)] = (SLICE, content)
        if number % 10:
            continue
        while group := to_merge([Piece(n, len(c), k) for n, (k, c) in there.items()], MOST_ENTRIES):
            began = process_time()
            contents = [there.pop(piece.name)[1] for piece in group]
            read = (packed(e, stored) for c in contents for e, stored in entries_in(c))
            joined, things = write_piece(read, with_words=True)
            spent += process_time() - began
            there[piece_name(joined, things)] = (things, joined)
            calls, written = calls + 2 * len(group) + 2, written + things
    count = len(slices) * SLICE
    contents = [content for _, content in there.values()]
    size = sum(map(len, contents)) / count
    return {
        "times a recording is written": round(written / count, 2),
        "CPU ms a recording": round(1_000 * spent / count, 2),
        "storage calls a recording": round(calls / count, 3),
        "bytes a recording": round(size),
        "pieces left": len(contents),
    }


def _in_azurite(content: bytes) -> dict[str, Any]:
    with (
        running_azurite() as azurite,
        BlobServiceClient.from_connection_string(azurite.connection_string) as blobs,
        closing(TableServiceClient.from_connection_string(azurite.connection_string)) as tables,
    ):
        pieces = BlobPieces(blobs, "search")
        pieces.put(piece_name(content, MANY), content)
        table = tables.create_table_if_not_exists("rows")
        table.upsert_entity({"PartitionKey": "b", "RowKey": "r"})
        return _asked(pieces, _Rows(lambda: table.get_entity("b", "r")), 0)


def _of_a_million(content: bytes) -> dict[str, Any]:
    pieces = FakePieces(SystemClock())
    for number in range(COPIES):
        pieces.put(f"{PIECES}{MANY:06}-{number:024}", content)
    return _asked(pieces, _Rows(lambda: sleep(READ_SECONDS)), READ_SECONDS, _Copy)


class _Copy(OpenPiece):
    """A piece as if other recordings were in it, which came in some seconds later."""

    @property
    def _number(self) -> int:
        return int(self.piece.name[-24:])

    @property
    def _more(self) -> int:
        return 1_000 * self._number << 20

    def _read_head(self) -> Head:
        head = super()._read_head()
        newest, oldest = head.newest + self._more, head.oldest + self._more
        return structs.replace(head, newest=newest, oldest=oldest)

    def places(self) -> Places:
        if self._places is None:
            ranks, offsets = super().places()
            more = self._more
            self._places = Places(array("Q", [rank + more for rank in ranks]), offsets)
        return self._places

    def entry(self, number: int) -> Entry:
        there = super().entry(number)
        return structs.replace(
            there,
            recording_id=f"{self._number:02}{there.recording_id[2:]}",
            came_ms=there.came_ms + 1_000 * self._number,
        )


def _asked(
    pieces: Pieces,
    rows: _Rows,
    wait: float,
    opened: Callable[[Piece, Kept], OpenPiece] = OpenPiece,
) -> dict[str, Any]:
    """Seconds: the first time a new process is asked, and the median of five times after; beside
    each what it took of a processor, whoever else wanted one."""
    found: dict[str, Any] = {}
    pool = TellingPool(READERS, "search")
    for name, text in QUESTIONS.items():
        counted = _Counted(pieces, wait)
        search = SearchWords(
            pieces=counted,
            reader=IndexReader(counted, opened),
            store=cast(BatchStore, rows),
            clock=_Clock(),
            pool=pool,
            is_on=True,
        )
        cold, cold_busy, hits = _timed(search, text)
        reads = counted.reads
        again = [_timed(search, text) for _ in range(5)]
        warm, warm_busy = (statistics.median(one[at] for one in again) for at in (0, 1))
        found[name] = {"cold": cold, "cold, busy": cold_busy, "warm": warm, "warm, busy": warm_busy}
        found[name] |= {"reads": reads, "found": hits}
    pool.shutdown()
    return found


def _timed(search: SearchWords, text: str) -> tuple[float, float, int]:
    began, busy = perf_counter(), process_time()
    hits = search(Search(text), lambda batch: True)
    took, spent = perf_counter() - began, process_time() - busy
    return round(took, 3), round(spent, 3), len(hits.found)
