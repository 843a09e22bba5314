"""The failed recordings of a batch are tried once more, as if for the first time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import islice

import msgspec

from shared.batches.entries import Entry, ExamineEntry
from shared.batches.insist import insist
from shared.errors import BatchMissing, DropscribeError
from shared.log import event
from shared.messages import Change, Plan
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.failure_texts import AUDIO_REPLACED
from shared.model.keeping.removal import is_asked
from shared.model.manifest.manifest import Head, Item
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import looked_at_again, waiting_again
from shared.pipeline.fail.try_again_or_fail import FailRecording
from shared.pipeline.register.dropped import ExamineAgain
from shared.ports.blobs import Outputs, Requests
from shared.ports.ground import UseCase

ROWS_IN_RUN = 100
Look = Callable[[Recording], Recording | None]


@dataclass(frozen=True, kw_only=True)
class RetryBatch(UseCase):
    """Asks for it; it is carried out by messages, and the batch is open until there is another
    report. A batch that was cancelled goes on. Raises `BatchMissing`, `StoreConflict`."""

    def __call__(self, batch_id: str) -> Batch:
        return insist(lambda: self._ask(batch_id))

    def _ask(self, batch_id: str) -> Batch:
        batch = self.store.batch(batch_id)
        if batch is None or batch.is_gone:
            raise BatchMissing(f"there is no batch {batch_id}")
        if batch.error_report is not None:
            return batch  # a manifest that was refused has no recordings
        batch = batches.to_be_retried(batch, self.clock.now())
        self.store.open_batch(batch)  # the sweep looks at open batches only, should nobody go on
        self.store.save_batch(batch)
        self.store.open_batch(batch)  # once more: somebody may have closed it, with nothing to do
        event("batch.retried", batch=batch_id)
        self.queue.send(Change(batch_id=batch_id))
        return batch


@dataclass(frozen=True, kw_only=True)
class CarryOutRetry(UseCase):
    """A hundred failed recordings; then the next message. The last one lets the batch go on. What
    was refused at the door is looked at as it is now: `examine_entry` does so with an entry of a
    request, `examine_again` with a dropped recording."""

    requests: Requests
    examine_entry: ExamineEntry
    examine_again: ExamineAgain
    fail: FailRecording
    outputs: Outputs
    pool: Executor

    def __call__(self, batch: Batch, after: str) -> None:
        """`after` is the id of the recording up to which it was done, or ""."""
        first = f"{after}!" if after else None
        failed = self.store.recordings(batch.id, state="failed", first=first, page=2 * ROWS_IN_RUN)
        rows = list(islice(failed, ROWS_IN_RUN))
        self._try_again(batch, [row for row in rows if _is_due(row, batch)])
        if len(rows) == ROWS_IN_RUN:
            self.queue.send(Change(batch_id=batch.id, after=rows[-1].id))
            return
        self.store.save_batch(batches.retried(batch))
        self.queue.send(Plan(batch_id=batch.id))

    def _try_again(self, batch: Batch, due: list[Recording]) -> None:
        """Raises the first error, after all had their turn."""
        results = list(self.pool.map(partial(self._again, self._look(batch, due)), due))
        changed = [row for row in results if isinstance(row, Recording)]
        if changed:
            self.store.save(recordings=changed)
        for error in results:
            if isinstance(error, DropscribeError):
                raise error

    def _look(self, batch: Batch, due: list[Recording]) -> Look:
        if batch.items is None or all(_is_as_looked_at(row) for row in due):
            return self.examine_again
        positions = {row.item for row in due if row.item is not None}
        items, head = self.requests.find(batch, positions), self.requests.head(batch)
        return partial(self._look_at, batch, head, items)

    def _look_at(
        self, batch: Batch, head: Head, items: Mapping[int, Item], row: Recording
    ) -> Recording | None:
        """What the entry would be now; None for a prefix or container that brought nothing."""
        item = items.get(row.item) if row.item is not None else None
        if item is None or (item.is_listing and row.name.endswith("*") and not row.etag):
            return None
        entry = Entry(row.item or 0, item, row.container, row.name, listed=item.is_listing)
        return looked_at_again(row, self.examine_entry(batch, head, entry))

    def _again(self, look: Look, row: Recording) -> Recording | DropscribeError:
        """The row in line again, or failed anew; an error that may pass is returned, so that the
        others have their turn."""
        now = self.clock.now()
        try:
            found = row if _is_as_looked_at(row) else look(row)
            if found is None:
                return msgspec.structs.replace(row, changed_at=now)
            if found is not row and found.failure is not None:
                return self.fail(found, found.failure)
            if row.error_report is not None:
                self.outputs.remove(row.error_report, recording=row)
        except DropscribeError as error:
            return error
        return waiting_again(_blank(found), now, attempt=1, cohort="")


def _is_as_looked_at(row: Recording) -> bool:
    """What was refused was not looked at whole, and what was replaced since is another."""
    is_another = row.failure is not None and row.failure.code == AUDIO_REPLACED.code
    return row.audio is not None and not is_another


def _is_due(row: Recording, batch: Batch) -> bool:
    """One that failed since somebody asked has had its turn. One that was deleted has none."""
    is_gone = is_asked(row, "contents")
    return not is_gone and batch.retry_at is not None and row.changed_at < batch.retry_at


def _blank(row: Recording) -> Recording:
    """Without what the tries before have left. It is not left out any more."""
    return msgspec.structs.replace(
        row,
        failure=None,
        removal=None,
        cleared=None,
        error_report=None,
        endpoint=None,
        transcription_id=None,
        submitted_at=None,
        outcome=None,
        decisions=tuple(made for made in row.decisions if made.what != "over_budget"),
    )
