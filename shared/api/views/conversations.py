"""How conversations went, as the API shows it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import about
from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.conversation.sums import Group, RoleTalk
from shared.reading.conversations import Calls

Audio = Annotated[int, about("Audio", "Length of the audio in milliseconds", ge=0)]
Talk = Annotated[int, about("Talk", "Time of talk in milliseconds", ge=0)]
Share = Annotated[float, about("Talk share", "Of the talk of all, 0 to 1", ge=0, le=1)]
Silence = Annotated[int, about("Silence", "When nobody speaks, in milliseconds", ge=0)]
LongestSilence = Annotated[
    int, about("Longest silence", "The longest of it, in milliseconds", ge=0)
]
Overlap = Annotated[int, about("Overlap", "When several speak, in milliseconds", ge=0)]
Turns = Annotated[int, about("Turns", "How often somebody takes the floor", ge=0)]
Interruptions = Annotated[
    int, about("Interruptions", "How often while another speaks, and for longer", ge=0)
]
Pace = Annotated[int | None, about("Words per minute", "Of talk; null: cannot be counted")]
Answers = Annotated[
    int | None, about("Response", "Until somebody answers, in milliseconds; null: nobody does")
]
Longest = Annotated[int, about("Longest monologue", "In milliseconds", ge=0)]


class SpeakerView(msgspec.Struct, frozen=True, kw_only=True):
    """What one voice did."""

    speaker: Annotated[str | None, about("Speaker", "By its id in the transcript")]
    channel: Annotated[int, about("Channel", "Counted from 0", ge=0)]
    role: Annotated[str | None, about("Role", "What the profile calls it")]
    talk_ms: Talk
    talk_share: Share
    words: Annotated[int | None, about("Words", "Null where they cannot be counted")]
    words_per_minute: Pace
    turns: Turns
    longest_ms: Longest
    interruptions: Interruptions
    response_ms: Answers


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """How the conversation of a recording went."""

    audio_ms: Audio
    talk_ms: Talk
    silence_ms: Silence
    longest_silence_ms: LongestSilence
    overlap_ms: Overlap
    turns: Turns
    interruptions: Interruptions
    words_per_minute: Pace
    response_ms: Answers
    longest_ms: Longest
    speakers: Annotated[
        tuple[SpeakerView, ...], about("Speakers", "In the order in which they first speak")
    ]


def conversation_view(found: Conversation) -> ConversationView:
    speakers = tuple(_speaker(found, one) for one in found.speakers)
    names = [name for name in ConversationView.__struct_fields__ if name != "speakers"]
    return ConversationView(**{name: getattr(found, name) for name in names}, speakers=speakers)


def _speaker(found: Conversation, one: SpeakerTalk) -> SpeakerView:
    names = [name for name in SpeakerView.__struct_fields__ if name != "talk_share"]
    share = found.share_of(one)
    return SpeakerView(**{name: getattr(one, name) for name in names}, talk_share=share)


class RoleView(msgspec.Struct, frozen=True, kw_only=True):
    """What those did whom profiles call so."""

    role: Annotated[str, about("Role", "What the profile calls them")]
    recordings: Annotated[int, about("Recordings", "In how many there is one", ge=0)]
    talk_ms: Talk
    talk_share: Share
    words_per_minute: Pace
    longest_ms: Longest
    interruptions: Interruptions
    response_ms: Answers


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What recordings have in common. Sums are over those that are measured; `response_ms` is the
    median over them."""

    name: Annotated[str, about("Name", "The day, or what they have in common; empty: nothing")]
    recordings: Annotated[int, about("Recordings", "That were transcribed", ge=0)]
    measured: Annotated[int, about("Measured", "Of these, whose numbers are known", ge=0)]
    audio_ms: Audio
    talk_ms: Talk
    silence_ms: Silence
    longest_silence_ms: LongestSilence
    overlap_ms: Overlap
    turns: Turns
    interruptions: Interruptions
    words_per_minute: Pace
    response_ms: Answers
    longest_ms: Longest
    confidence: Annotated[float | None, about("Confidence", "How sure the provider is, 0 to 1")]
    roles: Annotated[tuple[RoleView, ...], about("Roles", "Of speakers, as profiles call them")]


class CallsView(msgspec.Struct, frozen=True, kw_only=True):
    """How many conversations went."""

    all: Annotated[GroupView, about("All", "Everything that was looked at")]
    value: Annotated[
        tuple[GroupView, ...],
        about("Groups", "Days in their order, others with the most recordings first"),
    ]
    left_out: Annotated[int, about("Left out", "How many groups are not told", ge=0)]
    keys: Annotated[
        tuple[str, ...], about("Keys", "Of metadata that is there, the most frequent first")
    ]
    is_more: Annotated[bool, about("Is more", "Whether older ones were not looked at")]


def calls_view(found: Calls) -> CallsView:
    sums = found.sums
    return CallsView(
        all=_group(sums.all),
        value=tuple(map(_group, sums.groups)),
        left_out=sums.left_out,
        keys=sums.keys,
        is_more=found.is_more,
    )


def _group(found: Group) -> GroupView:
    names = [name for name in GroupView.__struct_fields__ if name != "roles"]
    roles = tuple(map(_role, found.roles))
    return GroupView(**{name: getattr(found, name) for name in names}, roles=roles)


def _role(found: RoleTalk) -> RoleView:
    return RoleView(**{name: getattr(found, name) for name in RoleView.__struct_fields__})
