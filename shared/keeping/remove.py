"""Something goes from the recordings of a batch that is over: what is too old, or all of one.

It is written into the rows first, together with the header, so that a hold is either there before,
or finds it written; then it is carried out; then the rows say that it went. Whoever dies in between
is followed by somebody who does what is written once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

import msgspec

from shared.errors import (
    BatchBusy,
    BatchMissing,
    DropscribeError,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnfunded,
    RecordingMissing,
)
from shared.keeping.hold import refuse_held
from shared.keeping.outputs import RemoveOutputs
from shared.log import event
from shared.messages import Change, Finish
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.keeping.blank import blank
from shared.model.keeping.due import AGES, days_for, due, stays
from shared.model.keeping.removal import Part, Removing, gone, is_asked, is_pending, to_go
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.pipeline.fail.copy import tell_of_copy_left
from shared.ports.blobs import AudioBlobs
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_IN_RUN = 50


@dataclass(frozen=True, kw_only=True)
class AskForRemoval:
    """Opens a batch that is over, so that the sweep looks at it should nobody go on. Raises
    `StoreConflict`."""

    store: BatchStore
    queue: Queue

    def __call__(self, batch: Batch, removing: Removing, rows: Sequence[Recording] = ()) -> None:
        self.store.open_batch(batch)
        batch, _ = self.store.commit(batches.to_be_lightened(batch, removing), rows)
        self.store.open_batch(batch)  # once more: somebody may have closed it, with nothing to do
        self.queue.send(Change(batch_id=batch.id))


@dataclass(frozen=True, kw_only=True)
class DeleteRecording:
    """Asks for it; it is carried out by a message: all that was made of the recording goes, the
    provider's copy where it was kept, what its row says of it, and the audio if wanted. The report
    is written anew. Safe to repeat. Raises `BatchMissing`, `RecordingMissing`, `BatchBusy`,
    `OnHold`, `StoreConflict`."""

    store: BatchStore
    ask: AskForRemoval
    clock: Clock

    def __call__(self, batch_id: str, recording_id: str, *, with_audio: bool, by: str) -> None:
        batch = self.store.batch(batch_id)
        if batch is None or batch.is_gone:
            raise BatchMissing(f"there is no batch {batch_id}")
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        refuse_held(batch, row)
        parts: list[Part] = ["outputs", "contents"]
        if with_audio and row.web_url is None:
            parts.append("audio")
        if all(is_asked(row, part) for part in parts):
            return  # the sweep sees to what is not done yet
        self._refuse_busy(batch)
        now = self.clock.now()
        only = "" if batch.removing else recording_id
        there = batch.removing or Removing(at=now)
        removing = msgspec.structs.replace(there, only=only, outdates_report=True)
        self.ask(batch, removing, [to_go(row, parts, now, by)])

    def _refuse_busy(self, batch: Batch) -> None:
        if batch.removing is None and self.store.note_version(batch.id) is not None:
            raise BatchBusy("the batch is being worked on: cancel it, or wait until it is over")


@dataclass(frozen=True, kw_only=True)
class CarryOutRemovals:
    """Some recordings; then the next message. Safe to repeat. Audio goes by its age only once its
    transcript was seen, or went itself. Raises the first error, after all had their turn."""

    store: BatchStore
    queue: Queue
    clock: Clock
    audio: AudioBlobs
    remove_outputs: RemoveOutputs
    endpoints: Mapping[str, SpeechProvider]
    profiles: Sequence[Profile]
    pool: Executor

    def __call__(self, batch: Batch, after: str) -> None:
        """`after` is the id of the recording up to which it was done, or ""."""
        removing = batch.removing
        if removing is None:
            return
        batch, rows = self._written_down(batch, removing, self._rows(batch, removing.only, after))
        pairs = list(zip(rows, self.pool.map(self._carried_out, rows), strict=True))
        done = [now for row, now in pairs if isinstance(now, Recording) and now is not row]
        errors = [now for _, now in pairs if isinstance(now, DropscribeError)]
        if errors:
            self.store.commit(batch, done)
            raise errors[0]
        stay = stays(now for _, now in pairs if isinstance(now, Recording))
        removing = msgspec.structs.replace(
            removing,
            left=tuple(sorted({*removing.left, *stay})),
            outdates_report=removing.outdates_report or any(is_asked(r, "outputs") for r in done),
        )
        if len(rows) < ROWS_IN_RUN:
            self._end(batch, removing, done)
            return
        self.store.commit(msgspec.structs.replace(batch, removing=removing), done)
        self.queue.send(Change(batch_id=batch.id, after=rows[-1].id))

    def _rows(self, batch: Batch, only: str, after: str) -> list[Recording]:
        if only:
            row = self.store.recording(batch.id, only)
            return [] if row is None else [row]
        first = f"{after}!" if after else None
        found = self.store.recordings(batch.id, first=first, page=ROWS_IN_RUN)
        return list(islice(found, ROWS_IN_RUN))

    def _written_down(
        self, batch: Batch, removing: Removing, rows: list[Recording]
    ) -> tuple[Batch, list[Recording]]:
        """With what is due by its age, unless all is held, or only one was asked for."""
        if removing.only or batch.hold is not None:
            return batch, rows
        with_more = list(self.pool.map(self._with_due, rows))
        more = [now for row, now in zip(rows, with_more, strict=True) if now is not row]
        if not more:
            return batch, rows
        batch, saved = self.store.commit(batch, more)
        by_id = {row.id: row for row in saved}
        return batch, [by_id.get(row.id, row) for row in rows]

    def _with_due(self, row: Recording) -> Recording:
        in_force = {profile.name: profile for profile in self.profiles}
        now = self.clock.now()
        parts = due(row, days_for(row, in_force), now)
        if "audio" in parts and not self._is_made_up_for(row):
            parts = tuple(part for part in parts if part != "audio")
        return to_go(row, parts, now) if parts else row

    def _is_made_up_for(self, row: Recording) -> bool:
        """Whether there is a transcript, or was one; the JSON is stored last and stands for all."""
        if is_asked(row, "outputs"):
            return True
        path = row.outcome.outputs.get("json") if row.outcome else None
        whose = row.same_as.recording_id if row.same_as else row.id
        return path is not None and self.remove_outputs.outputs.has_own(path, whose)

    def _carried_out(self, row: Recording) -> Recording | DropscribeError:
        """As it is now; the same where nothing was to go. What may pass is returned, so that the
        others have their turn."""
        if not is_pending(row):
            return row
        with_audio = True
        try:
            if is_asked(row, "audio") and row.etag:
                with_audio = self.audio.remove(row.container, row.name, row.etag)
            if is_asked(row, "audio"):
                self.remove_outputs.copies_of(row)
            if is_asked(row, "outputs"):
                self.remove_outputs(row)
            if is_asked(row, "contents"):
                self._delete_copy(row)
        except DropscribeError as error:
            return error
        if not with_audio:
            event("audio.locked", batch=row.batch_id, recording=row.id, level=40)
        return blank(gone(row, with_audio=with_audio))

    def _delete_copy(self, row: Recording) -> None:
        """Where the profile had it kept; otherwise it went when the batch was finished."""
        provider = self.endpoints.get(row.endpoint or "")
        if not row.profile.keep_provider_copy or not row.transcription_id:
            return
        if provider is None:
            tell_of_copy_left(row, "endpoint_not_configured")
            return
        try:
            provider.delete(row.transcription_id)
        except (ProviderRefused, ProviderUnauthorised, ProviderUnfunded) as error:
            tell_of_copy_left(row, error.code)

    def _end(self, batch: Batch, removing: Removing, done: list[Recording]) -> None:
        """The batch is looked at once more, and closed; before that it is reported where the report
        told of what was deleted."""
        removed = tuple(part for part in AGES if part not in removing.left)
        batch = msgspec.structs.replace(batch, removing=removing)
        batch = batches.lightened(batch, batch.removed if removing.only else removed)
        self.store.commit(batch, done)
        event(
            "removal.done", batch=batch.id, recording=removing.only or None, left=len(removing.left)
        )
        again = Change(batch_id=batch.id) if batch.retry_at else Finish(batch_id=batch.id)
        self.queue.send(again)
