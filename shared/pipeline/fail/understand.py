"""Who is transcribed has its insights and translations made, where its profile wants some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from shared.messages import Translate, Understand
from shared.model.recording.recording import Recording
from shared.ports.queue import Queue

SOON = timedelta(seconds=2)
"""The row is about to be saved."""


@dataclass(frozen=True, kw_only=True)
class AskForInsights:
    """Asks before the rows are saved, so that whoever dies in between asks once more. Without
    `is_answered` there is nobody to ask."""

    queue: Queue
    is_answered: bool

    def __call__(self, rows: Iterable[Recording]) -> None:
        for row in rows:
            if not self.is_answered or row.state != "transcribed":
                continue
            if row.profile.insights:
                self.queue.send(Understand(batch_id=row.batch_id, recording_id=row.id), after=SOON)
            if row.profile.translations:
                self.queue.send(Translate(batch_id=row.batch_id, recording_id=row.id), after=SOON)
