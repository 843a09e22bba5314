"""What is known of each listening copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shared.errors import StoreConflict
from shared.messages import Listen
from shared.model.keeping.removal import is_asked
from shared.model.listening.recipe import ListeningRecipe, copy_stem
from shared.model.listening.state import ListeningCopy, asked, is_due
from shared.model.recording.recording import Recording
from shared.ports.copies import Copies
from shared.ports.listening import ListeningNotes
from shared.ports.queue import Clock, Queue

LONGEST = timedelta(seconds=510)
"""Of the ten minutes that an execution has."""
STUCK = LONGEST + timedelta(seconds=90)
"""Nobody is at it any more."""
NOTE, WAVE = ".json", ".dat"
_decoder = msgspec.json.Decoder(ListeningCopy)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """`stem` is the name of a copy without an ending."""

    notes: ListeningNotes

    def find(self, stem: str) -> tuple[ListeningCopy | None, str | None]:
        """With the version that the next one takes the place of."""
        found = self.notes.read(stem + NOTE)
        return (None, None) if found is None else (_decoder.decode(found[0]), found[1])

    def put(self, stem: str, copy: ListeningCopy, version: str | None) -> None:
        """Raises `StoreConflict` where somebody was first."""
        if not self.notes.write(stem + NOTE, msgspec.json.encode(copy), version):
            raise StoreConflict("listening note")


class Place(NamedTuple):
    """A container of copies, and what is known of them. They are kept for so many `days`; None: as
    outputs are, also where the audio goes."""

    copies: Copies
    shelf: Shelf
    days: int | None

    def is_gone(self, row: Recording) -> bool:
        """Whether its sound is not to be heard any more, whatever is left of it."""
        return is_asked(row, "outputs" if self.days is None else "audio") or is_asked(
            row, "contents"
        )

    @property
    def kept(self) -> timedelta:
        """What is younger is there for as long as a link lives, and longer."""
        if self.days is None:
            return timedelta.max
        return timedelta(days=self.days) - timedelta(hours=12)


class Places(NamedTuple):
    """Copies in which personal data is hidden lie apart from those in which everything is heard."""

    whole: Place
    redacted: Place

    def of(self, row: Recording) -> Place:
        """Where the copy of a recording lies."""
        return self.whole if row.profile.options.redact_audio == "keep" else self.redacted


@dataclass(frozen=True, kw_only=True)
class AskForListening:
    """What is known of the copy; where there is none, a message has it made. However many ask at
    once, one message is sent."""

    places: Places
    queue: Queue
    clock: Clock

    def __call__(self, row: Recording, recipe: ListeningRecipe) -> ListeningCopy:
        now, stem = self.clock.now(), copy_stem(row.batch_id, row.id, recipe)
        place = self.places.of(row)
        copy, version = place.shelf.find(stem)
        if not is_due(copy, now, STUCK, place.kept):
            assert copy is not None
            return copy
        wanted = asked(copy, now)
        try:
            place.shelf.put(stem, wanted, version)
        except StoreConflict:  # somebody else asks at this moment
            return wanted
        self.queue.send(Listen(batch_id=row.batch_id, recording_id=row.id))
        return wanted
