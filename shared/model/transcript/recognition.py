"""What a provider's wire code hands over: the provider's result in our units, nothing added.

Not yet sorted, not yet merged, speakers still under the provider's labels. Turning it into a
`Transcript` is `shared/model/transcript/normalise.py`.
"""

from __future__ import annotations

import msgspec

from shared.model.transcript.insights import Insights
from shared.model.transcript.transcript import Alternative, Timing, Word

MOST_CHANNELS, MOST_VOICES = 64, 500
"""No provider tells more apart (35 speakers, 64 channels at most); voices are counted by channel,
and a provider that works piece by piece may name one person several times."""


class RecognisedUtterance(msgspec.Struct, frozen=True, kw_only=True):
    """One phrase of one channel. `speaker` is the provider's own label, "" for none.

    `is_masked` tells that the provider hid words in `text` that other forms may still hold;
    `text_itn` is then the masked form. A `timing` of "interpolated" tells that the provider gave
    no time: start and end mean nothing then."""

    start_ms: int
    end_ms: int
    channel: int = 0
    speaker: str = ""
    language: str | None = None
    confidence: float | None = None
    text: str = ""
    text_itn: str | None = None
    text_lexical: str | None = None
    is_masked: bool = False
    words: tuple[Word, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    timing: Timing = "provider"


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """One recording as the provider heard it.

    `source` is the provider's own word for which input this is (a URL, whose query is already
    cut off, or a path), the only sure way to match result and recording.
    `warnings` are sentences for the reader of the transcript. `is_mixed` tells that all channels
    were heard as one, channel 0.
    """

    source: str
    duration_ms: int | None = None
    utterances: tuple[RecognisedUtterance, ...] = ()
    warnings: tuple[str, ...] = ()
    insights: Insights = Insights()
    is_mixed: bool = False

    @property
    def is_possible(self) -> bool:
        """Whether a recording can have so many channels and voices."""
        channels = {utterance.channel for utterance in self.utterances}
        voices = {(utterance.channel, utterance.speaker) for utterance in self.utterances}
        return len(channels) <= MOST_CHANNELS and len(voices) <= MOST_VOICES
