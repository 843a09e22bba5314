"""Reads what was said, for the page of a batch's report."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shared.errors import DropscribeError
from shared.model.batch.report import BatchReport, ReportItem
from shared.model.transcript.transcript import Transcript
from shared.outputs.report.said import Said, said_in
from shared.ports.blobs import Outputs

MOST_READ = 100
"""Of a larger batch the page tells no words: each costs a read."""
_transcripts = msgspec.json.Decoder(Transcript)


@dataclass(frozen=True, kw_only=True)
class ReadSaid:
    """None: there is no transcript, or it cannot be read; words are no reason to hold up a page."""

    outputs: Outputs

    def __call__(self, item: ReportItem) -> Said | None:
        path = item.outputs.get("json")
        if item.state != "transcribed" or path is None:
            return None
        try:
            content = self.outputs.read_own(path, item.recording_id)
            if content is None:
                return None
            return said_in(_transcripts.decode(content), item.review_spans)
        except (DropscribeError, msgspec.DecodeError):
            return None


def is_told(header: BatchReport) -> bool:
    """Whether the page of this batch holds what was said."""
    return header.counts.transcribed <= MOST_READ
