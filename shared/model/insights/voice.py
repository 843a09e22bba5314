"""What a speaker is called where a transcript is read as a conversation."""

from __future__ import annotations

from shared.model.transcript.transcript import Utterance


def name_of(one: Utterance) -> str:
    """The role; where there is none, the speaker's label, or the channel. One line."""
    return " ".join((one.role or one.speaker or f"Channel {one.channel}").split())
