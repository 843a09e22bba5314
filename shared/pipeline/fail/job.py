"""Take the recordings out of a job that failed, each on the way that its failure asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from shared.log import event
from shared.messages import Finish, Plan
from shared.model.failure import Failure
from shared.model.job import transitions as jobs
from shared.model.job.carrier import batches_of
from shared.model.job.job import Job
from shared.model.money.spending import money_back
from shared.model.policy import Policy
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import waiting_again
from shared.pipeline.fail.try_again_or_fail import SaveSettled, SettleFailure
from shared.ports.ground import UseCase
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class FailJob(UseCase):
    """The job is over, and its recordings go on without it. One that is at a provider is ended by
    its finish, which deletes the copy there. Safe to repeat from any point. Raises `StoreConflict`
    where somebody else is at it too."""

    settle: SettleFailure
    save_settled: SaveSettled

    def __call__(
        self,
        job: Job,
        failure: Failure,
        *,
        known: Mapping[str, Failure] | None = None,
        split: bool = True,
    ) -> None:
        """`known` are failures of single recordings by id. The others, if there is more than one,
        go back in line in two halves (`split`), so that the culprit soon stands alone and its
        neighbours succeed; that uses up no attempt. A failure that may pass is first tried again
        as a whole. A job that was not sent gives its money back, too."""
        self._give_back(job, failure, known or {}, split)
        if job.transcription_id is None:
            self.store.save(jobs.failed(job, failure, self.clock.now()))
            self.active.remove(job.id)
        else:
            self.store.save(msgspec.structs.replace(job, failure=failure))
        self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        for batch_id in batches_of(job):
            self.queue.send(Plan(batch_id=batch_id))

    def _give_back(
        self, job: Job, failure: Failure, known: Mapping[str, Failure], split: bool
    ) -> None:
        left = self.store.rows_left(job)
        rows = list(left if job.is_sent else map(money_back, left))
        others = [row for row in rows if row.id not in known]
        changed = [self.settle(row, known[row.id]) for row in rows if row.id in known]
        if len(others) > 1 and split and not self._may_pass(others[0], failure):
            changed += self._halves(others, job)
        else:
            changed += [self.settle(row, failure) for row in others]
        self.save_settled(changed)
        event(
            "job.given_back",
            batch=job.batch_id,
            job=job.id,
            recordings=len(rows),
            code=failure.code,
            level=30,
        )

    def _may_pass(self, row: Recording, failure: Failure) -> bool:
        return failure.retryable and row.attempt < self.policy.max_attempts

    def _halves(self, rows: list[Recording], job: Job) -> list[Recording]:
        now, middle = self.clock.now(), len(rows) // 2
        return [
            waiting_again(
                row, now, attempt=row.attempt, cohort=f"{job.id}{'a' if i < middle else 'b'}"
            )
            for i, row in enumerate(rows)
        ]


@dataclass(frozen=True, kw_only=True)
class CountFault:
    """A step that was refused, or that failed in the end, is one of a few that a job may have:
    then the job fails."""

    store: BatchStore
    fail_job: FailJob
    policy: Policy

    def __call__(self, job: Job, failure: Failure) -> None:
        faults = job.faults + 1
        event(
            "job.faulted",
            batch=job.batch_id,
            job=job.id,
            code=failure.code,
            faults=faults,
            level=40,
        )
        if faults < self.policy.max_faults:
            self.store.save(msgspec.structs.replace(job, faults=faults))
        else:
            self.fail_job(job, failure, split=failure.kind == "ours")
