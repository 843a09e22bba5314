"""The listening copy of a recording, for those who may hear it: by links of a few minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.errors import NoListeningCopy
from shared.listening.choose import ChooseListening
from shared.listening.shelf import WAVE, AskForListening
from shared.log import event
from shared.model.listening.recipe import MADE_IN, copy_stem
from shared.model.listening.state import ListeningCopy, Problem
from shared.ports.blobs import OutputLinks
from shared.reading.audio import LIVES, FindAudible

_WHY: Mapping[Problem, str] = {
    "unreadable": "its sound cannot be decoded",
    "too_long": "making it would take longer than eight minutes",
    "too_costly": "reading its audio takes more than a file may",
    "gone": "its audio was changed or removed before the copy was made",
}


class Opened(NamedTuple):
    """A copy that is there. `url` and `wave_url` are secrets."""

    copy: ListeningCopy
    url: str
    wave_url: str
    expires_at: datetime
    media_type: str


@dataclass(frozen=True, kw_only=True)
class OpenListening:
    """A look at the audio, and at what is known of its copy. One that is kept as outputs are needs
    no audio. Raises as `FindAudible` does, and `NoListeningCopy`."""

    find: FindAudible
    choose: ChooseListening
    ask: AskForListening
    links: OutputLinks

    def __call__(self, batch_id: str, recording_id: str, caller: str) -> Opened | None:
        """None: it is being made. `caller` stands in the log, beside what was opened."""
        row = self.find.row(batch_id, recording_id)
        place = self.ask.places.of(row)
        if place.days is not None:
            self.find.refuse_changed(row)
        if place.is_gone(row):
            raise NoListeningCopy("the recording was deleted")
        recipe = self.choose(row)
        copy = self.ask(row, recipe)
        if copy.problem is not None:
            raise NoListeningCopy(f"there is none: {_WHY[copy.problem]}")
        if copy.made_at is None:
            return None
        event("listening.opened", batch=batch_id, recording=recording_id, caller=caller)
        stem = place.copies.path(copy_stem(batch_id, recording_id, recipe))
        return Opened(
            copy=copy,
            url=self.links.link(f"{stem}.{MADE_IN.ending}", LIVES),
            wave_url=self.links.link(stem + WAVE, LIVES),
            expires_at=self.ask.clock.now() + LIVES,
            media_type=MADE_IN.media_type,
        )
