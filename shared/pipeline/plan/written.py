"""What was transcribed and paid for is not sent again where no row says so any more: the table was
lost, or an older copy of it was brought back. Its transcript, which says of which recording it is,
lies where it would be stored now.

Only audio that lay there for a day before it was seen is looked for, with a question each: nothing
else can have been known before.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.model.money.spending import money_back
from shared.model.recording.outcome import Transcribed
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import transcribed
from shared.model.redaction.kinds import kinds_of
from shared.model.redaction.redact import BY_PROVIDER
from shared.model.transcript.transcript import Transcript
from shared.pipeline.fail.try_again_or_fail import SaveSettled
from shared.pipeline.write.publish import job_of, outcome_of, output_paths, store_outputs
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock
from shared.said.keep import KeepSaid

LAY_THERE = timedelta(days=1)
FOUND = "Transcribed before; its row was lost, and nothing was paid again."
_decoder = msgspec.json.Decoder(Transcript)


@dataclass(frozen=True, kw_only=True)
class FindWritten:
    """The waiting recordings that have no transcript. Safe to repeat: the outputs are stored anew,
    as the profile wants them now, and then the row, on the version that was read. Raises what may
    pass, after all had their turn."""

    outputs: Outputs
    save_settled: SaveSettled
    transcripts_container: str
    keep_said: KeepSaid
    clock: Clock
    pool: Executor

    def __call__(self, waiting: Sequence[Recording]) -> list[Recording]:
        old = [row for row in waiting if _may_be_written(row)]
        if not old:
            return list(waiting)
        results = list(self.pool.map(self._looked_for, old))
        done = [found for found in results if isinstance(found, Recording)]
        self.save_settled(done)
        for found in results:
            if isinstance(found, DropscribeError):
                raise found
        ids = {row.id for row in done}
        return [row for row in waiting if row.id not in ids]

    def _looked_for(self, row: Recording) -> Recording | DropscribeError | None:
        """As it is now; None: it has no transcript, or none that can be read."""
        path = output_paths(row, self.transcripts_container)["json"]
        try:
            content = self.outputs.read_own(path, row.id)
            transcript = _decoder.decode(content) if content else None
            if transcript is None or transcript.job.recording_id != row.id:
                return None
            if not _hides_enough(transcript, row):
                return None
            return self._found(row, transcript)
        except msgspec.DecodeError:
            return None
        except DropscribeError as error:
            return error

    def _found(self, row: Recording, first: Transcript) -> Recording:
        transcript = msgspec.structs.replace(first, job=job_of(row, first.job.id))
        paths, shown = store_outputs(
            row,
            transcript,
            self.outputs,
            self.transcripts_container,
            BY_PROVIDER,  # whoever made it hid all that is to be hidden
        )
        self.keep_said([self.keep_said.of(row, shown)])
        event("recording.found_written", batch=row.batch_id, recording=row.id)
        provider = shown.provider
        at = datetime.fromisoformat(provider.submitted_at) if provider.submitted_at else None
        row = msgspec.structs.replace(money_back(row), notes=(*row.notes, FOUND))
        source = Transcribed(provider.endpoint or None, provider.transcription_id or None, at)
        return transcribed(row, outcome_of(row, shown, paths), source, self.clock.now())


def _hides_enough(transcript: Transcript, row: Recording) -> bool:
    """Whether all that is to be hidden by now was to be hidden when it was made. What only its
    provider can find is in no other transcript found any more."""
    hidden = transcript.redaction.kinds if transcript.redaction else ()
    return set(kinds_of(row.profile.options.redact)) <= set(hidden)


def _may_be_written(row: Recording) -> bool:
    is_first = row.attempt == 1 and not row.cohort
    return is_first and row.registered_at - row.last_modified_at > LAY_THERE
