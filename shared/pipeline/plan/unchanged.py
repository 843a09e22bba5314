"""The same bytes under the same name are not transcribed again.

Which version of a name is the one that was to be transcribed, a row says; whoever is first for a
name writes it. A later version with the same bytes, of which the same is to be made, waits until
that one is transcribed, and then is unchanged: it has no job, and its outputs are those of the
other. Where the other fails, or its outputs are gone, the later one takes its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.money.spending import money_back
from shared.model.recording import transitions as rows
from shared.model.recording.fingerprint import (
    Fingerprint,
    KnownName,
    asked_of,
    is_same,
    may_be_same,
    name_key,
)
from shared.model.recording.recording import Recording
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.ground import UseCase
from shared.ports.indices import Names


class _Found(NamedTuple):
    """What becomes of a recording: it is planned, it waits, or it is done."""

    what: Literal["plan", "wait", "done"]
    row: Recording


@dataclass(frozen=True, kw_only=True)
class FindUnchanged(UseCase):
    """The waiting recordings that hold something new. What was dropped is looked at, not what
    somebody asked for by a request. Safe to repeat: a row is saved on the version that was read."""

    names: Names
    audio: AudioBlobs
    outputs: Outputs
    pool: Executor

    def __call__(self, waiting: Sequence[Recording]) -> list[Recording]:
        by_name: defaultdict[str, list[Recording]] = defaultdict(list)
        for row in sorted(filter(_is_looked_at, waiting), key=_order):
            by_name[name_key(row.container, row.name)].append(row)
        if not by_name:
            return list(waiting)
        known = self.names.add([_known(versions[0]) for versions in by_name.values()])
        doubtful = [
            (known.get(key), versions)
            for key, versions in by_name.items()
            if key in known or len(versions) > 1
        ]
        left = {row.id: row for row in waiting}
        for found_ones in self.pool.map(lambda pair: self._versions(*pair), doubtful):
            if isinstance(found_ones, DropscribeError):
                raise found_ones
            self._take(found_ones, left)
        return [row for row in waiting if row.id in left]

    def _take(self, found_ones: Iterable[_Found], left: dict[str, Recording]) -> None:
        done = [found.row for found in found_ones if found.what == "done"]
        for found in found_ones:
            if found.what != "plan":
                left.pop(found.row.id)
        self.store.save_all(done)

    def _versions(
        self, known: KnownName | None, versions: list[Recording]
    ) -> list[_Found] | DropscribeError:
        """Of one name, in the order of time. What may pass is returned, so that the others have
        their turn."""
        found: list[_Found] = []
        try:
            if known is None:  # the row was inserted for the first of them
                mine = _known(versions[0])
                known = self.names.add([mine])[mine.key]
            for row in versions:
                what, known = self._look(row, known)
                found.append(what)
        except StoreConflict:
            found += [_Found("wait", row) for row in versions[len(found) :]]
        except DropscribeError as error:
            return error
        return found

    def _look(self, row: Recording, known: KnownName) -> tuple[_Found, KnownName]:
        """And what is known of the name from now on."""
        is_older = (row.last_modified_at, row.etag) < (known.last_modified_at, known.audio_etag)
        if known.recording_id == row.id and known.batch_id != row.batch_id:
            # Profiles were changed between two looks at the same version.
            return self._of_twin(row, known) or _Found("plan", row), known
        if known.recording_id == row.id or is_older:
            return _Found("plan", row), known
        mine = _known(row, self._fingerprint(row, known))
        if mine.asked == known.asked and is_same(mine.fingerprint, known.fingerprint):
            found = self._of_twin(row, known)
            if found is not None:
                return found, known
        known = self.names.save(msgspec.structs.replace(mine, version=known.version))
        return _Found("plan", row), known

    def _fingerprint(self, row: Recording, known: KnownName) -> Fingerprint:
        """Where storage keeps no MD5 and all else is equal, the bytes are read through: that costs
        little beside transcribing them, and from the third version on proves them equal."""
        mine = row.fingerprint
        assert mine is not None
        if mine.md5 is not None or not may_be_same(mine, known.fingerprint):
            return mine
        return Fingerprint(mine.bytes, mine.head, self._digest(row))

    def _digest(self, row: Recording) -> str | None:
        """None: that version is not there any more."""
        try:
            return self.audio.digest(row.container, row.name, row.etag)
        except StoreConflict:
            return None

    def _of_twin(self, row: Recording, known: KnownName) -> _Found | None:
        """None: the version that is known cannot help."""
        twin = self.store.recording(known.batch_id, known.recording_id)
        if twin is None or twin.state not in ("waiting", "planned", "transcribed"):
            return None
        if not twin.is_terminal:
            return _Found("wait", row)
        if twin.outcome is None or not self._has_outputs(twin):
            return None
        event("recording.unchanged", batch=row.batch_id, recording=row.id, same_as=twin.id)
        return _Found("done", rows.unchanged(money_back(row), twin, self.clock.now()))

    def _has_outputs(self, twin: Recording) -> bool:
        """The JSON is stored last and stands for all."""
        path = twin.outcome.outputs.get("json") if twin.outcome else None
        return path is not None and self.outputs.has_own(path, twin.id)


def _is_looked_at(row: Recording) -> bool:
    """Not what comes again after it was sent, nor where every version counts."""
    is_first = row.attempt == 1 and not row.cohort
    return is_first and row.fingerprint is not None and not row.profile.every_version


def _order(row: Recording) -> tuple[object, ...]:
    return (row.last_modified_at, row.etag)


def _known(row: Recording, fingerprint: Fingerprint | None = None) -> KnownName:
    found = fingerprint or row.fingerprint
    assert found is not None
    return KnownName(
        key=name_key(row.container, row.name),
        batch_id=row.batch_id,
        recording_id=row.id,
        last_modified_at=row.last_modified_at,
        audio_etag=row.etag,
        fingerprint=found,
        asked=asked_of(row.profile),
    )
