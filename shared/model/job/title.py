"""What a job is called in the list of a provider that shows titles: as its makers call it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.model.job.job import Job
from shared.model.recording.recording import Recording

AND_OTHERS = "{} and others"


def title_of(batch_title: str, part: Sequence[Recording]) -> str:
    """Of a job of that batch with these recordings: as the batch is called, else as its only
    recording is. "" where nobody called it anything, and where personal data is to be hidden:
    whoever asks for that does not have a title stand at a provider, where it may be a name."""
    if any(row.profile.options.redact for row in part):
        return ""
    alone = part[0].labels.title if len(part) == 1 else None
    return batch_title or alone or ""


def title_of_parts(parts: Iterable[Job]) -> str:
    """Of the jobs that a carrier carries: what all of them are called, else the first title, and
    that there are others. "" where none has one."""
    titles = list(dict.fromkeys(part.title for part in parts))
    first = next((title for title in titles if title), "")
    return AND_OTHERS.format(first) if first and len(titles) > 1 else first
