"""Carries out what somebody asked of a batch. The header says what, so that it is done even where
every message is lost: the sweep sends another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor

from shared.batches.cancel import carry_out_cancel
from shared.batches.delete import carry_out_delete
from shared.batches.entries import Registrar
from shared.batches.retry import carry_out_retry
from shared.messages import Change
from shared.model.batch.batch import Batch
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.ports.blobs import Outputs, Requests
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


def change(
    message: Change,
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    requests: Requests,
    registrar: Callable[[Batch], Registrar],
    look_again: Callable[[Recording], Recording | None],
    outputs: Outputs,
    errors_container: str,
    reports_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """To delete goes before to retry, and that before to cancel. Nothing asked for: nothing."""
    batch = store.batch(message.batch_id)
    if batch is None:
        return
    if batch.deleting is not None:
        carry_out_delete(
            batch,
            store=store,
            requests=requests,
            outputs=outputs,
            reports_container=reports_container,
            clock=clock,
            pool=pool,
        )
    elif batch.retry_at is not None:
        carry_out_retry(
            message,
            batch,
            store=store,
            requests=requests,
            registrar=registrar,
            look_again=look_again,
            outputs=outputs,
            errors_container=errors_container,
            queue=queue,
            policy=policy,
            clock=clock,
            pool=pool,
        )
    elif batch.cancelled_at is not None and not batch.is_expanding:
        carry_out_cancel(
            batch,
            store=store,
            active=active,
            endpoints=endpoints,
            outputs=outputs,
            errors_container=errors_container,
            queue=queue,
            policy=policy,
            clock=clock,
            pool=pool,
        )
