"""Listen to the channels of a recording, and make the copy that its provider gets in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import DropscribeError, InputError, ReaderUnavailable, StoreUnavailable
from shared.log import event
from shared.messages import Plan, Prepare
from shared.model.failure import Failure, failure_of
from shared.model.failure_texts import NOT_PREPARED, PREPARING_FAILED, SPEECHLESS, TOO_COSTLY
from shared.model.preparing.channels import WINDOWS, judge
from shared.model.preparing.recipe import Recipe, anew, copy_name
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import fit
from shared.model.recording.recording import Recording, with_notes
from shared.model.recording.transitions import prepared, preparing
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.pipeline.permits import Permits
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.prepare.source import OpenAudio, in_time
from shared.ports.copies import Converter, Copied, Copies, HasGaps, Read
from shared.ports.demuxer import TooCostly
from shared.ports.ground import UseCase
from shared.ports.queue import Clock

_HOLDS = {"silence": "silence", "none": "steady noise or tones, such as hiss, hum or a fax,"}
AT_ONCE = 2
"""Of a process: converting takes a whole core."""
MOST_TRIES = 5
LATER = timedelta(seconds=20)
GATHERING = timedelta(seconds=5)
LONGEST = timedelta(seconds=510)
"""Of the ten minutes that an execution has."""
_MOST_BAD, _LEAST_HEARD = 0.05, 0.9


@dataclass(frozen=True, kw_only=True)
class SeekSpeech:
    """Nobody pays for a recording in which there is surely none."""

    converter: Converter

    def __call__(self, row: Recording, read: Read) -> None:
        """Raises `InputError`."""
        if row.preparation is None or not row.preparation.seeks_speech:
            return
        found = self.converter.speech(row.bytes, read)
        event("speech.sought", batch=row.batch_id, recording=row.id, found=found)
        if found != "perhaps":
            raise SPEECHLESS.error(what=_HOLDS[found])


@dataclass(frozen=True, kw_only=True)
class ListenToChannels:
    """The recording as it is to be carried out, by what its channels hold."""

    converter: Converter
    capabilities: Mapping[str, Capabilities]

    def __call__(self, row: Recording, read: Read) -> Recording:
        """Raises `InputError`."""
        assert row.audio is not None
        windows = self.converter.listen(row.bytes, read, WINDOWS)
        heard = judge(windows, row.audio.channels)
        event("channels.heard", batch=row.batch_id, recording=row.id, kind=heard.kind)
        asked = msgspec.structs.replace(row.profile, options=row.asked or row.profile.options)
        fitted = fit(row.audio, asked, self.capabilities, heard=heard)
        return msgspec.structs.replace(
            row,
            profile=fitted.profile,
            preparation=fitted.preparation,
            heard=heard,
            notes=with_notes(row.notes, fitted.notes),
        )


@dataclass(frozen=True, kw_only=True)
class MakeCopy:
    """Blocks pass from the child that makes them to storage; nothing is kept in between."""

    copies: Copies
    converter: Converter
    capabilities: Mapping[str, Capabilities]
    clock: Clock

    def __call__(self, row: Recording, read: Read) -> Recording:
        """The recording with its copy, which is there. Raises `InputError`, `StoreConflict`."""
        preparation = row.preparation
        if preparation is None or preparation.recipe is None:
            return prepared(row, None, self.clock.now())
        began, recipe = self.clock.now(), preparation.recipe
        try:
            copied, name = self._copied(row, recipe, read)
        except HasGaps:
            recipe = self._decoding(row, recipe)
            copied, name = self._copied(row, recipe, read)
        took = self.clock.now() - began
        event(
            "copy.made",
            batch=row.batch_id,
            recording=row.id,
            format=recipe.format,
            bytes=copied.bytes,
            seconds=round(took.total_seconds(), 1),
        )
        preparation = msgspec.structs.replace(
            preparation,
            recipe=recipe,
            seeks_speech=False,
            strand_ms=copied.duration_ms if recipe.end_to_end else 0,
        )
        row = msgspec.structs.replace(row, preparation=preparation)
        notes = _notes(preparation.why, recipe, copied, took)
        return prepared(row, self.copies.path(name), self.clock.now(), *notes)

    def _copied(self, row: Recording, recipe: Recipe, read: Read) -> tuple[Copied, str]:
        name = f"{row.batch_id}/{copy_name(row.id, recipe)}"
        copying = self.copies.begin(name, recipe.made_in.media_type)
        try:
            copied = self.converter.copy(row.bytes, read, recipe, copying.put)
        except TooCostly:
            raise TOO_COSTLY.error() from None
        _check(row, recipe, copied)
        copying.finish()
        return copied, name

    def _decoding(self, row: Recording, recipe: Recipe) -> Recipe:
        """In place of one that takes the sound as it is."""
        assert row.audio is not None
        found = anew(recipe, row.audio, self.capabilities[row.profile.provider])
        if found is None:
            raise NOT_PREPARED.error(why="no format that the provider reads would hold it")
        return found


@dataclass(frozen=True, kw_only=True)
class PrepareRecording(UseCase):
    """Safe to repeat, and at once on two machines: both write the same, and the row is saved on
    the version that was read. Who dies halfway leaves blocks that nobody sees."""

    open_audio: OpenAudio
    seek_speech: SeekSpeech
    listen: ListenToChannels
    make_copy: MakeCopy
    permits: Permits
    settle: SettlePrepared

    def __call__(self, message: Prepare) -> None:
        """Raises `StoreConflict`: the message comes again. So it does where something is wrong with
        us, which is not charged to the recording."""
        with self.permits.one() as has:
            if not has:
                self.queue.send(message, after=LATER)
                return
            row = self._begun(message)
            if row is not None:
                self._prepare(row, message)

    def _prepare(self, row: Recording, message: Prepare) -> None:
        try:
            found = self._ready(row)
        except (StoreUnavailable, ReaderUnavailable) as error:
            event("step.put_off", step="prepare", error=type(error).__name__, level=30)
            with suppress(DropscribeError):
                self.store.save(recordings=[preparing(row, -1)])
            pause = timedelta(seconds=self.policy.storage_pause_seconds)
            self.queue.send(message, after=pause)
        else:
            self.settle(row, found)

    def _begun(self, message: Prepare) -> Recording | None:
        """The row, which says that somebody began; None: there is nothing to do. A process that
        dies over it leaves that, and after some times it is given up."""
        row = self._due(message)
        if row is None or row.preparation is None:
            return None
        if row.preparation.tries >= MOST_TRIES:
            self.settle(row, PREPARING_FAILED)
            return None
        self.store.save(recordings=[preparing(row)])
        return self.store.recording(row.batch_id, row.id)

    def _due(self, message: Prepare) -> Recording | None:
        """None: it was done, or is not wanted any more, or another message is about it."""
        row = self.store.recording(message.batch_id, message.recording_id)
        if row is None or not _is_asked(row, message):
            return None
        batch = self.store.batch(row.batch_id)
        is_wanted = batch is not None and not batch.is_gone and batch.cancelled_at is None
        return row if is_wanted else None

    def _ready(self, row: Recording) -> Recording | Failure:
        until = self.clock.now() + LONGEST
        try:
            read = in_time(self.open_audio(row), lambda: self.clock.now() > until, _too_slow)
            self.seek_speech(row, read)
            if row.preparation is not None and row.preparation.listens:
                row = self.listen(row, read)
            return self.make_copy(row, read)
        except InputError as error:
            return failure_of(error, row.said)


@dataclass(frozen=True, kw_only=True)
class SettlePrepared(UseCase):
    """The row is saved, and its batch is planned soon: many that become ready share a plan."""

    fail: FailRecording
    save_settled: SaveSettled
    pending: PendingPlans

    def __call__(self, row: Recording, found: Recording | Failure) -> None:
        """`found` is the row as it is to be, or why it fails."""
        if isinstance(found, Failure):
            found = self.fail(row, found)
        self.save_settled([found])
        self._plan_soon(row.batch_id)

    def _plan_soon(self, batch_id: str) -> None:
        now = self.clock.now()
        with self.pending.lock:
            if not self.pending.covers(batch_id, now):
                self.queue.send(Plan(batch_id=batch_id), after=GATHERING)
                self.pending.note(batch_id, now + GATHERING)


def _is_asked(row: Recording, message: Prepare) -> bool:
    """Whether the message is the last one about a recording that is not ready."""
    preparation = row.preparation
    if row.state != "waiting" or preparation is None or not preparation.is_due:
        return False
    return preparation.asked_at == message.at


def _too_slow() -> InputError:
    return NOT_PREPARED.error(why="it took longer than eight minutes")


def _check(row: Recording, recipe: Recipe, copied: Copied) -> None:
    """Raises `InputError` for what is not worth paying for."""
    if copied.unread or not copied.bytes:
        raise NOT_PREPARED.error(why="its sound cannot be read")
    if copied.bad_packets > _MOST_BAD * copied.packets:
        damaged = f"{copied.bad_packets:,} of {copied.packets:,} pieces of it are damaged"
        raise NOT_PREPARED.error(why=damaged)
    is_short = copied.duration_ms < _LEAST_HEARD * row.duration_ms
    if recipe.way == "convert" and is_short and not row.profile.accept_truncated:
        heard, there = copied.duration_ms / 1000, row.duration_ms / 1000
        raise NOT_PREPARED.error(why=f"of {there:.1f} s of sound {heard:.1f} s could be decoded")


def _notes(why: str, recipe: Recipe, copied: Copied, took: timedelta) -> Iterator[str]:
    form = recipe.made_in.name
    if recipe.way == "convert":
        form += f", {recipe.rate / 1000:g} kHz"
    size, seconds = copied.bytes / 1_000_000, max(1, round(took.total_seconds()))
    began = why[:1].upper() + why[1:] if why.startswith(("both", "all", "only")) else why
    yield f"{began}: the provider got a copy ({form}, {size:.1f} MB), made in {seconds} s."
    if copied.bad_packets:
        yield f"{copied.bad_packets} of {copied.packets} pieces of the recording are damaged."
