"""Companions are read before a recording is planned: what they say decides how it is transcribed.

A recording whose profile expects one waits for it a while. Whose companion comes meanwhile has it
read by the companion's own event; the others are looked for here, those of one folder by a listing,
a single one by asking for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import msgspec

from shared.errors import DropscribeError, InputError
from shared.log import event
from shared.model.failure import Failure, failure_of
from shared.model.names import shared_beginning
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.companion_content import CompanionUnreadable, values_of
from shared.model.profile.companions import companion_name
from shared.model.profile.description import (
    Description,
    described,
    description_of,
    labelled,
    said_by_name,
    without,
)
from shared.model.profile.fit import asked_before, fit
from shared.model.profile.profile import Labels, Profile
from shared.model.recording.fingerprint import asked_of
from shared.model.recording.recording import Companion, Recording
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.ports.blobs import AudioBlobs, AudioHead
from shared.ports.ground import UseCase

SHORT = timedelta(seconds=60)  # not worth looking twice
_LISTED = 5_000
_MOST_PAGES = 2  # of a folder; beyond, each companion is asked for


class Looked(NamedTuple):
    """The recordings that can go on, and when the first of the others can."""

    rows: list[Recording]
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReadCompanions(UseCase):
    """Rows come back changed and unsaved: whoever plans them saves them. Who asks for what cannot
    be done fails here, before anything is paid."""

    audio: AudioBlobs
    capabilities: Mapping[str, Capabilities]
    fail: FailRecording
    save_settled: SaveSettled
    pool: Executor

    def __call__(self, rows: Sequence[Recording], now: datetime) -> Looked:
        awaiting = [row for row in rows if row.companion_due_at is not None]
        if not awaiting:
            return Looked(list(rows), None)
        early = {row.id for row in awaiting if now < _due(row) <= now + SHORT}
        sought = [row for row in awaiting if row.id not in early]
        there = self._listed(sought)
        found = {row.id: row for row in rows if row.companion_due_at is None}
        for row in self.pool.map(lambda row: self._read(row, there, now), sought):
            if isinstance(row, DropscribeError):
                raise row
            if row is not None:
                found[row.id] = row
        self._save_refused(found)
        waiting = [_due(row) for row in awaiting if row.id not in found]
        left = [found[row.id] for row in rows if row.id in found]
        return Looked([row for row in left if row.failure is None], min(waiting, default=None))

    def _save_refused(self, found: Mapping[str, Recording]) -> None:
        self.save_settled([row for row in found.values() if row.state == "failed"])

    def _listed(self, rows: Iterable[Recording]) -> dict[str, Collection[str]]:
        """The names in the folders in which several companions are looked for, by container and
        folder; one that is too full to be listed is left out."""
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            wanted[_folder(row)] += _names(row)
        containers = {_folder(row): row.container for row in rows}
        listed = {
            folder: self._page(containers[folder], names)
            for folder, names in wanted.items()
            if len(names) > 1
        }
        return {folder: names for folder, names in listed.items() if names is not None}

    def _page(self, container: str, names: Sequence[str]) -> Collection[str] | None:
        found: set[str] = set()
        marker, prefix = "", shared_beginning(names)
        for _ in range(_MOST_PAGES):
            try:
                page, marker = self.audio.page(container, prefix, marker, _LISTED)
            except InputError:  # the container is gone
                return found
            found |= {entry.name for entry in page}
            if not marker:
                return found
        return None

    def _read(
        self, row: Recording, there: Mapping[str, Collection[str]], now: datetime
    ) -> Recording | DropscribeError | None:
        """None: it goes on waiting. What may pass is returned, so that the others have a turn."""
        listed = there.get(_folder(row))
        try:
            for name in _names(row):
                if listed is None or name in listed:
                    head = self.audio.head(row.container, name)
                    if head is not None:
                        return self._taken(row, name, head)
        except DropscribeError as error:
            return error
        return None if now < _due(row) else _alone(row)

    def _taken(self, row: Recording, name: str, head: AudioHead) -> Recording:
        try:
            return with_companion(row, name, head, self.capabilities)
        except InputError as error:
            return self.refused(row, failure_of(error))

    def refused(self, row: Recording, failure: Failure) -> Recording:
        """What its companion asks for cannot be done. To be saved."""
        return self.fail(msgspec.structs.replace(row, companion_due_at=None), failure)


def with_companion(
    row: Recording, name: str, head: AudioHead, capabilities: Mapping[str, Capabilities]
) -> Recording:
    """A waiting recording as its companion wants it. Raises `InputError`."""
    found = description_in(row, name, head)
    row = with_description(row, found, Companion(name=name, etag=head.etag))
    profile = described(row.profile, found, row.said)
    if profile == row.profile or row.audio is None:
        return row
    fitted = fit(row.audio, profile, capabilities, heard=row.heard)
    return msgspec.structs.replace(
        row,
        profile=fitted.profile,
        notes=(*row.notes, *fitted.certain_notes),
        asked=asked_before(profile, fitted),
        preparation=fitted.preparation,
        content=_content(row, fitted.profile) if row.content is not None else None,
    )


def description_in(row: Recording, name: str, head: AudioHead) -> Description:
    """What the companion says. One that cannot be read says nothing, with a note. Raises
    `InputError`."""
    if head.bytes > len(head.data):
        return Description(notes=(f"The companion {name} is larger than 64 KiB and was not read.",))
    try:
        values = values_of(head.data, row.profile.companion_fields)
    except CompanionUnreadable as error:
        return Description(notes=(f"The companion {name} was not read: {error}.",))
    return description_of(values, name)


def with_description(row: Recording, found: Description, companion: Companion) -> Recording:
    """With the labels that a companion brings: over those of the name, beneath the recording's
    own. Those of a companion that was read before stay where it says nothing else."""
    event(
        "companion.read", batch=row.batch_id, recording=row.id, entries=len(found.labels.metadata)
    )
    named = said_by_name(row.profile, row.name).labels
    own = without(row.labels, named)
    labels = labelled(labelled(own, found.labels), named)
    if row.companion is not None:  # a newer version of it, whose words count
        labels = labelled(found.labels, row.labels)
    return msgspec.structs.replace(
        row,
        labels=_with_title(labels, row.labels),
        notes=(*row.notes, *found.notes),
        companion=companion,
        companion_due_at=None,
    )


def _with_title(labels: Labels, before: Labels) -> Labels:
    """The id by which its sender knows it never changes."""
    if before.client_item_id is None:
        return labels
    return msgspec.structs.replace(labels, client_item_id=before.client_item_id)


def _content(row: Recording, fitted: Profile) -> str:
    """Other options make it another content."""
    return sha256(f"{row.content} {asked_of(fitted)}".encode()).hexdigest()


def _alone(row: Recording) -> Recording:
    """Nobody came."""
    note = f"No companion came within {row.profile.companion_wait_seconds} s."
    return msgspec.structs.replace(row, companion_due_at=None, notes=(*row.notes, note))


def _due(row: Recording) -> datetime:
    assert row.companion_due_at is not None
    return row.companion_due_at


def _names(row: Recording) -> list[str]:
    return [companion_name(row.name, pattern) for pattern in row.profile.companions]


def _folder(row: Recording) -> str:
    return f"{row.container}/{row.name.rpartition('/')[0]}"
