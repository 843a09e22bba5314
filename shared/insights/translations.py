"""Where the translations of a recording lie, and what its row says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.errors import StoreConflict
from shared.insights.shelf import InsightsShelf
from shared.model.insights.translation import Parts
from shared.model.recording.output_names import parts_name, translated_name
from shared.model.recording.recording import Recording
from shared.model.recording.translating import Translating, Translation, language_done
from shared.model.transcript.transcript import Transcript
from shared.outputs.formats import FORMATS, render_all
from shared.ports.blobs import Outputs
from shared.ports.state import BatchStore

_parts = msgspec.json.Decoder(Parts)


@dataclass(frozen=True, kw_only=True)
class TranslationShelf:
    """`insights` reads rows and transcripts, and tells nobody of what is saved. What goes of the
    recording meanwhile takes its translations along."""

    insights: InsightsShelf
    store: BatchStore
    outputs: Outputs

    def save(self, row: Recording, there: Translating) -> Recording:
        """With its new version. Raises `StoreConflict` where the row is not as it was."""
        self.store.save(recordings=[msgspec.structs.replace(row, translating=there)])
        saved = self.store.recording(row.batch_id, row.id)
        if saved is None or saved.translating != there:
            raise StoreConflict("a recording changed while it was translated")
        return saved

    def parts(self, row: Recording, language: str) -> Parts:
        """What was translated so far."""
        content = self.outputs.read_own(_parts_of(row, language), row.id)
        return Parts() if content is None else _parts.decode(content)

    def keep_parts(self, row: Recording, language: str, parts: Parts) -> None:
        content = msgspec.json.encode(parts)
        path = _parts_of(row, language)
        self.outputs.put(path, content, "application/json", recording=row)
        if self._is_gone(row):
            self.outputs.remove(path, recording=row)

    def store_translation(self, row: Recording, language: str, transcript: Transcript) -> None:
        """Captions first, the JSON last, then the row that says so."""
        written = row.outcome.outputs if row.outcome else {}
        rendered = render_all(transcript, list(written), row.profile.caption_speakers)
        paths = {
            name: self.outputs.put(
                translated_name(written[name], written["json"], language),
                content,
                FORMATS[name].media_type,
                recording=row,
            )
            for name, content in rendered.items()
        }
        if self._is_gone(row):
            for path in paths.values():
                self.outputs.remove(path, recording=row)
        else:
            assert transcript.translation is not None
            done = Translation(outputs=paths)
            self.note(row, language, done, transcript.translation.made_at)

    def note(self, row: Recording, language: str, what: Translation, now: datetime) -> None:
        """What became of that language."""
        there = row.translating or Translating()
        self.save(row, language_done(there, language, what, now))

    def remove_parts(self, row: Recording) -> None:
        """Once nobody needs them any more."""
        for language in row.translating.done if row.translating else ():
            self.outputs.remove(_parts_of(row, language), recording=row)

    def _is_gone(self, row: Recording) -> bool:
        there = self.insights.row(row.batch_id, row.id)
        batch = self.store.batch(row.batch_id)
        return there is None or batch is None or batch.is_gone


def _parts_of(row: Recording, language: str) -> str:
    assert row.outcome is not None
    return parts_name(row.outcome.outputs["json"], language)
