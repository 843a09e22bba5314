"""From a transcript to how the conversation went, by the times of its utterances alone.

What is measured, and whose definition it is:

- *Talk* of a voice is the time that its utterances take up, pauses inside of them included; its
  share is of the talk of all (Amazon Transcribe Call Analytics: `TalkTime`,
  `DetailsByParticipant`).
- *Pace* is words by talk time, in words a minute (there: `TalkSpeed`, `AverageWordsPerMinute`).
- *Silence* is when nobody speaks, wherever in the recording (there: `NonTalkTime`, which leaves out
  what is shorter than three seconds; here all of it counts, and the longest is told).
- *Overlap* is when more than one voice speaks. One that lies wholly within another's utterance
  ("mhm") takes the floor from nobody; one with which the floor changes does (Heldner and Edlund,
  "Pauses, gaps and overlaps in conversations", Journal of Phonetics 38, 2010: within-speaker and
  between-speaker overlap).
- *Interruption*: the floor changes by an overlap longer than a syllable, so that it is no mere slip
  at the end of a turn (Zimmerman and West, "Sex roles, interruptions and silences in conversation",
  1975). At four to five syllables a second, and with what providers' times are worth: 300 ms.
- *Response*: the silence between two turns of different voices (Heldner and Edlund: gap; Sacks,
  Schegloff and Jefferson, Language 50, 1974). The median, because one hold of a minute would
  outweigh a hundred answers.
- *Monologue*: a turn, from where the floor is taken until another takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.language.scripts import script_of
from shared.model.transcript.transcript import Transcript, Utterance

SYLLABLE_MS = 300
MOST_SPEAKERS = 20
"""Those with the most talk; a row of the table has to have room for them."""
_MOST_MADE_UP = 0.1
"""Where more than this of the talk is at times that the provider did not give, nothing is told."""

Voice = tuple[int, str | None]
Stretch = tuple[int, int]


class _Turn(NamedTuple):
    """The floor, from when to when, and whose."""

    voice: Voice
    start_ms: int
    end_ms: int


class _Change(NamedTuple):
    """The floor goes to `voice`, `gap_ms` after the turn before; negative: while it lasted."""

    voice: Voice
    gap_ms: int


def measured(transcript: Transcript, roles: Collection[str] | None = None) -> Conversation | None:
    """None: the times of its utterances cannot be believed, or nobody knows how long it is. With
    `roles`, what somebody else is called is left out."""
    spoken = [one for one in transcript.utterances if one.end_ms > one.start_ms]
    length = max([transcript.source.duration_ms or 0, *(one.end_ms for one in spoken)])
    if not length or _is_made_up(spoken):
        return None
    said = _by_voice(spoken)
    talks = {
        voice: _union((one.start_ms, one.end_ms) for one in own) for voice, own in said.items()
    }
    turns = _turns(spoken)
    speech = _union(stretch for each in talks.values() for stretch in each)
    silences = _between(speech, length)
    loudest = sorted(talks, key=lambda voice: -_length(talks[voice]))[:MOST_SPEAKERS]
    changes = [_Change(b.voice, b.start_ms - a.end_ms) for a, b in pairwise(turns)]
    return Conversation(
        audio_ms=length,
        silence_ms=sum(silences),
        longest_silence_ms=max(silences, default=0),
        overlap_ms=_overlap(talks.values()),
        response_ms=_response(changes),
        speakers=tuple(
            _speaker(said[voice], talks[voice], turns, changes, roles)
            for voice in talks
            if voice in loudest
        ),
    )


def _is_made_up(spoken: Sequence[Utterance]) -> bool:
    talk_ms = sum(one.end_ms - one.start_ms for one in spoken)
    made_up = sum(one.end_ms - one.start_ms for one in spoken if one.timing == "interpolated")
    return made_up > _MOST_MADE_UP * talk_ms


def _voice(one: Utterance) -> Voice:
    return one.channel, one.speaker


def _by_voice(spoken: Iterable[Utterance]) -> dict[Voice, list[Utterance]]:
    """In the order in which they begin."""
    found: dict[Voice, list[Utterance]] = defaultdict(list)
    for one in spoken:
        found[_voice(one)].append(one)
    return found


def _union(stretches: Iterable[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _length(stretches: Iterable[Stretch]) -> int:
    return sum(end - start for start, end in stretches)


def _between(speech: Sequence[Stretch], length: int) -> list[int]:
    """How long each silence is, those at both ends included."""
    edges = [0, *(edge for stretch in speech for edge in stretch), length]
    return [b - a for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _overlap(talks: Iterable[Sequence[Stretch]]) -> int:
    """How long at least two speak."""
    edges = sorted(edge for each in talks for a, b in each for edge in ((a, 1), (b, -1)))
    speaking, since, found = 0, 0, 0
    for at, step in edges:
        if speaking > 1:
            found += at - since
        speaking, since = speaking + step, at
    return found


def _turns(spoken: Sequence[Utterance]) -> list[_Turn]:
    """Who has the floor, one after the other."""
    floor: list[_Turn] = []
    for one in sorted(spoken, key=lambda each: (each.start_ms, -each.end_ms)):
        is_within = floor and one.end_ms <= floor[-1].end_ms and _voice(one) != floor[-1].voice
        if not is_within:
            floor.append(_Turn(_voice(one), one.start_ms, one.end_ms))
    found = []
    for voice, part in groupby(floor, key=lambda turn: turn.voice):
        own = list(part)
        found.append(_Turn(voice, own[0].start_ms, max(turn.end_ms for turn in own)))
    return found


def _response(changes: Iterable[_Change]) -> int | None:
    gaps = [change.gap_ms for change in changes if change.gap_ms >= 0]
    return round(median(gaps)) if gaps else None


def _speaker(
    said: Sequence[Utterance],
    talk: Sequence[Stretch],
    turns: Iterable[_Turn],
    changes: Iterable[_Change],
    roles: Collection[str] | None,
) -> SpeakerTalk:
    voice, role = _voice(said[0]), said[0].role
    own = [change for change in changes if change.voice == voice]
    lengths = [turn.end_ms - turn.start_ms for turn in turns if turn.voice == voice]
    return SpeakerTalk(
        channel=voice[0],
        speaker=voice[1],
        role=role if roles is None or role in roles else None,
        talk_ms=_length(talk),
        words=_words(said),
        turns=len(lengths),
        longest_ms=max(lengths, default=0),
        interruptions=sum(change.gap_ms < -SYLLABLE_MS for change in own),
        response_ms=_response(own),
    )


def _words(said: Iterable[Utterance]) -> int | None:
    """As the provider tells them apart, else by spaces. None: neither does."""
    found = 0
    for one in said:
        if not one.words and any(map(script_of, one.text)):
            return None
        found += len(one.words) or len(one.text.split())
    return found
