"""Tables in memory, with versions that change on every write and transactions that hold or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import msgspec

from shared.errors import StoreConflict
from shared.model.batch import Batch
from shared.model.endpoint import EndpointState
from shared.model.job import ActiveJob, Job
from shared.model.recording import Recording, State
from shared.ports import Diary

MOST_IN_TRANSACTION = 100


class FakeBatchStore:
    """`shared.ports.BatchStore`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.headers: dict[str, Batch] = {}
        self.notes: dict[str, str] = {}
        self.job_rows: dict[tuple[str, str], Job] = {}
        self.rows: dict[tuple[str, str], Recording] = {}

    def open_batch(self, batch: Batch) -> None:
        self.notes[batch.id] = self._version()
        self.headers.setdefault(batch.id, msgspec.structs.replace(batch, version=self._version()))

    def note_version(self, batch_id: str) -> str | None:
        return self.notes.get(batch_id)

    def open_batches(self) -> Iterator[tuple[str, str]]:
        yield from sorted(self.notes.items())

    def close_batch(self, batch_id: str, version: str) -> None:
        if self.notes.get(batch_id, version) != version:
            raise StoreConflict("close batch")
        self.notes.pop(batch_id, None)

    def batch(self, batch_id: str) -> Batch | None:
        return self.headers.get(batch_id)

    def finish_batch(self, batch: Batch) -> None:
        there = self.headers.get(batch.id)
        if there is None or there.version != batch.version:
            raise StoreConflict("finish batch")
        self.headers[batch.id] = msgspec.structs.replace(batch, version=self._version())

    def insert(self, recording: Recording) -> bool:
        key = (recording.batch_id, recording.id)
        if key in self.rows:
            return False
        self.rows[key] = msgspec.structs.replace(recording, version=self._version())
        return True

    def recording(self, batch_id: str, recording_id: str) -> Recording | None:
        return self.rows.get((batch_id, recording_id))

    def recordings(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        job_id: str | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> Iterator[Recording]:
        for key in sorted(key for key in self.rows if key[0] == batch_id):
            row = self.rows[key]
            if (
                (state is None or row.state == state)
                and (job_id is None or row.job_id == job_id)
                and (first or "") <= row.id <= (last or "~")
            ):
                yield row

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        for key in sorted(key for key in self.rows if first_batch <= key[0] <= last_batch):
            yield key[1]

    def any_left(self, job: Job) -> bool:
        left = self.recordings(
            job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last
        )
        return next(left, None) is not None

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self.job_rows.get((batch_id, job_id))

    def jobs(self, batch_id: str) -> Iterator[Job]:
        for (batch, _), job in sorted(self.job_rows.items()):
            if batch == batch_id:
                yield job

    def save(self, job: Job | None = None, recordings: Iterable[Recording] = ()) -> Job | None:
        rows = list(recordings)
        assert len(rows) + (job is not None) <= MOST_IN_TRANSACTION, "a table takes 100 rows"
        assert len({row.id for row in rows}) == len(rows), "a row stands twice in a transaction"
        for row in rows:
            self._check(self.rows.get((row.batch_id, row.id)), row.version)
        if job is not None:
            self._check(self.job_rows.get((job.batch_id, job.id)), job.version)
            job = msgspec.structs.replace(job, version=self._version())
            self.job_rows[job.batch_id, job.id] = job
        for row in rows:
            saved = msgspec.structs.replace(row, version=self._version())
            self.rows[row.batch_id, row.id] = saved
        return job

    def _check(self, there: Recording | Job | None, version: str) -> None:
        if ("" if there is None else there.version) != version:
            raise StoreConflict("save")

    def _version(self) -> str:
        return f"v{next(self._versions)}"


class FakeActiveJobs:
    """`shared.ports.ActiveJobs`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.entries: dict[str, ActiveJob] = {}

    def all(self) -> list[ActiveJob]:
        return [self.entries[key] for key in sorted(self.entries)]

    def get(self, job_id: str) -> ActiveJob | None:
        return self.entries.get(job_id)

    def put(self, active: ActiveJob) -> None:
        version = f"a{next(self._versions)}"
        self.entries[active.job_id] = msgspec.structs.replace(active, version=version)

    def update(self, active: ActiveJob) -> None:
        there = self.entries.get(active.job_id)
        if there is None or there.version != active.version:
            raise StoreConflict("update active job")
        self.put(active)

    def remove(self, job_id: str) -> None:
        self.entries.pop(job_id, None)


class FakeEndpointBook:
    """`shared.ports.EndpointBook`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.states: dict[str, EndpointState] = {}

    def state(self, name: str) -> EndpointState:
        return self.states.get(name) or EndpointState(name=name)

    def all(self) -> dict[str, EndpointState]:
        return dict(self.states)

    def save(self, state: EndpointState) -> EndpointState:
        if self.state(state.name).version != state.version:
            raise StoreConflict("save endpoint")
        saved = msgspec.structs.replace(state, version=f"e{next(self._versions)}")
        self.states[state.name] = saved
        return saved


class FakeDiaries:
    """`shared.ports.Diaries`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.diaries: dict[str, Diary] = {}

    def get(self, name: str) -> Diary | None:
        return self.diaries.get(name)

    def save(self, diary: Diary) -> None:
        there = self.get(diary.name)
        if ("" if there is None else there.version) != diary.version:
            raise StoreConflict("save diary")
        version = f"d{next(self._versions)}"
        self.diaries[diary.name] = msgspec.structs.replace(diary, version=version)
