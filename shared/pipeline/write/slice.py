"""Fetch, normalise, render and store the results of a slice; then one table transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from threading import Lock

import msgspec

from shared.errors import DropscribeError, ResultMalformed, ResultMissing, ResultTooLarge
from shared.log import event
from shared.messages import Collect, Finish, Plan, SliceItem, Write
from shared.model.batch.error_report import error_path
from shared.model.batch.job import OVER, Job
from shared.model.batch.places import Place, keys, keys_of
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.failure import Failure
from shared.model.failure_texts import INTERNAL, too_large, unreadable
from shared.model.money.price import PriceTable
from shared.pipeline.fail.old import may_have_failed, settle_failure
from shared.pipeline.step import AtOnce
from shared.pipeline.write.publish import Publisher
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.provider import ResultFile, SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore


def write(
    slice_: Write,
    *,
    store: BatchStore,
    audio: AudioBlobs,
    outputs: Outputs,
    transcripts_container: str,
    errors_container: str,
    endpoints: Mapping[str, SpeechProvider],
    prices: PriceTable,
    finish_now: AtOnce[Finish],
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """One query, one GET a recording, one PUT an output, one transaction, one look whether the
    job is done. What one recording lacks is settled for that recording alone. After what succeeded
    is saved, an error that may pass is raised, so that the queue brings the rest back; or the rest
    is listed anew, where a result could not be read by the link that the slice has.
    """
    job = store.job(slice_.batch_id, slice_.job_id)
    if job is None or job.state in OVER or job.endpoint is None:
        return
    rows = _rows(slice_, job, store)
    provider = endpoints.get(job.endpoint)
    if provider is None:  # the poll sees to it, and the sweep once the endpoint is back
        event("endpoint.not_configured", endpoint=job.endpoint, level=40)
        return
    publisher = Publisher(
        job,
        provider,
        audio=audio,
        outputs=outputs,
        prices=prices,
        transcripts_container=transcripts_container,
        file_of=_Files(job, provider),
    )

    def settle(item: SliceItem) -> Recording | DropscribeError | None:
        try:
            return outcome(rows[item.recording_id], item)
        except DropscribeError as error:
            return error

    def outcome(row: Recording, item: SliceItem) -> Recording | None:
        if item.failure is not None:
            return fail(row, item.failure)
        try:
            published = publisher.publish(row, item, clock.now())
            if may_have_failed(row, policy):
                outputs.remove(error_path(errors_container, row), recording=row)
            return published
        except ResultTooLarge as error:
            return fail(row, too_large(error))
        except (ResultMissing, ResultMalformed) as error:
            return _read_again_or(fail, row, unreadable(error), policy, clock.now())
        except DropscribeError:
            raise
        except Exception as error:  # a fault of ours with one result must not stop the others
            event(
                "recording.publish_failed",
                recording=row.id,
                error=type(error).__name__,
                where=_where(error),
                level=40,
            )
            return _read_again_or(fail, row, INTERNAL, policy, clock.now())

    def fail(row: Recording, failure: Failure) -> Recording:
        return settle_failure(
            row,
            failure,
            outputs=outputs,
            errors_container=errors_container,
            policy=policy,
            now=clock.now(),
        )

    items = [item for item in slice_.items if item.recording_id in rows]
    results = list(pool.map(settle, items))
    changed = {row.id: row for row in results if isinstance(row, Recording)}
    if changed:
        store.save(recordings=changed.values())
    if any(row.state == "waiting" for row in changed.values()):
        queue.send(Plan(batch_id=job.batch_id))
    if any(row.state == "planned" for row in changed.values()):
        queue.send(_list_again(job), after=timedelta(seconds=policy.refetch_seconds))
        return
    for error in results:
        if isinstance(error, DropscribeError):
            raise error
    over = Finish(batch_id=job.batch_id, job_id=job.id)
    if job.recordings == 1 and changed:
        finish_now(over)
    elif None not in results and not store.any_left(job):
        queue.send(over)


def _rows(slice_: Write, job: Job, store: BatchStore) -> dict[str, Recording]:
    """The recordings of the slice that still wait for their result, by id."""
    ids = [item.recording_id for item in slice_.items]
    rows = store.recordings(
        job.batch_id, state="planned", job_id=job.id, first=min(ids), last=max(ids)
    )
    return {row.id: row for row in rows}


def _list_again(job: Job) -> Collect:
    """All results that are left, with fresh links."""
    return Collect(
        endpoint=job.endpoint or "",
        transcription_id=job.transcription_id or "",
        batch_id=job.batch_id,
        job_id=job.id,
        again=True,
    )


_Fail = Callable[[Recording, Failure], Recording]


class _Files:
    """Whose result lies in which file, where a name was wrong: every result says its source, so
    all are read, once a slice."""

    def __init__(self, job: Job, provider: SpeechProvider) -> None:
        self._job, self._provider = job, provider
        self._found: dict[Place, ResultFile] | None = None
        self._lock = Lock()

    def __call__(self, row: Recording) -> ResultFile | None:
        with self._lock:
            if self._found is None:
                self._found = dict(self._read_all())
        mine = keys_of(row.container, row.name, row.web_url)
        return next((self._found[key] for key in mine if key in self._found), None)

    def _read_all(self) -> Iterator[tuple[Place, ResultFile]]:
        for page in self._provider.files(self._job.transcription_id or ""):
            for file in page:
                if file.kind == "result":
                    for place in keys(self._source(file)):
                        yield place, file

    def _source(self, file: ResultFile) -> str:
        try:
            return self._provider.result(file).source
        except (ResultMissing, ResultMalformed):
            return ""


def _read_again_or(
    fail: _Fail, row: Recording, failure: Failure, policy: Policy, now: datetime
) -> Recording | None:
    """None: it was tried a moment ago, in another slice or with the same link, and is about to be
    again. That counts once, for the next attempt is paid for."""
    if row.fetches and now - row.changed_at < timedelta(seconds=policy.refetch_seconds) / 2:
        return None
    if row.fetches + 1 < policy.max_fetches:
        return msgspec.structs.replace(row, fetches=row.fetches + 1, changed_at=now)
    tried = f"It was asked for {policy.max_fetches} times in the last of {row.attempt} attempts."
    return fail(row, msgspec.structs.replace(failure, reason=f"{failure.reason} {tried}"))


def _where(error: Exception) -> str:
    """File and line of the fault; the message may hold text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
