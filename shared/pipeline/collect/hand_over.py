"""What becomes of a job whose provider was asked about it: its results are handed on in slices, or
it fails, or it goes on running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.errors import EndpointDown, ProviderUnavailable, StoreConflict
from shared.log import event
from shared.messages import Finish, SliceItem, Write
from shared.model.failure_texts import NO_RESULT, OVERDUE, UNAVAILABLE, VANISHED
from shared.model.job import transitions as jobs
from shared.model.job.carrier import is_single
from shared.model.job.job import Job
from shared.model.job.standing import standing
from shared.pipeline.collect.slices import (
    CutSlices,
    files_of,
    known_failures,
    read_report,
    told_failures,
    waits_for_money,
)
from shared.pipeline.fail.copy import cancel_copy
from shared.pipeline.fail.job import FailJob
from shared.pipeline.now_or_later import AtOnce
from shared.ports.ground import UseCase
from shared.ports.provider import ProviderReport, RemoteStatus, ResultFile, SpeechProvider


class _Asked(NamedTuple):
    """A job, how long it had stood when its provider was asked, and whether somebody tried in vain
    to write its one result at once."""

    job: Job
    provider: SpeechProvider
    at: datetime
    is_late: bool
    was_tried: bool = False


@dataclass(frozen=True, kw_only=True)
class HandOver(UseCase):
    """Whoever loses in saving the job leaves the slices to the winner. It is saved only once there
    is nothing more to ask of the provider, so that an outage in between does not leave it half
    handed over."""

    cut_slices: CutSlices
    fail_job: FailJob
    write_now: AtOnce[Write]
    write_single: Callable[[Job, Write], bool]

    def __call__(
        self,
        job: Job,
        provider: SpeechProvider,
        remote: RemoteStatus | None,
        *,
        was_tried: bool = False,
    ) -> None:
        """`remote` is what the provider says, None: that it knows no such transcription."""
        now = self.clock.now()
        is_late = standing(job, self.policy, now) == "late"
        asked = _Asked(job, provider, now, is_late, was_tried)
        if remote is None:
            self._fail_or_finish(job)
        elif remote.state == "failed":
            self._fail(asked, remote)
        elif remote.state == "succeeded":
            self._collect(asked, remote)
        elif is_late:
            cancel_copy(job, provider)
            self.fail_job(job, OVERDUE, split=False)

    def at_once(self, job: Job, provider: SpeechProvider, remote: RemoteStatus) -> bool | None:
        """Whether the result of a job of one recording is written. `job` is as it was when it was
        sent. False: something was in the way; None: it is not so any more."""
        asked = _Asked(job, provider, self.clock.now(), is_late=False)
        try:
            return self._written_at_once(asked, files_of(job, provider, remote), remote)
        except StoreConflict:
            return None

    def _fail_or_finish(self, job: Job) -> None:
        """No recording is to blame for a copy that was deleted; and where none is left that waits
        for it, its finish deleted it and was cut short before it wrote that down."""
        is_settled = job.state == "collecting" or job.failure is not None
        if is_settled and not self.store.any_left(job):
            self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        else:
            self.fail_job(job, VANISHED, split=False)

    def _fail(self, asked: _Asked, remote: RemoteStatus) -> None:
        """As a whole; those that the list or the report names go their own ways."""
        files: list[ResultFile] = []
        try:
            files = files_of(asked.job, asked.provider, remote)
            report = read_report(asked.provider, files)
        except ProviderUnavailable:
            if not asked.is_late:
                raise
            report = ProviderReport()
        rows = list(self.store.items_left(asked.job))
        known = known_failures(report, rows) | told_failures(files, rows)
        self.fail_job(asked.job, remote.failure or NO_RESULT, known=known)

    def _collect(self, asked: _Asked, remote: RemoteStatus) -> None:
        job = asked.job
        try:
            files = files_of(job, asked.provider, remote)
            at_once = False if asked.was_tried else self._is_or_was_written(asked, files, remote)
            if at_once:
                return
            slices = list(self.cut_slices(job, files, asked.provider))
        except EndpointDown:
            raise
        except ProviderUnavailable:
            if not asked.is_late:
                raise
            self.fail_job(job, UNAVAILABLE, split=False)
            return
        is_in_vain = bool(slices) and not waits_for_money(files)
        if asked.is_late and job.state == "collecting" and is_in_vain:
            self.fail_job(job, UNAVAILABLE, split=False)
            return
        model, ended_at = remote.model, remote.completed_at
        self.store.save(jobs.collecting(job, model, ended_at, self.policy, asked.at))
        event("job.collected", batch=job.batch_id, job=job.id, slices=len(slices), files=len(files))
        self._send(job, slices, was_tried=at_once is not None)

    def _is_or_was_written(
        self, asked: _Asked, files: Sequence[ResultFile], remote: RemoteStatus
    ) -> bool | None:
        try:
            return self._written_at_once(asked, files, remote)
        except StoreConflict:
            return True  # somebody else is at it, or was

    def _written_at_once(
        self, asked: _Asked, files: Sequence[ResultFile], remote: RemoteStatus
    ) -> bool | None:
        """A job of one recording, whose result is there: the row and the job are over in one
        transaction. False: something kept that from being done; None: it is no such job. Raises
        `StoreConflict`."""
        job = asked.job
        if not is_single(job) or job.state != "submitted":
            return None
        told = [file for file in files if file.kind != "report"]
        if len(told) != 1 or told[0].kind != "result" or told[0].index not in (0, None):
            return None
        [file] = told
        item = SliceItem(
            recording_id=job.first,
            name=file.name,
            url=file.url,
            bytes=file.bytes,
            seen="there" if job.lane else "",  # it was read in that version
        )
        message = Write(batch_id=job.batch_id, job_id=job.id, items=(item,))
        now = jobs.collecting(job, remote.model, remote.completed_at, self.policy, asked.at)
        return self.write_single(now, message)

    def _send(self, job: Job, slices: list[Write], *, was_tried: bool) -> None:
        if not slices:
            self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        elif job.recordings == 1 and not was_tried:
            self.write_now(slices[0])
        else:
            for slice_ in slices:
                self.queue.send(slice_)
