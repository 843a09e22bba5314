"""Ask the providers about the jobs they have: the safety net beneath the webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from shared.errors import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    StoreConflict,
    TranscriptionMissing,
)
from shared.log import event
from shared.messages import Collect
from shared.model.batch.job import ActiveJob
from shared.model.batch.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.fail.old import FailJob, LeaveUnresolved, give_up_if_gone
from shared.pipeline.submit.resolve import resolve
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


def poll(
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    capabilities: Mapping[str, Capabilities],
    fail_job: FailJob,
    leave_unresolved: LeaveUnresolved,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """One query for all active jobs. A provider works through its jobs in order, so the oldest
    is asked about first and the rest only when it is over, or when they have not been asked
    about for the longest pause."""
    entries = sorted(active.all(), key=lambda entry: (entry.endpoint, entry.since_at))
    for name, group in groupby(entries, key=lambda entry: entry.endpoint):
        jobs, provider = list(group), endpoints.get(name)
        if provider is None:
            event("endpoint.not_configured", endpoint=name, jobs=len(jobs), level=40)
            for entry in jobs:
                with suppress(StoreConflict):
                    give_up_if_gone(
                        entry,
                        store=store,
                        active=active,
                        fail_job=fail_job,
                        leave_unresolved=leave_unresolved,
                        policy=policy,
                        now=clock.now(),
                    )
            continue
        _poll_endpoint(jobs, provider, active, queue, policy, clock)
        for entry in _unanswered(jobs, policy, clock.now()):
            with suppress(StoreConflict):  # whoever was faster knows more
                resolve(
                    entry,
                    store=store,
                    active=active,
                    endpoints=endpoints,
                    capabilities=capabilities,
                    leave_unresolved=leave_unresolved,
                    queue=queue,
                    policy=policy,
                    now=clock.now(),
                )


def _unanswered(entries: list[ActiveJob], policy: Policy, now: datetime) -> list[ActiveJob]:
    patience = timedelta(seconds=policy.resolve_after_seconds)
    return [
        entry
        for entry in entries
        if entry.transcription_id is None and now - entry.since_at > patience
    ]


def _poll_endpoint(
    jobs: list[ActiveJob],
    provider: SpeechProvider,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """What one endpoint does not answer is no reason not to ask the others."""
    try:
        _ask_in_turn(jobs, provider, active, queue, policy, clock)
    except StoreConflict:
        return  # another instance asks
    except ProviderError as error:
        event(
            "endpoint.poll_failed",
            endpoint=jobs[0].endpoint,
            error=type(error).__name__,
            code=error.code,
            level=30,
        )


def _ask_in_turn(
    jobs: list[ActiveJob],
    provider: SpeechProvider,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    older_one_runs = False
    for entry in jobs:
        if entry.transcription_id is None:
            continue
        now = clock.now()
        last = entry.polled_at or entry.since_at
        is_overdue = now - last >= timedelta(seconds=policy.poll_max_seconds)
        if older_one_runs and not is_overdue:
            continue
        if entry.next_poll_at is not None and now < entry.next_poll_at:
            older_one_runs = True
            continue
        older_one_runs = _ask(entry, entry.transcription_id, provider, active, queue, policy, now)


def _ask(
    entry: ActiveJob,
    transcription_id: str,
    provider: SpeechProvider,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    now: datetime,
) -> bool:
    """Whether the job is still running. What is over is collected; and what has been running for
    days, or is refused, is looked at there, too."""
    pause = policy.poll_pause(entry.polls + 1)
    try:
        remote = provider.status(transcription_id)
        is_running = remote.state == "running"
        pause = max(pause, timedelta(seconds=remote.retry_after_seconds or 0))
    except (TranscriptionMissing, ProviderRefused):
        is_running = False
    except ProviderThrottled as error:
        pause = timedelta(seconds=max(error.retry_after_seconds or 0, policy.poll_min_seconds))
        active.update(msgspec.structs.replace(entry, next_poll_at=now + pause))
        raise
    active.update(
        msgspec.structs.replace(
            entry,
            polls=entry.polls + 1,
            polled_at=now,
            next_poll_at=now + pause,
            out_of_reach_at=None,
        )
    )
    is_late = now - entry.since_at > timedelta(seconds=policy.submitted_seconds)
    if is_late or not is_running:
        queue.send(
            Collect(
                endpoint=entry.endpoint,
                transcription_id=transcription_id,
                batch_id=entry.batch_id,
                job_id=entry.job_id,
            )
        )
    return is_running
