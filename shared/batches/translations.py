"""What was said in another language is handed out."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shared.batches.outputs import Fetched, file_name, read_written, why_missing
from shared.batches.status import existing
from shared.errors import OutputMissing, RecordingMissing
from shared.model.insights.translation import TRANSLATION_PROBLEMS
from shared.model.recording.recording import Recording
from shared.model.recording.translating import Translating
from shared.model.transcript.transcript import Transcript
from shared.outputs import formats
from shared.ports.blobs import Outputs
from shared.ports.state import BatchStore

_transcripts = msgspec.json.Decoder(Transcript)


@dataclass(frozen=True, kw_only=True)
class FetchTranslation:
    """A transcript in one of the languages that its profile wants, in one of `formats.FORMATS`: as
    it was written, or made now from what was. Raises `BatchMissing`, `RecordingMissing`, and
    `OutputMissing` where there is none."""

    store: BatchStore
    outputs: Outputs

    def __call__(self, batch_id: str, recording_id: str, kind: str, language: str) -> Fetched:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing(f"the batch has no recording {recording_id}")
        written = _written(row, language)
        file = formats.FORMATS[kind]
        content = read_written(written.get(kind, written["json"]), self.outputs, row)
        if kind not in written:
            style = row.profile.caption_speakers
            content = formats.render(_transcripts.decode(content), kind, style)
        return Fetched(content, file.media_type, file_name(row, f".{language}{file.extension}"))


def _written(row: Recording, language: str) -> dict[str, str]:
    if not (row.outcome and row.outcome.outputs):
        raise OutputMissing(why_missing(row))
    if language not in row.profile.translations:
        raise OutputMissing(f"the profile asks for no translation into {language}")
    found = (row.translating or Translating()).done.get(language)
    if found is None:
        raise OutputMissing("the translation is not made yet: it comes after the transcript")
    if found.code is not None:
        raise OutputMissing(f"there is no translation: {TRANSLATION_PROBLEMS[found.code]}")
    return found.outputs
