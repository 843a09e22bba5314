"""In which order a store writes, what is removed together, and where a query begins: kept by the
stand-in and by Table Storage alike, for the interleavings are tried on the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.model.batch.batch import Batch
from shared.model.batch.transitions import cancelled, reported, to_be_deleted, to_be_retried
from shared.model.money.brakes import Brake
from shared.ports.brakes import Brakes
from shared.ports.state import BatchFilter, BatchStore
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.brakes import TableBrakes
from shared.stores.table.partitions import BATCHES, OPEN
from shared.stores.table.single_rows import Entities
from tests.contract.stores import NOW, a_batch, a_job, a_recording, fresh_table
from tests.fakes.brakes import FakeBrakes
from tests.fakes.stores import FakeBatchStore

replace = msgspec.structs.replace


@pytest.fixture(params=["stand-in", "table"])
def store(request: pytest.FixtureRequest) -> Iterator[BatchStore]:
    if request.param == "stand-in":
        yield FakeBatchStore()
        return
    with fresh_table(request.getfixturevalue("azurite")) as table:
        yield TableBatchStore(table)


@pytest.fixture(params=["stand-in", "table"])
def brakes(request: pytest.FixtureRequest) -> Iterator[Brakes]:
    if request.param == "stand-in":
        yield FakeBrakes()
        return
    with fresh_table(request.getfixturevalue("azurite")) as table:
        yield TableBrakes(table)


def opened(store: BatchStore, batch: Batch | None = None) -> Batch:
    batch = batch or a_batch()
    store.open_batch(batch)
    found = store.batch(batch.id)
    assert found is not None
    return found


def states(store: BatchStore) -> list[str]:
    return [entry.state for entry in store.entries(BatchFilter(), after=None, most=10)[0]]


def test_who_loses_with_the_header_leaves_the_list_as_it_is(store: BatchStore) -> None:
    first = opened(store)
    store.save_batch(reported(first, 1, 0, NOW))
    with pytest.raises(StoreConflict):
        store.save_batch(cancelled(first, NOW))
    with pytest.raises(StoreConflict):
        store.save_batch(reported(first, 7, 0, NOW))
    entries = store.entries(BatchFilter(), after=None, most=10)[0]
    assert [(entry.state, entry.recordings) for entry in entries] == [("completed", 1)]


def test_a_batch_that_goes_on_is_listed_by_who_opens_it(store: BatchStore) -> None:
    store.save_batch(reported(opened(store), 1, 0, NOW))
    done = store.batch(a_batch().id)
    assert done is not None and states(store) == ["completed"]
    again = to_be_retried(done, NOW)
    store.open_batch(again)
    assert states(store) == ["running"]
    store.save_batch(again)
    assert states(store) == ["running"]


def test_a_batch_that_is_about_to_be_deleted_is_not_listed_anew(store: BatchStore) -> None:
    store.save_batch(reported(opened(store), 1, 0, NOW))
    done = store.batch(a_batch().id)
    assert done is not None
    store.save_batch(to_be_deleted(done, with_outputs=False))
    gone = store.batch(done.id)
    assert gone is not None
    store.forget(gone)
    assert states(store) == []


def test_rows_are_removed_together_with_the_header_as_it_was_read(store: BatchStore) -> None:
    batch = opened(store)
    for i in range(3):
        store.insert(a_recording(i))
    rows = list(store.recordings(batch.id))
    after = store.forget_recordings(batch, rows[:2])
    assert [row.id for row in store.recordings(batch.id)] == [rows[2].id]
    assert after.version != batch.version
    with pytest.raises(StoreConflict):  # somebody else removed some meanwhile
        store.forget_recordings(batch, rows[2:])
    with pytest.raises(StoreConflict):
        store.forget(batch)
    assert [row.id for row in store.recordings(batch.id)] == [rows[2].id]
    store.save(a_job("job1"))
    last = store.forget(after)
    assert not list(store.recordings(batch.id)) and not list(store.jobs(batch.id))
    store.save_batch(replace(last, title="it still has the version"))


def test_more_rows_than_a_transaction_takes_are_removed(store: BatchStore) -> None:
    batch = opened(store)
    for i in range(120):
        store.insert(a_recording(i))
    store.forget(batch)
    assert not list(store.recordings(batch.id))


def test_jobs_are_listed_from_one_on(store: BatchStore) -> None:
    for name in ("a1", "a2", "b1"):
        store.save(a_job(name))
    batch_id = a_job("a1").batch_id
    assert [job.id for job in store.jobs(batch_id, first="a2")] == ["a2", "b1"]
    assert [job.id for job in store.jobs(batch_id, first="a2!")] == ["b1"]
    assert [job.id for job in store.jobs(batch_id)] == ["a1", "a2", "b1"]


def test_open_batches_are_listed_from_behind_one(store: BatchStore) -> None:
    names = [f"default-2026030{i}T090000Z" for i in range(1, 4)]
    for name in names:
        store.open_batch(replace(a_batch(), id=name))
    assert [note.id for note in store.open_batches()] == names
    assert [note.id for note in store.open_batches(after=names[0])] == names[1:]
    assert not list(store.open_batches(after=names[-1]))


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The partitions that a table is written to, in their order."""
    written: list[str] = []
    put, replaced, transact = Entities.put, Entities.replace, Entities.transact

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Entities, first: Any, *args: Any, **kwargs: Any) -> Any:
            written.append(first if isinstance(first, str) else "transaction")
            return method(self, first, *args, **kwargs)

        return call

    monkeypatch.setattr(Entities, "put", noting(put))
    monkeypatch.setattr(Entities, "replace", noting(replaced))
    monkeypatch.setattr(Entities, "transact", noting(transact))
    return written


def test_the_table_is_written_in_the_order_in_which_the_stand_in_is(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two of them others act: `FakeBatchStore.between` is called there."""
    with fresh_table(azurite) as table:
        real = TableBatchStore(table)
        batch = opened(real)
        written = noted(monkeypatch)
        real.open_batch(batch)
        assert written == [BATCHES, OPEN]
        written.clear()
        real.save_batch(reported(batch, 1, 0, NOW))
        assert written == [batch.id, BATCHES]
        written.clear()
        done = real.batch(batch.id)
        assert done is not None
        real.open_batch(done)
        assert written == [OPEN, BATCHES]


def test_a_brake_comes_back_as_it_was_and_is_saved_on_the_version_that_was_read(
    brakes: Brakes,
) -> None:
    assert brakes.get("profile/calls") == Brake(scope="profile/calls")
    brake = Brake(
        scope="profile/calls",
        stopped_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        reason="a flood",
        day="2026-03-02",
        amount=1.25,
        audio_ms=3_600_000,
        lifted_on="2026-03-01",
        reached_on="2026-03-02",
    )
    saved = brakes.save(brake)
    assert saved.version and replace(saved, version="") == brake
    assert brakes.get("profile/calls") == saved
    with pytest.raises(StoreConflict):
        brakes.save(brake)
    brakes.save(Brake(scope="endpoint/westeurope"))
    brakes.save(replace(saved, stopped_at=None))
    with pytest.raises(StoreConflict):
        brakes.save(saved)
    assert [one.scope for one in brakes.all()] == ["endpoint/westeurope", "profile/calls"]
    assert brakes.get("profile/calls").stopped_at is None
