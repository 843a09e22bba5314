"""Carries out what somebody asked of a batch. The header says what, so that it is done even where
every message is lost: the sweep sends another one."""

from __future__ import annotations

from dataclasses import dataclass

from shared.batches.cancel import CarryOutCancel
from shared.batches.delete import CarryOutDelete
from shared.batches.retry import CarryOutRetry
from shared.keeping.remove import CarryOutRemovals
from shared.messages import Change
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class ChangeBatch:
    """To delete goes before all else, what goes of recordings before to retry, and that before to
    cancel. Nothing asked for: nothing."""

    store: BatchStore
    delete: CarryOutDelete
    remove: CarryOutRemovals
    retry: CarryOutRetry
    cancel: CarryOutCancel

    def __call__(self, message: Change) -> None:
        batch = self.store.batch(message.batch_id)
        if batch is None:
            return
        if batch.deleting is not None:
            self.delete(batch)
        elif batch.removing is not None:
            self.remove(batch, message.after)
        elif batch.retry_at is not None:
            self.retry(batch, message.after)
        elif batch.cancelled_at is not None and not batch.is_expanding:
            self.cancel(batch, message.after)
