"""Where the insights of a recording lie, and what its row says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.errors import StoreConflict
from shared.model.insights.document import RecordingInsights
from shared.model.keeping.removal import is_asked
from shared.model.recording import understanding as state
from shared.model.recording.output_names import insights_name
from shared.model.recording.recording import Recording, understood
from shared.model.recording.understanding import Understanding
from shared.model.transcript.transcript import Transcript
from shared.ports.blobs import Outputs
from shared.ports.state import BatchStore

_transcripts = msgspec.json.Decoder(Transcript)
_insights = msgspec.json.Decoder(RecordingInsights)


@dataclass(frozen=True, kw_only=True)
class InsightsShelf:
    """`store` tells nobody of what it saves: the recording was told of when it was transcribed.
    What goes of the recording meanwhile takes its insights along."""

    store: BatchStore
    outputs: Outputs

    def row(self, batch_id: str, recording_id: str) -> Recording | None:
        """None: it is gone, or what was said in it is to go."""
        row = self.store.recording(batch_id, recording_id)
        return None if row is None or _is_going(row) else row

    def transcript(self, row: Recording) -> Transcript | None:
        """As it was stored; None: it is gone, or an older release wrote it."""
        path = _transcript_of(row)
        content = self.outputs.read_own(path, row.id) if path else None
        try:
            return _transcripts.decode(content) if content else None
        except msgspec.DecodeError:
            return None

    def save(self, row: Recording, there: Understanding) -> Recording:
        """With its new version. Raises `StoreConflict` where the row is not as it was."""
        self.store.save(recordings=[understood(row, there)])
        saved = self.store.recording(row.batch_id, row.id)
        if saved is None or saved.understanding != there:
            raise StoreConflict("a recording changed while its insights were made")
        return saved

    def store_insights(self, row: Recording, document: RecordingInsights, now: datetime) -> None:
        """What was paid for first, then the row that says so. Where the recording went meanwhile,
        both go."""
        path = self._put(row, document)
        if path is not None:
            self._note(row, path, now, document)

    def keep(self, row: Recording, document: RecordingInsights) -> None:
        """What is known of them while others are still asked. The row does not say so: it goes
        with the rest of what it has."""
        self._put(row, document)

    def _put(self, row: Recording, document: RecordingInsights) -> str | None:
        path = _transcript_of(row)
        if path is None:
            return None
        content = msgspec.json.format(msgspec.json.encode(document), indent=2)
        return self.outputs.put(insights_name(path), content, "application/json", recording=row)

    def stored(self, row: Recording) -> RecordingInsights | None:
        """What somebody stored who was cut short before the row said so, or who kept what there
        was."""
        path = _insights_of(row)
        content = self.outputs.read_own(path, row.id) if path else None
        try:
            return _insights.decode(content) if content else None
        except msgspec.DecodeError:
            return None

    def note(self, row: Recording, document: RecordingInsights, now: datetime) -> None:
        """Have the row say that it is stored."""
        path = _insights_of(row)
        if path is not None:
            self._note(row, path, now, document)

    def _note(self, row: Recording, path: str, now: datetime, document: RecordingInsights) -> None:
        there = self.row(row.batch_id, row.id)
        batch = self.store.batch(row.batch_id)
        if there is None or batch is None or batch.is_gone:
            self.outputs.remove(path, recording=row)
            return
        before = there.understanding or Understanding()
        has_all, sentiment = not document.not_made, document.sentiment
        done = state.stored(before, path, now, has_all=has_all, sentiment=sentiment)
        self.store.save(recordings=[understood(there, done)])


def _transcript_of(row: Recording) -> str | None:
    return row.outcome.outputs.get("json") if row.outcome else None


def _insights_of(row: Recording) -> str | None:
    path = _transcript_of(row)
    return insights_name(path) if path else None


def _is_going(row: Recording) -> bool:
    return is_asked(row, "outputs") or is_asked(row, "contents")
