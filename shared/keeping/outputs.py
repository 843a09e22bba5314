"""All that was made of a recording goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.model.recording.output_names import insights_name, parts_name, translated_name
from shared.model.recording.recording import Recording
from shared.ports.blobs import Outputs, Revisions
from shared.ports.copies import Copies
from shared.ports.unredacted import Unredacted


@dataclass(frozen=True, kw_only=True)
class RemoveOutputs:
    """What search finds, rows for analysis, transcript and captions, insights, translations,
    corrected ones, corrections themselves, error report, the copies that its provider got and that
    people hear, and what is kept unredacted. Safe to repeat. What other recordings have under the
    same names stays.
    With `keeps_redacted_audio` a copy in which something is hidden is an output."""

    outputs: Outputs
    revisions: Revisions
    copies: Copies
    listening: Copies
    redacted_audio: Copies
    keeps_redacted_audio: bool
    unredacted: Unredacted
    forget_said: Callable[[Recording], None]

    def __call__(self, row: Recording) -> None:
        if row.state == "transcribed" or row.job_id is not None:
            self.forget_said(row)  # of one that failed somebody may have kept it, and died
        self.copies_of(row)
        self._redacted_audio_of(row)
        if row.profile.keep_unredacted:
            self.unredacted.remove(row)
        paths = [row.error_report] if row.error_report else []
        if row.outcome is not None:
            self.revisions.remove(row)  # one may be there of which the row does not know yet
            paths += row.outcome.outputs.values()
        if row.outcome is not None and row.outcome.correction is not None:
            paths += row.outcome.correction.outputs.values()
        if row.understanding is not None and row.outcome is not None:
            paths += map(insights_name, filter(None, [row.outcome.outputs.get("json")]))
        paths += _translations(row)
        for path in paths:
            self.outputs.remove(path, recording=row)

    def copies_of(self, row: Recording) -> None:
        """Those alone: they are sound, and go with the audio, too, unless they are outputs."""
        if row.copy is not None:
            self.copies.remove_all(f"{row.batch_id}/{row.id}.")
        self.listening.remove_all(f"{row.batch_id}/{row.id}.")
        if not self.keeps_redacted_audio:
            self._redacted_audio_of(row)

    def _redacted_audio_of(self, row: Recording) -> None:
        if row.profile.options.redact_audio != "keep":
            self.redacted_audio.remove_all(f"{row.batch_id}/{row.id}.")

    def forget_batch(self, batch_id: str, *, with_outputs: bool) -> None:
        """Copies of all its recordings, and what is kept of them unredacted."""
        for copies in (self.copies, self.listening):
            copies.remove_all(f"{batch_id}/")
        if with_outputs or not self.keeps_redacted_audio:
            self.redacted_audio.remove_all(f"{batch_id}/")
        self.unredacted.remove_all(batch_id)


def _translations(row: Recording) -> Iterator[str]:
    """All that may have been stored of one that was begun, also by somebody who died."""
    written = row.outcome.outputs if row.outcome and row.translating else {}
    if "json" in written:
        for language in row.profile.translations:
            yield parts_name(written["json"], language)
            for path in written.values():
                yield translated_name(path, written["json"], language)
