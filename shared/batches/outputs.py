"""What was written for a batch is handed out: a recording's transcript, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shared.batches.status import existing
from shared.errors import OutputMissing, RecordingMissing
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript
from shared.outputs import formats
from shared.outputs import report as reports
from shared.outputs.report.links import relinked
from shared.ports.blobs import OutputLinks, Outputs
from shared.ports.state import BatchStore
from shared.ports.unredacted import Unredacted

LINKS_LIVE = timedelta(hours=12)
_NOT_YET = "the insights are not made yet: they come after the transcript"
_GONE = "what was written is not there any more"
_KEPT_NO_MORE = "nothing unredacted is kept of it, or not any more"
_transcripts = msgspec.json.Decoder(Transcript)


class Fetched(NamedTuple):
    """`name` is what the file may be called where it is saved."""

    content: bytes
    media_type: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FetchTranscript:
    """In one of `formats.FORMATS`: as it was written, or made now from what was; as people have
    corrected it, or as the machine gave it. Raises `BatchMissing`, `RecordingMissing`, and
    `OutputMissing` where there is no transcript."""

    store: BatchStore
    outputs: Outputs

    def __call__(
        self, batch_id: str, recording_id: str, kind: str, *, of_machine: bool = False
    ) -> Fetched:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing(f"the batch has no recording {recording_id}")
        written = row.outcome.outputs if row.outcome else {}
        if not written:
            raise OutputMissing(why_missing(row))
        if row.outcome and row.outcome.correction and not of_machine:
            written = row.outcome.correction.outputs
        file = formats.FORMATS[kind]
        content = read_written(written.get(kind, written["json"]), self.outputs, row)
        if kind not in written:
            content = formats.render(
                _transcripts.decode(content), kind, row.profile.caption_speakers
            )
        return Fetched(content, file.media_type, file_name(row, file.extension))


@dataclass(frozen=True, kw_only=True)
class FetchInsights:
    """What a language model says of a transcript, as it was stored. Raises `BatchMissing`,
    `RecordingMissing`, and `OutputMissing` where there is nothing."""

    store: BatchStore
    outputs: Outputs

    def __call__(self, batch_id: str, recording_id: str) -> Fetched:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing(f"the batch has no recording {recording_id}")
        there = row.understanding
        if not (row.outcome and row.outcome.outputs):
            raise OutputMissing(why_missing(row))
        if there is None or there.path is None:
            asks = bool(row.profile.insights)
            raise OutputMissing(_NOT_YET if asks else "the profile asks for no insights")
        content = read_written(there.path, self.outputs, row)
        return Fetched(content, "application/json", file_name(row, ".insights.json"))


@dataclass(frozen=True, kw_only=True)
class FetchUnredacted:
    """A transcript as it was before anything was hidden in it, where its profile has that kept.
    Raises `BatchMissing`, `RecordingMissing`, and `OutputMissing` where there is none."""

    store: BatchStore
    unredacted: Unredacted

    def __call__(self, batch_id: str, recording_id: str) -> Fetched:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing(f"the batch has no recording {recording_id}")
        if not (row.outcome and row.outcome.outputs):
            raise OutputMissing(why_missing(row))
        content = self.unredacted.read(row) if row.profile.keep_unredacted else None
        if content is None:
            kept = row.profile.keep_unredacted
            raise OutputMissing(_KEPT_NO_MORE if kept else "the profile keeps nothing unredacted")
        return Fetched(content, "application/json", file_name(row, ".unredacted.json"))


@dataclass(frozen=True, kw_only=True)
class FetchReport:
    """In one of `reports.FORMATS`. The links of the page, which are relative where it lies, lead to
    the outputs from everywhere, for `LINKS_LIVE`: to those that have the names by now, so whoever
    may not see all gets a page without. Raises `BatchMissing`, `OutputMissing`."""

    store: BatchStore
    outputs: Outputs
    output_links: OutputLinks
    reports_container: str

    def __call__(self, batch_id: str, kind: str, *, with_links: bool = True) -> Fetched:
        batch = existing(batch_id, self.store)
        if batch.finished_at is None or batch.error_report is not None:
            raise OutputMissing("the batch has no report: it is written when the batch is over")
        name = f"{batch.id}.{kind}"
        content = self.outputs.read(f"{self.reports_container}/{name}")
        if content is None:
            raise OutputMissing(_GONE)
        if kind == "html":
            content = relinked(content, self._link if with_links else _no_link)
        return Fetched(content, reports.FORMATS[kind].media_type, name)

    def _link(self, path: str) -> str:
        return self.output_links.link(path, LINKS_LIVE)


def _no_link(_path: str) -> None:
    return None


def file_name(row: Recording, extension: str) -> str:
    """What an output of it may be called where it is saved."""
    return f"{row.name.rpartition('/')[2]}{extension}"


def why_missing(row: Recording) -> str:
    """Why it has no outputs."""
    if row.removal is not None and row.removal.outputs_at is not None:
        return f"the transcript was removed on {row.removal.outputs_at:%Y-%m-%d}"
    if row.failure is not None:
        return f"the recording failed and has no transcript: {row.failure.reason}"
    return f"the recording is not transcribed yet: it is {row.state}"


def read_written(path: str, outputs: Outputs, row: Recording) -> bytes:
    """An output that the row names. Raises `OutputMissing` where it has gone."""
    for whose in (row.id, *([row.same_as.recording_id] if row.same_as else [])):
        content = outputs.read_own(path, whose)
        if content is not None:
            return content
    raise OutputMissing(_GONE)
