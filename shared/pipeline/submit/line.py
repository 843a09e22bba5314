"""Send what waits in a line: as many jobs at a time as there is room for.

A job on its own is a line of one. Small jobs wait in lines of thousands, and one message goes along
each, so that they wait without a message of their own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import Submit
from shared.model.batch.job import Job
from shared.pipeline.submit.fall_over import FallOver
from shared.pipeline.submit.room import MOMENT
from shared.pipeline.submit.step import AT_ONCE, SendJobs
from shared.ports.ground import UseCase
from shared.ports.state import EndpointBook


@dataclass(frozen=True, kw_only=True)
class SubmitLine(UseCase):
    """Safe to repeat, and to be done by two at once: only who writes an intent sends a job. A job
    that is not planned any more is somebody else's."""

    book: EndpointBook
    fall_over: FallOver
    send: SendJobs

    def __call__(self, message: Submit) -> None:
        last = message.last or message.job_id
        jobs = self.store.planned_jobs(message.batch_id, message.job_id, last, AT_ONCE)
        states = self.book.all()
        going = [job for job in jobs if not self.fall_over(job, states)]
        rest = self.send(going, states) if going else None
        if rest is not None:
            self._wait(message, rest.first, max(rest.pause, MOMENT))
        elif len(jobs) == AT_ONCE:
            after = f"{jobs[-1].id}!"  # sorts next
            self.queue.send(msgspec.structs.replace(message, job_id=after))

    def _wait(self, message: Submit, first: Job, pause: timedelta) -> None:
        """The next step begins with this job, after the pause. The last job of the line tells that
        somebody is at it, so that the sweep adds no second message."""
        self.queue.send(msgspec.structs.replace(message, job_id=first.id), after=pause)
        keeper = self.store.job(first.batch_id, message.last or first.id)
        if keeper is not None and keeper.state == "planned":
            with suppress(DropscribeError):  # the message is sent, which is what counts
                self._note_waiting(keeper, pause)

    def _note_waiting(self, job: Job, pause: timedelta) -> None:
        """What has been waiting for long is told of in the log, now and then. Raises
        `StoreConflict`."""
        now = self.clock.now()
        since_at, told_at = job.waiting_since_at or now, job.told_at
        is_to_tell = self.policy.is_waiting_long(since_at, told_at, now)
        self.store.save(
            msgspec.structs.replace(
                job,
                changed_at=now + pause,
                waiting_since_at=since_at,
                told_at=now if is_to_tell else told_at,
            )
        )
        if is_to_tell:
            _tell_of_waiting(job, now - since_at)


def _tell_of_waiting(job: Job, waiting: timedelta) -> None:
    event(
        "job.waiting_long",
        batch=job.batch_id,
        job=job.id,
        provider=job.provider,
        hours=int(waiting.total_seconds() // 3600),
        level=40,
    )
