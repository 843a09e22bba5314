"""Put the waiting recordings of a batch into jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.messages import Change, Finish, Plan, Submit
from shared.model.batch.batch import Batch
from shared.model.batch.job import OVER, job_key
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.plan.fill import _Filler
from shared.pipeline.plan.reuse import Groups
from shared.ports.blobs import AudioBlobs
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ABANDONED_AFTER = timedelta(seconds=60)
MOST_IN_ONE_RUN = 10_000  # keeps memory flat; what is left is planned by the next message


class UnderWay:
    """The batches that this process is planning, each with whether it was asked to do so again."""

    def __init__(self) -> None:
        self._asked: dict[str, bool] = {}
        self._lock = Lock()

    def begin(self, batch_id: str) -> bool:
        """False: it is being planned already, and will be once more."""
        with self._lock:
            is_new = batch_id not in self._asked
            self._asked[batch_id] = not is_new
            return is_new

    def end(self, batch_id: str) -> bool:
        """Whether somebody asked meanwhile."""
        with self._lock:
            return self._asked.pop(batch_id)


def plan(
    batch_id: str,
    *,
    store: BatchStore,
    audio: AudioBlobs,
    queue: Queue,
    capabilities: Mapping[str, Capabilities],
    reuse: Callable[[Groups], Groups],
    spend: Callable[[Batch, Groups], Groups],
    policy: Policy,
    clock: Clock,
    new_id: Callable[[], str],
    under_way: UnderWay,
) -> None:
    """Two plans of one batch at the same moment are safe: every recording enters a job in a
    transaction that holds only if nobody else took it. In one process they are one: where much
    comes in late, message after message would read the same thousands of rows. `reuse` and `spend`
    are the use-cases of that name with their ports: not every recording has to be paid for, or
    may be."""
    if not under_way.begin(batch_id):
        return
    try:
        _plan(
            batch_id,
            store=store,
            audio=audio,
            queue=queue,
            capabilities=capabilities,
            reuse=reuse,
            spend=spend,
            policy=policy,
            clock=clock,
            new_id=new_id,
        )
    finally:
        is_asked_again = under_way.end(batch_id)
    if is_asked_again:
        queue.send(Plan(batch_id=batch_id), after=timedelta(seconds=policy.late_seconds))


def _plan(
    batch_id: str,
    *,
    store: BatchStore,
    audio: AudioBlobs,
    queue: Queue,
    capabilities: Mapping[str, Capabilities],
    reuse: Callable[[Groups], Groups],
    spend: Callable[[Batch, Groups], Groups],
    policy: Policy,
    clock: Clock,
    new_id: Callable[[], str],
) -> None:
    batch = store.batch(batch_id)
    if batch is not None and batch.deleted_at is not None:
        batch = _revived(batch, store)
    if batch is None or batch.is_gone:
        return
    now = clock.now()
    if now < batch.closes_at:
        queue.send(Plan(batch_id=batch_id), after=batch.closes_at - now)
        return
    if batch.cancelled_at is not None:
        if not batch.is_expanding:
            queue.send(Change(batch_id=batch_id))
        return
    waiting, due_at = _group_waiting(store, batch_id, now)
    waiting = spend(batch, reuse(waiting))
    if batch.is_expanding:
        waiting = _full_jobs(waiting, capabilities)
    if waiting:
        store.open_batch(batch)
    conflicts = 0
    fault: Exception | None = None
    for group in waiting.values():
        try:
            filler = _Filler(group, store=store, queue=queue, clock=clock, new_id=new_id)
            limits = capabilities[group[0].profile.provider]
            conflicts += filler.fill(limits, _whole_container(group, limits, audio))
        except DropscribeError:
            raise
        except Exception as error:  # a fault of ours with one group must not stop the others
            fault = error
    if fault is not None:
        raise fault
    if batch.is_expanding:
        return  # the rest is planned when all is there
    if conflicts:
        due_at = now + policy.backoff(0)
    if due_at is not None:
        queue.send(Plan(batch_id=batch_id), after=max(due_at - now, timedelta(seconds=1)))
    elif not _close_abandoned(store, batch_id, now, queue) and not waiting:
        store.open_batch(batch)  # it may hold a refused recording that no report knows yet
        queue.send(Finish(batch_id=batch_id))


def _revived(batch: Batch, store: BatchStore) -> Batch | None:
    """Audio that was dropped into a batch after it was deleted makes it one again. None: none
    came, and there is nothing to do."""
    note = store.note_version(batch.id)
    if next(iter(store.recordings(batch.id, page=1)), None) is None:
        if note is not None:
            store.close_batch(batch.id, note)
        return None
    store.save_batch(
        msgspec.structs.replace(
            batch, deleted_at=None, finished_at=None, cancelled_at=None, reported=0
        )
    )
    return store.batch(batch.id)


def _group_waiting(
    store: BatchStore, batch_id: str, now: datetime
) -> tuple[dict[str, list[Recording]], datetime | None]:
    """Recordings by what a job must share, and when there is more to plan, if ever."""
    groups: dict[str, list[Recording]] = {}
    due_at: datetime | None = None
    for count, recording in enumerate(store.recordings(batch_id, state="waiting")):
        if count == MOST_IN_ONE_RUN:
            return groups, now
        not_before = recording.not_before_at
        if not_before is not None and not_before > now:
            due_at = min(due_at or not_before, not_before)
            continue
        groups.setdefault(job_key(recording.profile, recording.cohort), []).append(recording)
    return groups, due_at


def _full_jobs(
    groups: dict[str, list[Recording]], capabilities: Mapping[str, Capabilities]
) -> dict[str, list[Recording]]:
    """Of a batch that still grows, what fills jobs to the last place."""
    full = {}
    for key, group in groups.items():
        profile = group[0].profile
        most = capabilities[profile.provider].most_files(profile.mode)
        if len(group) >= most and not profile.container_jobs:
            full[key] = group[: len(group) - len(group) % most]
    return full


def _whole_container(group: list[Recording], limits: Capabilities, audio: AudioBlobs) -> str | None:
    """The container that may go to the provider as a whole: its profile says so, and what is
    in it now is exactly what is in the group, version by version."""
    containers = {recording.container for recording in group}
    if any(recording.web_url is not None for recording in group):
        return None
    may = group[0].profile.container_jobs and limits.supports_container
    most = limits.recordings_per_container_job or 0
    if not may or len(containers) != 1 or len(group) > most:
        return None
    container = containers.pop()
    there = {(entry.name, entry.etag) for entry in audio.list(container)}
    return container if there == {(r.name, r.etag) for r in group} else None


def _close_abandoned(store: BatchStore, batch_id: str, now: datetime, queue: Queue) -> bool:
    """Send off jobs whose planner died while filling them. Returns whether any job is open."""
    is_open = False
    for job in store.jobs(batch_id):
        is_open = is_open or job.state not in OVER
        if job.state == "planning" and job.changed_at < now - ABANDONED_AFTER:
            closed = msgspec.structs.replace(job, state="planned", changed_at=now)
            try:
                store.save(closed)
            except StoreConflict:
                continue
            queue.send(Submit(batch_id=batch_id, job_id=job.id))
    return is_open
