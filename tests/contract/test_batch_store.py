"""The promises of `BatchStore`, kept by the stand-in and by Table Storage alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.model.batch.batch import Batch
from shared.model.batch.transitions import reported
from shared.model.job.carrier import carrier, parts_of
from shared.model.job.job import Job
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Removal, Removing
from shared.model.recording.recording import Recording
from shared.ports.state import FEW_ROWS, BatchFilter, BatchStore, Whole
from shared.stores.table.batches import TableBatchStore
from tests.contract.stores import a_batch, a_full_recording, a_job, a_recording, fresh_table
from tests.fakes.stores import FakeBatchStore

BATCH = a_batch().id
replace = msgspec.structs.replace


@pytest.fixture(params=["stand-in", "table"])
def store(request: pytest.FixtureRequest) -> Iterator[BatchStore]:
    if request.param == "stand-in":
        yield FakeBatchStore()
        return
    with fresh_table(request.getfixturevalue("azurite")) as table:
        yield TableBatchStore(table)


def stored(store: BatchStore, recording: Recording) -> Recording:
    assert store.insert(recording)
    found = store.recording(recording.batch_id, recording.id)
    assert found is not None
    return found


def unversioned(struct: Recording | Job | Batch) -> Recording | Job | Batch:
    return replace(struct, version="")


def ids(rows: Iterator[Recording]) -> list[int]:
    return [int(row.id, 16) for row in rows]


# --- rows


@pytest.mark.parametrize("recording", [a_recording(), a_full_recording()], ids=["bare", "full"])
def test_a_recording_comes_back_as_it_was(store: BatchStore, recording: Recording) -> None:
    found = stored(store, recording)
    assert found.version
    assert unversioned(found) == recording
    assert found.last_modified_at.utcoffset() is not None


def test_only_the_first_insert_of_a_row_counts(store: BatchStore) -> None:
    first = stored(store, a_recording())
    assert store.insert(replace(a_recording(), state="failed")) is False
    assert store.recording(BATCH, first.id) == first


def test_what_is_not_there_is_none(store: BatchStore) -> None:
    assert store.recording(BATCH, "0" * 32) is None
    assert store.job(BATCH, "job1") is None
    assert store.batch(BATCH) is None
    assert list(store.recordings(BATCH)) == []
    assert list(store.jobs(BATCH)) == []


def test_a_field_that_became_none_is_gone(store: BatchStore) -> None:
    found = stored(store, a_full_recording())
    store.save(recordings=[replace(found, job_id=None, audio=None, outcome=None)])
    again = store.recording(BATCH, found.id)
    assert again is not None
    assert (again.job_id, again.audio, again.outcome) == (None, None, None)


def test_a_job_comes_back_as_it_was(store: BatchStore) -> None:
    job = a_job(recordings=3)
    saved = store.save(job)
    assert saved is not None and saved.version
    assert store.job(BATCH, "job1") == saved
    assert unversioned(saved) == job


def test_the_version_that_save_returns_is_good_for_the_next_save(store: BatchStore) -> None:
    job = store.save(a_job())
    assert job is not None
    job = store.save(replace(job, state="planned"))
    assert job is not None
    store.save(replace(job, state="submitting"))
    found = store.job(BATCH, "job1")
    assert found is not None and found.state == "submitting"
    assert found.version != job.version


def test_jobs_are_those_of_the_batch(store: BatchStore) -> None:
    for job_id in ("job1", "job2", "~", "0"):
        store.save(a_job(job_id))
    store.save(a_job("other", "other-batch"))
    stored(store, a_recording())
    assert {job.id for job in store.jobs(BATCH)} == {"job1", "job2", "~", "0"}


# --- versions and transactions


def a_header(store: BatchStore) -> Batch:
    store.open_batch(a_batch(BATCH))
    found = store.batch(BATCH)
    assert found is not None
    return found


def test_a_commitment_is_stored_with_the_header_and_may_be_followed_by_another(
    store: BatchStore,
) -> None:
    header = a_header(store)
    store.save(recordings=[a_recording(0), a_recording(1)])
    first, second = store.recordings(BATCH)
    header, [first] = store.commit(header, [replace(first, committed=0.5, cleared=0.5)])
    header, _ = store.commit(header, [replace(second, committed=0.25)])
    assert store.batch(BATCH) == header
    assert store.recording(BATCH, first.id) == first
    assert sorted(fact.committed for fact in store.facts(BATCH)) == [0.25, 0.5]
    store.save(recordings=[replace(first, state="planned")])


def test_what_is_held_and_what_goes_is_stored_with_the_header_and_alone(store: BatchStore) -> None:
    header = a_header(store)
    store.save(recordings=[a_recording(0)])
    [row] = store.recordings(BATCH)
    hold = Hold(at=header.created_at, by="Ann", reason="case 7")
    removing = Removing(at=header.created_at, only=row.id, left=("audio",), outdates_report=True)
    header, [row] = store.commit(
        replace(header, hold=hold, held=1, removing=removing, removed=("outputs",)),
        [replace(row, hold=hold, removal=Removal(audio_at=header.created_at, by="Ann"))],
    )
    assert store.batch(BATCH) == header and header.hold == hold and header.removing == removing
    assert store.recording(BATCH, row.id) == row and row.removal is not None
    header, rows = store.commit(replace(header, hold=None, held=0, removing=None), [])
    assert store.batch(BATCH) == header and rows == []
    assert header.hold is None and header.removed == ("outputs",)


def test_of_two_that_commit_on_the_same_header_one_loses_and_nothing_of_it_is_stored(
    store: BatchStore,
) -> None:
    header = a_header(store)
    store.save(recordings=[a_recording(0), a_recording(1)])
    first, second = store.recordings(BATCH)
    store.commit(header, [replace(first, committed=0.5)])
    with pytest.raises(StoreConflict):
        store.commit(header, [replace(second, committed=0.5)])
    assert store.recording(BATCH, second.id) == second


def test_a_stale_recording_stops_the_commitment(store: BatchStore) -> None:
    header = a_header(store)
    mine = stored(store, a_recording())
    store.save(recordings=[replace(mine, attempt=2)])
    with pytest.raises(StoreConflict):
        store.commit(header, [replace(mine, committed=0.5)])
    assert store.batch(BATCH) == header


def test_saving_a_row_that_somebody_changed_is_a_conflict(store: BatchStore) -> None:
    mine = stored(store, a_recording())
    store.save(recordings=[replace(mine, state="planned")])
    with pytest.raises(StoreConflict):
        store.save(recordings=[replace(mine, state="failed")])
    found = store.recording(BATCH, mine.id)
    assert found is not None and found.state == "planned"


def test_a_new_row_that_is_there_already_is_a_conflict(store: BatchStore) -> None:
    store.save(a_job())
    with pytest.raises(StoreConflict):
        store.save(replace(a_job(), state="failed"))


def test_changing_a_row_that_does_not_exist_is_a_conflict(store: BatchStore) -> None:
    job = store.save(a_job())
    assert job is not None
    with pytest.raises(StoreConflict):
        store.save(replace(job, id="job2"))
    assert store.job(BATCH, "job2") is None


@pytest.mark.parametrize("stale", [0, 50, 98])
def test_one_stale_row_among_a_hundred_stops_the_whole_transaction(
    store: BatchStore, stale: int
) -> None:
    job = store.save(a_job())
    store.save(recordings=[a_recording(i) for i in range(99)])
    rows = list(store.recordings(BATCH))
    store.save(recordings=[replace(rows[stale], attempt=7)])
    with pytest.raises(StoreConflict):
        store.save(job, [replace(row, state="planned") for row in rows])
    assert store.job(BATCH, "job1") == job
    after = list(store.recordings(BATCH))
    assert {row.state for row in after} == {"waiting"}
    assert [row for i, row in enumerate(after) if i != stale] == [
        row for i, row in enumerate(rows) if i != stale
    ]


def test_a_stale_job_stops_its_recordings(store: BatchStore) -> None:
    job = store.save(a_job())
    assert job is not None
    row = stored(store, a_recording())
    store.save(replace(job, state="planned"))
    with pytest.raises(StoreConflict):
        store.save(job, [replace(row, state="planned")])
    assert store.recording(BATCH, row.id) == row


def test_a_job_and_99_recordings_change_in_one_transaction(store: BatchStore) -> None:
    store.save(recordings=[a_recording(i) for i in range(99)])
    rows = [replace(row, state="planned", job_id="job1") for row in store.recordings(BATCH)]
    assert store.save(a_job(recordings=99), rows) is not None
    assert len(list(store.recordings(BATCH, state="planned", job_id="job1"))) == 99


def test_saving_nothing_is_nothing(store: BatchStore) -> None:
    assert store.save() is None
    assert store.save(recordings=[]) is None


# --- reading many


def test_more_than_a_page_of_recordings_comes_in_order_and_complete(store: BatchStore) -> None:
    for start in range(0, 1_150, 100):
        numbers = range(start, min(start + 100, 1_150))
        store.save(recordings=[a_recording(i) for i in numbers])
    stored(store, a_recording(5_000, batch_id="another-batch"))
    assert ids(store.recordings(BATCH)) == list(range(1_150))
    assert [int(key, 16) for key in store.recording_ids(BATCH, BATCH)] == list(range(1_150))
    middle = store.recordings(BATCH, first=f"{20:032x}", last=f"{1_100:032x}")
    assert ids(middle) == list(range(20, 1_101))


def test_ids_come_from_all_batches_between_two_and_from_no_other(store: BatchStore) -> None:
    batches = [
        "calls-20260301T235900Z",
        "calls-20260302-day",
        "calls-20260302T000000Z",
        "calls-20260302T090000Z",
        "calls-20260302T235900Z",
        "calls-20260303T000000Z",
        "calls2-20260302T090000Z",
    ]
    for number, batch_id in enumerate(batches):
        store.open_batch(a_batch(batch_id))
        stored(store, a_recording(number, batch_id))
    found = store.recording_ids("calls-20260302T000000Z", "calls-20260302T235900Z")
    assert [int(key, 16) for key in found] == [2, 3, 4]
    found = store.recording_ids("calls-20260302-day", "calls-20260302-day")
    assert [int(key, 16) for key in found] == [1]


def test_recordings_are_found_by_state_and_job_within_bounds(store: BatchStore) -> None:
    rows = [
        replace(a_recording(0), state="waiting"),
        replace(a_recording(1), state="planned", job_id="job1"),
        replace(a_recording(2), state="planned", job_id="job2"),
        replace(a_recording(3), state="transcribed", job_id="job1"),
        replace(a_recording(4), state="planned", job_id="job1"),
    ]
    store.save(recordings=rows)
    assert ids(store.recordings(BATCH, state="waiting")) == [0]
    assert ids(store.recordings(BATCH, state="planned")) == [1, 2, 4]
    assert ids(store.recordings(BATCH, job_id="job1")) == [1, 3, 4]
    assert ids(store.recordings(BATCH, state="planned", job_id="job1")) == [1, 4]
    bounds = {"first": rows[2].id, "last": rows[4].id}
    assert ids(store.recordings(BATCH, state="planned", job_id="job1", **bounds)) == [4]


def test_a_reader_that_stops_early_hurts_nobody(store: BatchStore) -> None:
    store.save(recordings=[a_recording(i) for i in range(3)])
    rows = store.recordings(BATCH)
    next(rows)
    del rows
    assert len(list(store.recordings(BATCH))) == 3


def test_what_is_left_of_a_job_says_where_it_lies_and_at_which_position(store: BatchStore) -> None:
    job = replace(a_job(), first=f"{1:032x}", last=f"{3:032x}")
    rows = [
        replace(a_recording(1), state="planned", job_id="job1", job_index=0),
        replace(a_recording(2), state="planned", job_id="job1", job_index=7, item=3, web_url="u"),
        replace(a_recording(3), state="transcribed", job_id="job1", job_index=1),
    ]
    store.save(recordings=rows)
    items = [
        (i.id, i.batch_id, i.container, i.name, i.web_url, i.item, i.job_index)
        for i in store.items_left(job)
    ]
    assert items == [
        (row.id, BATCH, row.container, row.name, row.web_url, row.item, row.job_index)
        for row in rows[:2]
    ]


def test_whether_any_recording_of_a_job_is_left(store: BatchStore) -> None:
    job = replace(a_job(), first=f"{1:032x}", last=f"{2:032x}")
    assert store.any_left(job) is False
    store.save(recordings=[replace(a_recording(i), state="planned", job_id="job1") for i in (1, 2)])
    assert store.any_left(job) is True
    first, second = store.recordings(BATCH)
    store.save(recordings=[replace(first, state="transcribed")])
    assert store.any_left(job) is True
    assert store.any_left(replace(job, id="job2")) is False
    store.save(recordings=[replace(second, state="waiting", job_id=None)])
    assert store.any_left(job) is False


# --- batches and the notes that they have work to do


def test_opening_a_batch_makes_its_header_once(store: BatchStore) -> None:
    store.open_batch(a_batch())
    first = store.batch(BATCH)
    store.open_batch(replace(a_batch(), title="another"))
    assert store.batch(BATCH) == first
    assert first is not None and replace(first, version="") == a_batch()


def test_open_batches_are_listed_until_they_are_closed(store: BatchStore) -> None:
    store.open_batch(a_batch("a"))
    store.open_batch(a_batch("b"))
    notes = {note.id: note.version for note in store.open_batches()}
    assert set(notes) == {"a", "b"}
    assert notes["a"] == store.note_version("a")
    store.close_batch("a", notes["a"])
    assert [note.id for note in store.open_batches()] == ["b"]
    assert store.note_version("a") is None
    assert store.batch("a") is not None


def test_a_batch_that_was_opened_again_meanwhile_is_not_closed(store: BatchStore) -> None:
    store.open_batch(a_batch())
    before = store.note_version(BATCH)
    assert before is not None
    store.open_batch(a_batch())
    with pytest.raises(StoreConflict):
        store.close_batch(BATCH, before)
    after = store.note_version(BATCH)
    assert after is not None and after != before
    store.close_batch(BATCH, after)
    store.close_batch(BATCH, after)
    assert store.note_version(BATCH) is None


def test_a_header_is_finished_by_one_of_two(store: BatchStore) -> None:
    store.open_batch(a_batch())
    batch = store.batch(BATCH)
    assert batch is not None
    store.save_batch(replace(batch, reported=3))
    with pytest.raises(StoreConflict):
        store.save_batch(replace(batch, reported=2))
    found = store.batch(BATCH)
    assert found is not None and found.reported == 3


def test_a_header_that_is_not_there_cannot_be_finished(store: BatchStore) -> None:
    store.open_batch(a_batch())
    batch = store.batch(BATCH)
    assert batch is not None
    with pytest.raises(StoreConflict):
        store.save_batch(replace(batch, id="nobody"))


MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_one_reports_on_a_batch_until_it_is_opened_again_or_the_lease_is_over(
    store: BatchStore,
) -> None:
    lease = timedelta(minutes=10)
    assert store.take_note("a", MOMENT, lease) is None
    store.open_batch(a_batch("a"))
    taken = store.take_note("a", MOMENT, lease)
    assert taken == store.note_version("a")
    assert store.take_note("a", MOMENT + timedelta(minutes=9), lease) is None
    [note] = [n for n in store.open_batches() if n.id == "a"]
    assert note.reporting_at == MOMENT
    later = store.take_note("a", MOMENT + lease, lease)
    assert later not in (None, taken)
    store.give_note_back("a", "another")
    assert store.take_note("a", MOMENT + lease, lease) is None
    store.give_note_back("a", later or "")
    assert store.take_note("a", MOMENT + lease, lease) is not None
    store.open_batch(a_batch("a"))
    assert store.take_note("a", MOMENT + lease, lease) is not None
    store.give_note_back("b", "never there")


@pytest.mark.parametrize("recording", [a_recording(), a_full_recording()], ids=["bare", "full"])
def test_a_row_is_stored_alike_by_an_insert_and_in_a_transaction(
    recording: Recording, azurite: Azurite
) -> None:
    with fresh_table(azurite) as table:
        store = TableBatchStore(table)
        store.insert(recording)
        store.save(recordings=[replace(recording, batch_id="another")])
        one, other = sorted(table.list_entities(), key=lambda row: row["PartitionKey"])
        different = {"PartitionKey", "batch_id"}
        assert {k: v for k, v in one.items() if k not in different} == {
            k: v for k, v in other.items() if k not in different
        }


# --- several jobs


def of_line(store: BatchStore, jobs: int) -> list[Job]:
    """Planned jobs of one recording each, with ids in the order of the line."""
    planned = [
        replace(a_job(), id=f"line{i:05}", state="planned", first=f"{i:032x}", last=f"{i:032x}")
        for i in range(jobs)
    ]
    rows = [
        replace(a_recording(i), state="planned", job_id=job.id, job_index=0)
        for i, job in enumerate(planned)
    ]
    return store.save_jobs(planned, rows)


def test_several_jobs_are_stored_with_their_recordings_and_returned_with_versions(
    store: BatchStore,
) -> None:
    saved = of_line(store, 50)
    assert all(store.job(BATCH, job.id) == job for job in saved)
    assert len({job.version for job in saved}) > 0 and all(job.version for job in saved)
    assert len(list(store.recordings(BATCH, state="planned"))) == 50


def test_one_job_that_somebody_changed_stops_the_others(store: BatchStore) -> None:
    first, second = of_line(store, 2)
    store.save(replace(second, state="submitting"))
    with pytest.raises(StoreConflict):
        store.save_jobs([replace(job, state="failed") for job in (first, second)])
    assert [job.state for job in store.jobs(BATCH)] == ["planned", "submitting"]


def test_planned_jobs_come_in_order_within_bounds(store: BatchStore) -> None:
    jobs = of_line(store, 6)
    store.save(replace(jobs[2], state="submitted"))
    found = store.planned_jobs(BATCH, jobs[1].id, jobs[4].id, 10)
    assert [job.id for job in found] == [jobs[i].id for i in (1, 3, 4)]
    assert [job.id for job in store.planned_jobs(BATCH, jobs[0].id, "line~", 2)] == [
        jobs[0].id,
        jobs[1].id,
    ]
    assert not store.planned_jobs(BATCH, f"{jobs[5].id}!", "line~", 10)


def test_the_recordings_of_several_jobs_are_told_apart(store: BatchStore) -> None:
    jobs = of_line(store, 4)
    store.insert(replace(a_recording(99), state="planned", job_id="another"))
    [row] = [row for row in store.recordings(BATCH) if row.job_id == jobs[2].id]
    store.save(recordings=[replace(row, state="transcribed")])
    found = store.items_of(jobs[:3])
    assert {id_: [item.name for item in items] for id_, items in found.items()} == {
        jobs[0].id: ["0.wav"],
        jobs[1].id: ["1.wav"],
        jobs[2].id: [],
    }


# --- carriers


def a_carrier(store: BatchStore) -> Job:
    """Of two recordings of one batch and one of another, stored with their parts."""
    parts = []
    for number, (batch_id, rows) in enumerate({BATCH: (0, 1), f"{BATCH}x": (0,)}.items()):
        job = replace(a_job(f"j{number}"), batch_id=batch_id, state="carried", carrier="c")
        own = [a_recording(row, batch_id) for row in rows]
        own = [
            replace(row, state="planned", job_id=job.id, job_index=i) for i, row in enumerate(own)
        ]
        job = replace(job, first=own[0].id, last=own[-1].id, recordings=len(own))
        saved = store.save(job, own)
        assert saved is not None
        parts.append(saved)
    made = store.save(carrier("c", parts, "westeurope", parts[0].changed_at))
    assert made is not None
    return made


def test_a_carrier_comes_back_with_its_parts(store: BatchStore) -> None:
    made = a_carrier(store)
    found = store.job(made.batch_id, made.id)
    assert found == made
    assert [(part.id, part.offset) for part in parts_of(found)] == [("j0", 0), ("j1", 2)]
    assert not list(store.recordings(made.batch_id))


def test_the_recordings_of_a_carrier_are_those_of_its_parts_at_their_positions(
    store: BatchStore,
) -> None:
    made = a_carrier(store)
    assert [(i.part, i.job_index) for i in store.items_left(made)] == [(0, 0), (0, 1), (1, 2)]
    assert {row.batch_id for row in store.rows_left(made)} == {BATCH, f"{BATCH}x"}
    assert store.any_left(made)
    assert list(store.items_of([made])) == ["c"]


def test_a_part_is_read_with_its_recordings(store: BatchStore) -> None:
    part = parts_of(a_carrier(store))[0]
    job, rows = store.part_left(part)
    assert job is not None and (job.id, job.state) == ("j0", "carried")
    assert ids(iter(rows)) == [0, 1]


def test_recordings_of_several_batches_are_saved_one_after_the_other(store: BatchStore) -> None:
    made = a_carrier(store)
    store.save_all(replace(row, state="failed") for row in store.rows_left(made))
    assert not store.any_left(made)


def test_recordings_can_be_forgotten_alone(store: BatchStore) -> None:
    made = a_carrier(store)
    rows = list(store.recordings(BATCH))
    store.forget_recordings(a_header(store), rows)
    assert not list(store.recordings(BATCH))
    assert {job.id for job in store.jobs(BATCH)} == {"j0"}
    assert not list(store.jobs(BATCH, first="j0!"))
    assert store.any_left(made)


def test_a_small_batch_is_read_whole(store: BatchStore) -> None:
    assert store.insert_first(a_batch(), a_recording())
    store.save(a_job())
    whole = store.whole(BATCH)
    assert whole is not None
    assert whole.batch is not None
    assert whole.batch.version
    assert unversioned(whole.batch) == a_batch()
    assert [unversioned(job) for job in whole.jobs] == [a_job()]
    assert [unversioned(row) for row in whole.recordings] == [a_recording()]


def test_of_a_batch_that_is_not_there_nothing_is_whole(store: BatchStore) -> None:
    assert store.whole(BATCH) == Whole(None, [], [])


def test_a_batch_with_more_rows_is_not_read_whole(store: BatchStore) -> None:
    store.create_batch(a_batch())
    rows = [replace(a_recording(), id=f"{i:032x}") for i in range(FEW_ROWS)]
    store.save(None, rows[:-1])
    assert store.whole(BATCH) is not None
    store.insert(rows[-1])
    assert store.whole(BATCH) is None


def test_a_header_comes_with_the_first_recording_or_not_at_all(store: BatchStore) -> None:
    store.note_work(a_batch())
    assert store.batch(BATCH) is None
    assert store.note_version(BATCH) is not None
    assert store.insert_first(a_batch(), a_recording())
    assert store.batch(BATCH) is not None
    other = replace(a_recording(), id="f" * 32)
    assert not store.insert_first(a_batch(), other)
    assert store.recording(BATCH, other.id) is None


def three_batches(store: BatchStore) -> list[Batch]:
    found = []
    for i in range(3):
        batch = replace(a_batch(), id=f"b{i}")
        store.note_work(batch)
        store.create_batch(batch)
        there = store.batch(batch.id)
        assert there is not None
        found.append(there)
    return found


def test_batches_that_are_over_are_listed_together_apart_from_their_headers(
    store: BatchStore,
) -> None:
    done = [reported(batch, 1, 0, batch.created_at) for batch in three_batches(store)]
    for batch in done:
        store.save_batch(batch, lists=False)
    assert store.entries(BatchFilter(), after=None, most=9) == ([], None)
    store.list_batches(done)
    entries, _ = store.entries(BatchFilter(), after=None, most=9)
    assert sorted((entry.id, entry.state) for entry in entries) == [
        (batch.id, "completed") for batch in done
    ]


def test_batches_are_closed_together_but_for_those_that_were_opened_again(
    store: BatchStore,
) -> None:
    batches = three_batches(store)
    notes = [(batch.id, store.note_version(batch.id) or "") for batch in batches]
    store.note_work(batches[1])
    assert store.close_batches(notes) == ["b1"]
    assert [note.id for note in store.open_batches()] == ["b1"]
    assert store.close_batches(notes[:1]) == []  # it is gone already
    assert store.close_batches([("b1", store.note_version("b1") or "")]) == []
    assert list(store.open_batches()) == []
