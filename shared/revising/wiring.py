"""What people can do about a transcript, wired."""

from __future__ import annotations

from shared.ports.ground import Ground
from shared.revising.conversation import TellConversation
from shared.revising.corrected import FetchRevision, ReadCorrected
from shared.revising.glossary import KeepGlossary
from shared.revising.revise import ReviseTranscript
from shared.said.wiring import keep_said


class RevisingDesk:
    def __init__(self, ground: Ground) -> None:
        ports, store = ground.ports, ground.store
        self.read = ReadCorrected(store=store, outputs=ports.outputs, revisions=ports.revisions)
        self.fetch = FetchRevision(read=self.read)
        self.glossary = KeepGlossary(glossaries=ports.glossaries, clock=ports.clock)
        self.conversation = TellConversation(read=self.read)
        self.revise = ReviseTranscript(
            read=self.read,
            store=store,
            outputs=ports.outputs,
            revisions=ports.revisions,
            clock=ports.clock,
            keep_said=keep_said(ground),
            glossary=self.glossary,
            corrected_container=ports.corrected,
        )
