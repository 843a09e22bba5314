"""Somebody corrects a transcript.

The revision is stored first, under its number and only if nobody has that number: this decides who
was first. Then the corrected outputs are written, and what search is to know; then the row says so,
and with the row others are told. Whoever dies in between has done nothing that is not done again:
the next one to save, or the same one once more, finds the revision and completes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from shared.errors import RevisionConflict, StoreConflict
from shared.log import event
from shared.model.conversation.measure import measured
from shared.model.failure_texts import TO_BE_HIDDEN
from shared.model.keeping.removal import is_asked
from shared.model.recording.outcome import Correction, Outcome
from shared.model.recording.recording import Recording
from shared.model.redaction.gate import kinds_in
from shared.model.revision.apply import applied
from shared.model.revision.revision import Change, Checked, Revision
from shared.model.transcript.review import MOST, Span
from shared.model.transcript.transcript import Transcript
from shared.outputs import formats
from shared.ports.blobs import Outputs, Revisions
from shared.ports.queue import Clock
from shared.ports.state import BatchStore
from shared.revising.corrected import ReadCorrected
from shared.revising.glossary import KeepGlossary
from shared.said.keep import KeepSaid

_AT = (
    "the transcript is at revision {number} by now: read it again, and send what is still to be "
    "changed, based on that"
)


class Correcting(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for. `id` is the sender's own: the same once more is the same revision."""

    id: str
    based_on: int
    note: str = ""
    reviewed: bool = False
    checked: tuple[Checked, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviseTranscript:
    """Raises what `ReadCorrected` raises, `RevisionConflict` where somebody was first, and
    `InputError` (to_be_hidden) for what the profile hides."""

    read: ReadCorrected
    store: BatchStore
    outputs: Outputs
    revisions: Revisions
    clock: Clock
    keep_said: KeepSaid
    glossary: KeepGlossary
    corrected_container: str

    def __call__(
        self, batch_id: str, recording_id: str, asked: Correcting, author: str
    ) -> Revision:
        row, outcome = self.read.row(batch_id, recording_id)
        head = outcome.correction.number if outcome.correction else 0
        if asked.based_on != head:
            return self._known(row, head, asked)
        machine = self.read.machine(row, outcome)
        revision = Revision(
            number=head + 1,
            based_on=head,
            machine_sha256=machine.sha256,
            id=asked.id,
            author=author,
            at=self.clock.now(),
            note=asked.note,
            reviewed=asked.reviewed,
            checked=asked.checked,
            changes=asked.changes,
        )
        transcript = applied(self.read.latest(row, outcome), revision)
        _refuse_hidden(row, transcript, revision)
        if not self.revisions.add(row, revision.number, msgspec.json.encode(revision)):
            return self._completed(row, outcome, asked)
        self._write(row, outcome, revision, transcript)
        self.glossary.learn(row, revision, machine.transcript)
        return revision

    def _known(self, row: Recording, head: int, asked: Correcting) -> Revision:
        """The same sent once more, after it was stored."""
        later = (self.read.one(row, number) for number in range(asked.based_on + 1, head + 1))
        found = next((each for each in later if each is not None and each.id == asked.id), None)
        if found is None:
            raise RevisionConflict(_AT.format(number=head))
        return found

    def _completed(self, row: Recording, outcome: Outcome, asked: Correcting) -> Revision:
        """Somebody has stored that number, and may not have come to the end."""
        number = asked.based_on + 1
        there = self.read.one(row, number)
        if there is not None:
            self._write(row, outcome, there, applied(self.read.latest(row, outcome), there))
            if there.id == asked.id:
                return there
        raise RevisionConflict(_AT.format(number=number))

    def _write(
        self, row: Recording, outcome: Outcome, revision: Revision, transcript: Transcript
    ) -> None:
        made = formats.render_all(transcript, outcome.outputs, row.profile.caption_speakers)
        paths = {
            name: self.outputs.put(
                f"{self.corrected_container}/{outcome.outputs[name].partition('/')[2]}",
                content,
                formats.FORMATS[name].media_type,
                recording=row,
            )
            for name, content in made.items()
        }
        correction = Correction(
            number=revision.number,
            at=revision.at,
            author=revision.author,
            is_reviewed=revision.reviewed or _was_reviewed(outcome),
            outputs=paths,
        )
        now = replace(
            outcome,
            correction=correction,
            needs_review=transcript.needs_review,
            review_spans=_spans(transcript),
            conversation=measured(transcript, row.profile.roles.values()),
        )
        self.keep_said([self.keep_said.of(row, transcript, revision.number)])
        try:
            self.store.save(recordings=[replace(row, outcome=now, changed_at=revision.at)])
        except StoreConflict:
            self._take_back(row, paths)
            raise
        event(
            "transcript.corrected",
            batch=row.batch_id,
            recording=row.id,
            number=revision.number,
            caller=revision.author,
        )

    def _take_back(self, row: Recording, paths: dict[str, str]) -> None:
        """What was written just now, where the recording was deleted meanwhile."""
        there = self.store.recording(row.batch_id, row.id)
        if there is not None and not is_asked(there, "outputs"):
            return
        self.keep_said.forget(row)
        self.revisions.remove(row)
        for path in paths.values():
            self.outputs.remove(path, recording=row)


def _refuse_hidden(row: Recording, transcript: Transcript, revision: Revision) -> None:
    """People do not bring back by hand what was hidden. A revision is stored as it is, so it is
    refused."""
    asked = row.profile.options.redact
    if not asked:
        return
    written = [text for each in revision.changes for text in msgspec.to_builtins(each).values()]
    texts = [revision.note, *(text for text in written if isinstance(text, str))]
    found = kinds_in(transcript, texts, asked)
    if found:
        raise TO_BE_HIDDEN.error(kinds=", ".join(found))


def _was_reviewed(outcome: Outcome) -> bool:
    return outcome.correction is not None and outcome.correction.is_reviewed


def _spans(transcript: Transcript) -> tuple[Span, ...]:
    stretches = transcript.review.stretches if transcript.review else ()
    return tuple(Span(s.start_ms, s.end_ms, s.confidence or 0.0) for s in stretches[:MOST])
