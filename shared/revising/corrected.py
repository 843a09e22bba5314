"""A transcript as people have corrected it: as it is now, as the machine gave it, or in between."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from shared.batches.outputs import Fetched, file_name, read_written
from shared.batches.status import existing
from shared.errors import OutputMissing, RecordingMissing, RevisionUnfit
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording
from shared.model.revision.apply import applied
from shared.model.revision.revision import Revision
from shared.model.transcript.transcript import Transcript
from shared.outputs import formats
from shared.ports.blobs import Outputs, Revisions
from shared.ports.state import BatchStore

transcripts = msgspec.json.Decoder(Transcript)
revisions = msgspec.json.Decoder(Revision)


class Machine(NamedTuple):
    """What the provider heard, and the SHA-256 of it as it is stored."""

    transcript: Transcript
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReadCorrected:
    """The recording with what was written of it. Raises `BatchMissing`, `RecordingMissing`,
    `OutputMissing`, `RevisionUnfit`."""

    store: BatchStore
    outputs: Outputs
    revisions: Revisions

    def row(self, batch_id: str, recording_id: str) -> tuple[Recording, Outcome]:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        if row.outcome is None:
            raise OutputMissing(f"the recording has no transcript: it is {row.state}")
        if not row.outcome.outputs:
            raise OutputMissing("the transcript was removed")
        return row, row.outcome

    def machine(self, row: Recording, outcome: Outcome) -> Machine:
        content = read_written(outcome.outputs["json"], self.outputs, row)
        return Machine(transcripts.decode(content), hashlib.sha256(content).hexdigest())

    def latest(self, row: Recording, outcome: Outcome) -> Transcript:
        """One read."""
        correction = outcome.correction
        path = (correction.outputs if correction else outcome.outputs)["json"]
        return transcripts.decode(read_written(path, self.outputs, row))

    def at(self, row: Recording, outcome: Outcome, number: int) -> Transcript:
        """With the first `number` revisions: a read for each."""
        machine = self.machine(row, outcome)
        found = machine.transcript
        for each in self.history(row, outcome)[:number]:
            if each.machine_sha256 != machine.sha256:
                raise RevisionUnfit("the machine's transcript is another than the one corrected")
            found = applied(found, each)
        return found

    def history(self, row: Recording, outcome: Outcome) -> list[Revision]:
        """All of them, the oldest first: a read for each."""
        last = outcome.correction.number if outcome.correction else 0
        found = [self.one(row, number) for number in range(1, last + 1)]
        return [each for each in found if each is not None]

    def one(self, row: Recording, number: int) -> Revision | None:
        content = self.revisions.read(row, number)
        return None if content is None else revisions.decode(content)


@dataclass(frozen=True, kw_only=True)
class FetchRevision:
    """A transcript as it was at a revision, in one of `formats.FORMATS`, made now. Raises what
    `ReadCorrected` raises."""

    read: ReadCorrected

    def __call__(self, batch_id: str, recording_id: str, kind: str, number: int) -> Fetched:
        row, outcome = self.read.row(batch_id, recording_id)
        if number > (outcome.correction.number if outcome.correction else 0):
            raise OutputMissing(f"there is no revision {number} of that transcript")
        file = formats.FORMATS[kind]
        found = self.read.at(row, outcome, number)
        content = formats.render(found, kind, row.profile.caption_speakers)
        return Fetched(content, file.media_type, file_name(row, file.extension))
