"""Words for players that highlight what is being said: one flat list, in the order of the text."""

from __future__ import annotations

import msgspec

from shared.model.transcript.transcript import Transcript, Word
from shared.outputs.captions.runs import name_of
from shared.outputs.spoken import spoken_words


class PlayedWord(Word, frozen=True, gc=False, kw_only=True):
    """`utterance` is the id of the one that it belongs to, `speaker` the role, label or channel,
    null where nobody tells."""

    utterance: int
    channel: int
    speaker: str | None


def write_words(transcript: Transcript) -> bytes:
    """A JSON list of words as they are displayed; `[]` where nothing was said."""
    channels = len({utterance.channel for utterance in transcript.utterances})
    is_told = bool(transcript.speakers) or channels > 1
    found = []
    for utterance in transcript.utterances:
        name = name_of(utterance, channels) if is_told or utterance.role else None
        found += [
            PlayedWord(
                *msgspec.structs.astuple(word),
                utterance=utterance.id,
                channel=utterance.channel,
                speaker=name,
            )
            for word in spoken_words(utterance, transcript.language.code)
        ]
    return msgspec.json.encode(found)
