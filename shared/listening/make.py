"""Make the copy by which people hear a recording, its wave, and where it is silent: one pass."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from shared.errors import (
    DropscribeError,
    InputError,
    NoListeningCopy,
    ReaderUnavailable,
    StoreConflict,
    StoreUnavailable,
)
from shared.listening.choose import ChooseListening
from shared.listening.shelf import LONGEST, STUCK, WAVE, Places
from shared.log import event
from shared.messages import Listen
from shared.model.listening import state
from shared.model.listening.recipe import MADE_IN, ListeningRecipe, copy_stem, is_too_long
from shared.model.listening.state import ListeningCopy
from shared.model.listening.waveform import silences, wave_file
from shared.model.policy import Policy
from shared.model.recording.recording import Recording
from shared.pipeline.permits import Permits
from shared.pipeline.prepare.source import OpenAudio, in_time
from shared.ports.copies import Converter, Copies, Copying, Read
from shared.ports.demuxer import TooCostly
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

AT_ONCE = 1
"""Of a process, beside what is prepared for providers: it takes a whole core."""
LATER = timedelta(seconds=5)


class _TooSlow(Exception):
    """The execution is about to be ended."""


@dataclass(frozen=True, kw_only=True)
class MakeListening:
    """The copy of a recording as it is to be kept, from audio that is read in ranges. It passes
    from the child that makes it to storage; nothing but its wave is held."""

    converter: Converter
    clock: Clock

    def __call__(
        self, row: Recording, recipe: ListeningRecipe, read: Read, copies: Copies
    ) -> ListeningCopy:
        """Raises `StoreConflict`, and whatever `read` does."""
        began = self.clock.now()
        stem = copy_stem(row.batch_id, row.id, recipe)
        copying = copies.begin(f"{stem}.{MADE_IN.ending}", MADE_IN.media_type)
        try:
            made = self.converter.copy_to_hear(row.bytes, read, recipe, copying.put)
        except TooCostly:
            return state.failed("too_costly")
        if made.copied.unread or not made.copied.bytes:
            return state.failed("unreadable")
        copying.finish()
        _store(copies.begin(stem + WAVE, "application/octet-stream"), wave_file(made.levels))
        now = self.clock.now()
        event(
            "listening.made",
            batch=row.batch_id,
            recording=row.id,
            bytes=made.copied.bytes,
            seconds=round((now - began).total_seconds(), 1),
        )
        return ListeningCopy(
            made_at=now,
            bytes=made.copied.bytes,
            duration_ms=made.copied.duration_ms,
            channels=made.levels.channels,
            silences=silences(made.levels, made.copied.duration_ms),
        )


@dataclass(frozen=True, kw_only=True)
class HaveListening:
    """Safe to repeat, and at once on two machines: who writes first that it began is the one. What
    goes of the recording meanwhile takes its copy along."""

    store: BatchStore
    places: Places
    choose: ChooseListening
    open_audio: OpenAudio
    make: MakeListening
    queue: Queue
    policy: Policy
    clock: Clock
    permits: Permits = field(default_factory=lambda: Permits(AT_ONCE))

    def __call__(self, message: Listen) -> None:
        """Raises `StoreConflict`: the message comes again."""
        with self.permits.one() as has:
            if not has:
                self.queue.send(message, after=LATER)
                return
            row = self._row(message)
            if row is not None:
                with suppress(NoListeningCopy):
                    self._have(row, self.choose(row), message)

    def _have(self, row: Recording, recipe: ListeningRecipe, message: Listen) -> None:
        stem, now = copy_stem(row.batch_id, row.id, recipe), self.clock.now()
        copies, shelf, _ = self.places.of(row)
        copy, version = shelf.find(stem)
        if not state.may_begin(copy, now, STUCK):
            return
        copy = state.begun(copy, now)
        shelf.put(stem, copy, version)
        if copy.is_over:
            return
        _, version = shelf.find(stem)
        try:
            made = self._made(row, recipe, copies)
        except (StoreUnavailable, ReaderUnavailable) as error:
            event("step.put_off", step="listen", error=type(error).__name__, level=30)
            with suppress(DropscribeError):
                shelf.put(stem, state.put_off(copy), version)
            pause = timedelta(seconds=self.policy.storage_pause_seconds)
            self.queue.send(message, after=pause)
            return
        if self._row(message) is None:
            copies.remove_all(f"{row.batch_id}/{row.id}.")
        else:
            shelf.put(stem, made, version)

    def _made(self, row: Recording, recipe: ListeningRecipe, copies: Copies) -> ListeningCopy:
        if row.audio is not None and is_too_long(row.audio):
            return state.failed("too_long")
        until = self.clock.now() + LONGEST
        try:
            read = in_time(self.open_audio(row), lambda: self.clock.now() > until, _TooSlow)
            return self.make(row, recipe, read, copies)
        except _TooSlow:
            return state.failed("too_long")
        except (InputError, StoreConflict):
            return state.failed("gone")

    def _row(self, message: Listen) -> Recording | None:
        """None: it goes, or is gone. Whoever removes it writes that down first, and looks for
        copies then: either they find the new one, or it is found here."""
        row = self.store.recording(message.batch_id, message.recording_id)
        if row is None or self.places.of(row).is_gone(row):
            return None
        batch = self.store.batch(row.batch_id)
        return None if batch is None or batch.is_gone else row


def _store(copying: Copying, content: bytes) -> None:
    copying.put(0, content)
    copying.finish()
