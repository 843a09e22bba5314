"""What many conversations have in common, by what they are grouped by.

Times and counts add up. The median of answers is over the recordings, so that a long one counts as
much as a short one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median
from typing import NamedTuple

import msgspec

from shared.model.conversation.conversation import Conversation, SpeakerTalk, words_per_minute_of

MOST_GROUPS = 200
MOST_KEYS = 20
METADATA = "metadata."


class Measured(NamedTuple):
    """One recording: how its conversation went (None: nobody knows), when its batch came in, and
    what it can be grouped by."""

    day: date
    conversation: Conversation | None
    language: str | None
    confidence: float | None
    metadata: Mapping[str, str]


class RoleTalk(msgspec.Struct, frozen=True, kw_only=True):
    """What those did whom the profile calls so. `talk_share` is of all talk in the recordings in
    which the role is, 0 to 1."""

    role: str
    recordings: int
    talk_ms: int
    talk_share: float
    words_per_minute: int | None
    longest_ms: int
    interruptions: int
    response_ms: int | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the day, or what the recordings have in common; "": those that have nothing there.
    Sums are over those that are `measured`. `confidence` is the mean, weighted by length."""

    name: str
    recordings: int
    measured: int
    audio_ms: int
    talk_ms: int
    silence_ms: int
    longest_silence_ms: int
    overlap_ms: int
    turns: int
    interruptions: int
    words_per_minute: int | None
    response_ms: int | None
    longest_ms: int
    confidence: float | None
    roles: tuple[RoleTalk, ...]


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """`all` is over everything that was looked at. Of more than `MOST_GROUPS` groups the largest
    are told, and how many are `left_out`. `keys` are those of the metadata that are there most."""

    all: Group
    groups: tuple[Group, ...]
    left_out: int
    keys: tuple[str, ...]


def summed(found: Iterable[Measured], by: str) -> Sums:
    """`by` is "day", "language", or `metadata.` and a key."""
    whole, parts, keys = _Sum(), dict[str, _Sum](), Counter[str]()
    for one in found:
        whole.add(one)
        parts.setdefault(_name(one, by), _Sum()).add(one)
        keys.update(one.metadata.keys())
    largest = sorted(parts.items(), key=lambda pair: (-pair[1].recordings, pair[0]))[:MOST_GROUPS]
    if by == "day":
        largest.sort(key=lambda pair: pair[0])
    return Sums(
        all=whole.group(""),
        groups=tuple(part.group(name) for name, part in largest),
        left_out=len(parts) - len(largest),
        keys=tuple(key for key, _ in keys.most_common(MOST_KEYS)),
    )


def _name(one: Measured, by: str) -> str:
    if by == "day":
        return one.day.isoformat()
    if by == "language":
        return one.language or ""
    return one.metadata.get(by.removeprefix(METADATA), "")


class _Sum:
    """Keeps the numbers of each recording, for the medians."""

    def __init__(self) -> None:
        self.recordings = 0
        self._measured: list[Conversation] = []
        self._weighted, self._weight_ms = 0.0, 0

    def add(self, one: Measured) -> None:
        self.recordings += 1
        if one.conversation is None:
            return
        self._measured.append(one.conversation)
        if one.confidence is not None:
            self._weighted += one.confidence * one.conversation.audio_ms
            self._weight_ms += one.conversation.audio_ms

    def group(self, name: str) -> Group:
        found = self._measured
        return Group(
            name=name,
            recordings=self.recordings,
            measured=len(found),
            audio_ms=sum(one.audio_ms for one in found),
            talk_ms=sum(one.talk_ms for one in found),
            silence_ms=sum(one.silence_ms for one in found),
            longest_silence_ms=max((one.longest_silence_ms for one in found), default=0),
            overlap_ms=sum(one.overlap_ms for one in found),
            turns=sum(one.turns for one in found),
            interruptions=sum(one.interruptions for one in found),
            words_per_minute=words_per_minute_of(
                speaker for one in found for speaker in one.speakers
            ),
            response_ms=_median(one.response_ms for one in found),
            longest_ms=max((one.longest_ms for one in found), default=0),
            confidence=round(self._weighted / self._weight_ms, 4) if self._weight_ms else None,
            roles=tuple(self._roles()),
        )

    def _roles(self) -> Iterable[RoleTalk]:
        by_role: dict[str, list[tuple[Conversation, SpeakerTalk]]] = {}
        for one in self._measured:
            for speaker in one.speakers:
                if speaker.role:
                    by_role.setdefault(speaker.role, []).append((one, speaker))
        for role, pairs in sorted(by_role.items()):
            yield _role(role, pairs)


def _role(role: str, pairs: list[tuple[Conversation, SpeakerTalk]]) -> RoleTalk:
    talk_ms = sum(speaker.talk_ms for _, speaker in pairs)
    there = {id(one): one.talk_ms for one, _ in pairs}
    return RoleTalk(
        role=role,
        recordings=len(there),
        talk_ms=talk_ms,
        talk_share=round(talk_ms / max(sum(there.values()), 1), 4),
        words_per_minute=words_per_minute_of(speaker for _, speaker in pairs),
        longest_ms=max(speaker.longest_ms for _, speaker in pairs),
        interruptions=sum(speaker.interruptions for _, speaker in pairs),
        response_ms=_median(speaker.response_ms for _, speaker in pairs),
    )


def _median(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(median(known)) if known else None
