"""How the conversation of one recording went, as it is corrected by now."""

from __future__ import annotations

from dataclasses import dataclass

from shared.model.conversation.conversation import Conversation
from shared.model.conversation.measure import measured
from shared.revising.corrected import ReadCorrected


@dataclass(frozen=True, kw_only=True)
class TellConversation:
    """Two reads; of what an earlier release wrote also the transcript. None: the times of its
    utterances cannot be believed. Raises what `ReadCorrected` raises."""

    read: ReadCorrected

    def __call__(self, batch_id: str, recording_id: str) -> Conversation | None:
        row, outcome = self.read.row(batch_id, recording_id)
        if outcome.conversation is not None:
            return outcome.conversation
        return measured(self.read.latest(row, outcome), row.profile.roles.values())
