"""The glossary of a profile: it grows with corrections, and people take out what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.recording.recording import Recording
from shared.model.revision.glossary import Glossary, learnt, with_learnt, without
from shared.model.revision.revision import Revision
from shared.model.transcript.transcript import Transcript
from shared.ports.blobs import Glossaries
from shared.ports.queue import Clock

TRIES = 5
_decoder = msgspec.json.Decoder(Glossary)


@dataclass(frozen=True, kw_only=True)
class KeepGlossary:
    """A read; for a change also a write, which only one of several at once can make."""

    glossaries: Glossaries
    clock: Clock

    def __call__(self, profile: str) -> Glossary:
        return self._read(profile)[0]

    def learn(self, row: Recording, revision: Revision, machine: Transcript) -> None:
        """Of what is to be hidden nothing is learnt, nor of who goes back to what the machine
        heard. What keeps it from being stored keeps nobody from correcting."""
        pairs = list(learnt(revision.changes, {one.id: one.text for one in machine.utterances}))
        if not pairs or row.profile.options.redact:
            return
        try:
            self._change(row.profile.name, lambda there: with_learnt(there, pairs, revision.at))
        except DropscribeError as error:
            event("glossary.not_kept", error=type(error).__name__, level=30)

    def forget(self, profile: str, meant: str) -> None:
        """Raises `StoreConflict` where others change it all the time."""
        self._change(profile, lambda there: without(there, meant))

    def _change(self, profile: str, change: Callable[[Glossary], Glossary]) -> None:
        for _ in range(TRIES):
            there, version = self._read(profile)
            changed = change(there)
            if changed == there:
                return
            if self.glossaries.write(profile, msgspec.json.encode(changed), version):
                return
        raise StoreConflict("glossary")

    def _read(self, profile: str) -> tuple[Glossary, str | None]:
        found = self.glossaries.read(profile)
        return (Glossary(), None) if found is None else (_decoder.decode(found[0]), found[1])
