"""How one recording's conversation went: numbers, and nothing of what was said."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class SpeakerTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one voice did. `speaker` is its id in the transcript, null where nobody told speakers
    apart; `role` is what the profile calls it.

    `words` is null where words cannot be counted. `longest_ms` is the longest of its `turns`, from
    the first word to the last. `interruptions` is how often it took the floor while another spoke,
    `response_ms` the median of how long it took to answer; null: it never did.
    """

    channel: int
    talk_ms: int
    speaker: str | None = None
    role: str | None = None
    words: int | None = None
    turns: int = 0
    longest_ms: int = 0
    interruptions: int = 0
    response_ms: int | None = None

    @property
    def words_per_minute(self) -> int | None:
        """Words a minute of its talk."""
        if self.words is None or not self.talk_ms:
            return None
        return round(self.words * 60_000 / self.talk_ms)


class Conversation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`audio_ms` is the length of the recording. In `silence_ms` of it nobody speaks, in
    `overlap_ms` more than one does. `response_ms` is the median over all answers; null: nobody
    answered anybody. `speakers` stand in the order in which they first speak."""

    audio_ms: int
    silence_ms: int
    longest_silence_ms: int = 0
    overlap_ms: int = 0
    response_ms: int | None = None
    speakers: tuple[SpeakerTalk, ...] = ()

    @property
    def talk_ms(self) -> int:
        """Of all voices together, so that overlaps count for each."""
        return sum(one.talk_ms for one in self.speakers)

    @property
    def turns(self) -> int:
        return sum(one.turns for one in self.speakers)

    @property
    def interruptions(self) -> int:
        return sum(one.interruptions for one in self.speakers)

    @property
    def longest_ms(self) -> int:
        """The longest monologue."""
        return max((one.longest_ms for one in self.speakers), default=0)

    @property
    def words_per_minute(self) -> int | None:
        """Words a minute, over the talk of all whose words can be counted."""
        return words_per_minute_of(self.speakers)

    def share_of(self, one: SpeakerTalk) -> float:
        """Of all talk, 0 to 1."""
        return round(one.talk_ms / self.talk_ms, 4) if self.talk_ms else 0.0


def words_per_minute_of(speakers: Iterable[SpeakerTalk]) -> int | None:
    """Words a minute of these together."""
    counted = [one for one in speakers if one.words is not None]
    talk_ms = sum(one.talk_ms for one in counted)
    return round(sum(one.words or 0 for one in counted) * 60_000 / talk_ms) if talk_ms else None
