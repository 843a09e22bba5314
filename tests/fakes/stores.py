"""Tables in memory, with versions that change on every write and transactions that hold or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, islice
from typing import TypeVar

import msgspec

from shared.errors import StoreConflict
from shared.model.batch.batch import Batch, BatchEntry, Part, entry_key, entry_of, is_over, state_of
from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.notice import Notice
from shared.model.job.active_job import ActiveJob
from shared.model.job.carrier import Carried, Stretch, in_call, stretches
from shared.model.job.job import Job
from shared.model.job.job_item import JobItem
from shared.model.recording.fingerprint import KnownName
from shared.model.recording.recording import Recording, State
from shared.ports.indices import LATER, ContentClaim, Diary, LineHead, Waiting, later, place_of
from shared.ports.state import (
    FEW_ROWS,
    ROWS_IN_TRANSACTION,
    BatchFilter,
    ConversationFacts,
    Measurement,
    OpenBatch,
    RecordingFacts,
    Whole,
    in_transactions,
)

R = TypeVar("R")


class ByBatch(dict[tuple[str, str], R]):
    """Rows by batch and id, of which those of one batch are found without looking at the others."""

    def __init__(self, rows: Mapping[tuple[str, str], R] | None = None) -> None:
        super().__init__()
        self._ids: dict[str, set[str]] = defaultdict(set)
        for key, row in (rows or {}).items():
            self[key] = row

    def __setitem__(self, key: tuple[str, str], row: R) -> None:
        self._ids[key[0]].add(key[1])
        super().__setitem__(key, row)

    def __delitem__(self, key: tuple[str, str]) -> None:
        self._ids[key[0]].discard(key[1])
        super().__delitem__(key)

    def of(self, batch_id: str) -> Iterator[R]:
        """In the order of their ids, as they are when they are asked for."""
        found = [self[batch_id, id_] for id_ in sorted(self._ids.get(batch_id, ()))]
        yield from found


class FakeBatchStore:
    """`ports.state.BatchStore`. `between` are called between two writes of one call, which the real
    store does not make at once either; in the same order."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.between: list[Callable[[], None]] = []
        self.headers: dict[str, Batch] = {}
        self.notes: dict[str, str] = {}
        self.reporting: dict[str, datetime] = {}
        self.job_rows = ByBatch[Job]()
        self.rows = ByBatch[Recording]()
        self.part_rows: dict[tuple[str, int], Part] = {}
        self.listed: dict[str, BatchEntry] = {}
        self.notices: dict[tuple[str, str], Notice] = {}

    def open_batch(self, batch: Batch, notice: Notice | None = None) -> None:
        if batch.version and not batch.was_over:
            self.listed[entry_key(batch.id, batch.created_at)] = entry_of(batch, "running")
            self._between()
        self._note(batch)
        if batch.version and batch.was_over:
            self._between()
            self.listed[entry_key(batch.id, batch.created_at)] = entry_of(batch, "running")
            self._between()
            if batch.id not in self.notes:
                self._note(batch)
        if not batch.version:
            self._between()
            self.create_batch(batch, notice=notice)

    def _note(self, batch: Batch) -> None:
        self.notes[batch.id] = self._version()
        self.reporting.pop(batch.id, None)

    def _between(self) -> None:
        for act in self.between:
            act()

    def note_work(self, batch: Batch) -> None:
        self._note(batch)

    def insert_first(
        self, batch: Batch, recording: Recording, notice: Notice | None = None
    ) -> bool:
        if batch.id in self.headers or (batch.id, recording.id) in self.rows:
            return False
        # One transaction: by the class, so that nothing that traps calls ends it half way.
        FakeBatchStore.create_batch(self, batch)
        return FakeBatchStore.insert(self, recording, notice)

    def create_batch(
        self, batch: Batch, parts: Sequence[Part] = (), notice: Notice | None = None
    ) -> bool:
        assert len(parts) < ROWS_IN_TRANSACTION - 1, "a table takes 100 rows"
        if batch.id in self.headers:
            return False
        self.headers[batch.id] = msgspec.structs.replace(batch, version=self._version())
        for part in parts:
            saved = msgspec.structs.replace(part, version=self._version())
            self.part_rows[batch.id, part.number] = saved
        self._post(notice)
        return True

    def part(self, batch_id: str, number: int) -> Part | None:
        return self.part_rows.get((batch_id, number))

    def parts(self, batch_id: str) -> list[Part]:
        return [part for key, part in sorted(self.part_rows.items()) if key[0] == batch_id]

    def save_part(self, part: Part) -> None:
        there = self.part(part.batch_id, part.number)
        if there is None or there.version != part.version:
            raise StoreConflict("save part")
        saved = msgspec.structs.replace(part, version=self._version())
        self.part_rows[part.batch_id, part.number] = saved

    def list_batch(self, batch: Batch) -> None:
        entry = entry_of(batch, state_of(batch))
        self.listed[entry_key(batch.id, batch.created_at)] = entry

    def list_batches(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self.list_batch(batch)

    def entries(
        self, wanted: BatchFilter, *, after: str | None, most: int
    ) -> tuple[list[BatchEntry], str | None]:
        found = [
            (key, entry)
            for key, entry in sorted(self.listed.items())
            if key > (after or "") and _is_wanted(entry, wanted)
        ]
        more = found[most - 1][0] if len(found) > most else None
        return [entry for _, entry in found[:most]], more

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        for row in self.recordings(batch_id):
            yield RecordingFacts(
                state=row.state,
                duration_ms=row.duration_ms,
                needs_review=bool(row.needs_review),
                cost_amount=row.cost_amount,
                cost_currency=row.cost_currency,
                committed=row.committed,
            )

    def conversations(self, batch_id: str) -> Iterator[ConversationFacts]:
        for row in self.recordings(batch_id, state="transcribed"):
            outcome = msgspec.convert(msgspec.to_builtins(row.outcome), Measurement)
            yield ConversationFacts(labels=row.labels, outcome=outcome)

    def forget_recordings(self, batch: Batch, recordings: Sequence[Recording]) -> Batch:
        assert len(recordings) < ROWS_IN_TRANSACTION, "a table takes 100 rows"
        keys = [(row.batch_id, row.id) for row in recordings]
        if not keys:
            return batch
        if any(key not in self.rows for key in keys):
            raise StoreConflict("forget")
        saved = self._saved_header(batch)
        for key in keys:
            del self.rows[key]
        return saved

    def forget(self, batch: Batch) -> Batch:
        kinds = (self.rows, self.job_rows, self.part_rows)
        found = [(rows, key) for rows in kinds for key in rows if key[0] == batch.id]
        if found:
            batch = self._saved_header(batch)
        for rows, key in found:
            del rows[key]  # type: ignore[arg-type]
        self._between()
        self.listed.pop(entry_key(batch.id, batch.created_at), None)
        return batch

    def _saved_header(self, batch: Batch) -> Batch:
        there = self.headers.get(batch.id)
        if there is None or there.version != batch.version:
            raise StoreConflict("header")
        self.headers[batch.id] = msgspec.structs.replace(batch, version=self._version())
        return self.headers[batch.id]

    def note_version(self, batch_id: str) -> str | None:
        return self.notes.get(batch_id)

    def take_note(self, batch_id: str, now: datetime, lease: timedelta) -> str | None:
        began = self.reporting.get(batch_id)
        if batch_id not in self.notes or (began is not None and now - began < lease):
            return None
        self.reporting[batch_id] = now
        self.notes[batch_id] = self._version()
        return self.notes[batch_id]

    def give_note_back(self, batch_id: str, version: str) -> None:
        if self.notes.get(batch_id) == version:
            self.reporting.pop(batch_id, None)
            self.notes[batch_id] = self._version()

    def open_batches(self, *, after: str = "") -> Iterator[OpenBatch]:
        for batch_id, version in sorted(self.notes.items()):
            if batch_id <= after:
                continue
            header = self.headers.get(batch_id)
            created_at = header.created_at if header else None
            yield OpenBatch(batch_id, version, created_at, self.reporting.get(batch_id))

    def close_batch(self, batch_id: str, version: str) -> None:
        if self.notes.get(batch_id, version) != version:
            raise StoreConflict("close batch")
        self.notes.pop(batch_id, None)
        self.reporting.pop(batch_id, None)

    def close_batches(self, notes: Sequence[tuple[str, str]]) -> list[str]:
        left = []
        for batch_id, version in notes:
            try:
                self.close_batch(batch_id, version)
            except StoreConflict:
                left.append(batch_id)
        return left

    def batch(self, batch_id: str) -> Batch | None:
        return self.headers.get(batch_id)

    def whole(self, batch_id: str) -> Whole | None:
        parts = [key for key in self.part_rows if key[0] == batch_id]
        jobs, rows = list(self.job_rows.of(batch_id)), list(self.rows.of(batch_id))
        if len(parts) + len(jobs) + len(rows) >= FEW_ROWS:
            return None
        return Whole(self.headers.get(batch_id), jobs, rows)

    def save_batch(self, batch: Batch, notice: Notice | None = None, *, lists: bool = True) -> None:
        self._saved_header(batch)
        self._post(notice)
        if lists and is_over(batch):
            self._between()
            self.list_batch(batch)

    def insert(self, recording: Recording, notice: Notice | None = None) -> bool:
        key = (recording.batch_id, recording.id)
        if key in self.rows:
            return False
        self.rows[key] = msgspec.structs.replace(recording, version=self._version())
        self._post(notice)
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
        page: int | None = None,
    ) -> Iterator[Recording]:
        for row in self.rows.of(batch_id):
            if (
                (state is None or row.state == state)
                and (job_id is None or row.job_id == job_id)
                and (first or "") <= row.id <= (last or "~")
            ):
                yield row

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        for key in sorted(key for key in self.rows if first_batch <= key[0] <= last_batch):
            yield key[1]

    def rows_left(
        self,
        job: Stretch,
        *,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        for part in stretches(job):
            yield from self.recordings(
                part.batch_id,
                state="planned",
                job_id=part.id,
                first=first or part.first,
                last=last or part.last,
                page=page,
            )

    def items_left(self, job: Stretch) -> Iterator[JobItem]:
        names = [name for name in JobItem.__struct_fields__ if name != "part"]
        for part in stretches(job):
            for row in self.rows_left(part):
                yield in_call(JobItem(**{name: getattr(row, name) for name in names}), part)

    def part_left(self, part: Carried) -> tuple[Job | None, list[Recording]]:
        return self.job(part.batch_id, part.id), list(self.rows_left(part))

    def any_left(self, job: Stretch) -> bool:
        return next(self.rows_left(job), None) is not None

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self.job_rows.get((batch_id, job_id))

    def jobs(self, batch_id: str, *, first: str | None = None) -> Iterator[Job]:
        yield from (job for job in self.job_rows.of(batch_id) if job.id >= (first or ""))

    def planned_jobs(self, batch_id: str, first: str, last: str, most: int) -> list[Job]:
        planned = (
            job for job in self.jobs(batch_id) if job.state == "planned" and first <= job.id <= last
        )
        return list(islice(planned, most))

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        return {job.id: list(self.items_left(job)) for job in jobs}

    def save(
        self,
        job: Job | None = None,
        recordings: Iterable[Recording] = (),
        notice: Notice | None = None,
    ) -> Job | None:
        saved = self._save([job] if job else [], list(recordings), notice)
        return saved[0] if saved else None

    def save_jobs(
        self,
        jobs: Sequence[Job],
        recordings: Sequence[Recording] = (),
        notice: Notice | None = None,
    ) -> list[Job]:
        return self._save(jobs, recordings, notice)

    def _save(
        self, jobs: Sequence[Job], recordings: Sequence[Recording], notice: Notice | None
    ) -> list[Job]:
        rows = [*jobs, *recordings]
        assert len({row.batch_id for row in rows}) <= 1, "a transaction is of one partition"
        assert len(rows) + (notice is not None) <= ROWS_IN_TRANSACTION, "a table takes 100 rows"
        assert len({row.id for row in rows}) == len(rows), "a row stands twice in a transaction"
        for job in jobs:
            self._check(self.job_rows.get((job.batch_id, job.id)), job.version)
        for row in recordings:
            self._check(self.rows.get((row.batch_id, row.id)), row.version)
        saved = [msgspec.structs.replace(job, version=self._version()) for job in jobs]
        for job in saved:
            self.job_rows[job.batch_id, job.id] = job
        for row in recordings:
            self.rows[row.batch_id, row.id] = msgspec.structs.replace(row, version=self._version())
        self._post(notice)
        return saved

    def save_all(self, recordings: Iterable[Recording]) -> None:
        for part in in_transactions(recordings):
            self.save(recordings=part)

    def commit(
        self, batch: Batch, recordings: Sequence[Recording]
    ) -> tuple[Batch, list[Recording]]:
        assert len(recordings) < ROWS_IN_TRANSACTION, "a table takes 100 rows"
        there = self.headers.get(batch.id)
        if there is None or there.version != batch.version:
            raise StoreConflict("commit")
        self._save([], recordings, None)
        saved = msgspec.structs.replace(batch, version=self._version())
        self.headers[batch.id] = saved
        return saved, [self.rows[row.batch_id, row.id] for row in recordings]

    def _post(self, notice: Notice | None) -> None:
        if notice is not None:
            assert notice.fits, "a column holds 64 KiB"
            self.notices[notice.partition, notice.id] = notice

    def _check(self, there: Recording | Job | None, version: str) -> None:
        if ("" if there is None else there.version) != version:
            raise StoreConflict("save")

    def _version(self) -> str:
        return f"v{next(self._versions)}"


def _is_wanted(entry: BatchEntry, wanted: BatchFilter) -> bool:
    created = int(entry.created_at.timestamp())
    since, until = wanted.created_from, wanted.created_to
    return (
        wanted.state in (None, entry.state)
        and wanted.profile in (None, entry.profile)
        and wanted.origin in (None, entry.origin)
        and (since is None or created >= int(since.timestamp()))
        and (until is None or created < int(until.timestamp()))
    )


class FakeActiveJobs:
    """`ports.state.ActiveJobs`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.entries: dict[str, ActiveJob] = {}

    def all(self) -> list[ActiveJob]:
        return [self.entries[key] for key in sorted(self.entries)]

    def get(self, job_id: str) -> ActiveJob | None:
        return self.entries.get(job_id)

    def put(self, active: ActiveJob) -> None:
        self._put(active)

    def _put(self, active: ActiveJob) -> None:
        version = f"a{next(self._versions)}"
        self.entries[active.job_id] = msgspec.structs.replace(active, version=version)

    def any_of(self, batch_id: str) -> list[str]:
        mine = (key for key, entry in sorted(self.entries.items()) if entry.batch_id == batch_id)
        return list(islice(mine, 20))

    def put_all(self, entries: Sequence[ActiveJob]) -> None:
        assert len(entries) <= ROWS_IN_TRANSACTION, "a table takes 100 rows"
        for entry in entries:
            self._put(entry)

    def update(self, active: ActiveJob) -> None:
        there = self.entries.get(active.job_id)
        if there is None or there.version != active.version:
            raise StoreConflict("update active job")
        self._put(active)

    def remove(self, job_id: str) -> None:
        self.entries.pop(job_id, None)


class FakeLine:
    """`ports.state.Line`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.waiting: dict[tuple[str, str], Job] = {}
        self.heads: dict[str, LineHead] = {}

    def first(self, provider: str, most: int) -> tuple[LineHead, list[Waiting]]:
        keys = sorted(key for name, key in self.waiting if name == provider and key < LATER)
        there = keys[:most]
        found = [Waiting(key=key, job=self.waiting[provider, key]) for key in there]
        return self.heads.get(provider, LineHead(provider=provider)), found

    def due(self, provider: str, now: datetime, most: int) -> list[Waiting]:
        keys = sorted(key for name, key in self.waiting if name == provider)
        there = [key for key in keys if LATER <= key < later(now, "~")][:most]
        return [Waiting(key=key, job=self.waiting[provider, key]) for key in there]

    def join(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            assert job.version, "only what is stored can be claimed"
            self.waiting[job.waits_for, place_of(job)] = job

    def leave(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.waiting.pop((job.waits_for, place_of(job)), None)

    def jobs(self, provider: str) -> Iterator[str]:
        for name, _ in sorted(self.waiting):
            if name == provider:
                yield self.waiting[name, _].id

    def save_head(self, head: LineHead) -> None:
        there = self.heads.get(head.provider)
        if ("" if there is None else there.version) != head.version:
            raise StoreConflict("save head")
        version = f"l{next(self._versions)}"
        self.heads[head.provider] = msgspec.structs.replace(head, version=version)


class FakeEndpointBook:
    """`ports.state.EndpointBook`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.states: dict[str, EndpointState] = {}
        self.notices: dict[tuple[str, str], Notice] = {}

    def state(self, name: str) -> EndpointState:
        return self.states.get(name) or EndpointState(name=name)

    def all(self) -> dict[str, EndpointState]:
        return dict(self.states)

    def save(self, state: EndpointState, notice: Notice | None = None) -> EndpointState:
        if self.state(state.name).version != state.version:
            raise StoreConflict("save endpoint")
        saved = msgspec.structs.replace(state, version=f"e{next(self._versions)}")
        self.states[state.name] = saved
        if notice is not None:
            self.notices[notice.partition, notice.id] = notice
        return saved


class FakeContents:
    """`ports.state.Contents`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.claims: dict[str, ContentClaim] = {}

    def claim(self, content: str) -> ContentClaim | None:
        return self.claims.get(content)

    def save(self, claim: ContentClaim) -> None:
        there = self.claim(claim.content)
        if ("" if there is None else there.version) != claim.version:
            raise StoreConflict("save claim")
        version = f"c{next(self._versions)}"
        self.claims[claim.content] = msgspec.structs.replace(claim, version=version)

    def unseen(self, since: datetime, most: int, place: str = "") -> tuple[list[ContentClaim], str]:
        found = [
            claim
            for content, claim in sorted(self.claims.items())
            if content > place and claim.looked_at is not None and claim.looked_at < since
        ]
        return found[:most], found[most - 1].content if len(found) > most else ""

    def remove(self, claim: ContentClaim) -> None:
        there = self.claim(claim.content)
        if there is not None and there.version != claim.version:
            raise StoreConflict("remove claim")
        self.claims.pop(claim.content, None)


class FakeNames:
    """`ports.state.Names`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.known: dict[str, KnownName] = {}

    def add(self, names: Sequence[KnownName]) -> dict[str, KnownName]:
        assert len({name.key for name in names}) == len(names), "a key stands twice"
        found = {name.key: self.known[name.key] for name in names if name.key in self.known}
        for name in names:
            if name.key not in found:
                self._put(name)
        return found

    def save(self, name: KnownName) -> KnownName:
        there = self.known.get(name.key)
        if there is None or there.version != name.version:
            raise StoreConflict("save name")
        return self._put(name)

    def _put(self, name: KnownName) -> KnownName:
        saved = msgspec.structs.replace(name, version=f"n{next(self._versions)}")
        self.known[name.key] = saved
        return saved


class FakeDiaries:
    """`ports.state.Diaries`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.diaries: dict[str, Diary] = {}

    def get(self, name: str) -> Diary | None:
        return self.diaries.get(name)

    def save(self, diary: Diary) -> None:
        there = self.get(diary.name)
        if ("" if there is None else there.version) != diary.version:
            raise StoreConflict("save diary")
        self._put(diary)

    def note(self, name: str, done_at: datetime) -> None:
        self._put(Diary(name=name, done_at=done_at))

    def _put(self, diary: Diary) -> None:
        version = f"d{next(self._versions)}"
        self.diaries[diary.name] = msgspec.structs.replace(diary, version=version)
