"""A transcript with what somebody changed.

Only the utterances that were changed are looked at: words that stay keep their time and how sure
the provider was; what is new has the time of what it replaces, shared by length, or lies between
its neighbours, and nobody's confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from shared.errors import RevisionUnfit
from shared.model.revision.revision import (
    Change,
    Checked,
    Merging,
    NameChange,
    Revision,
    SpeakerChange,
    Splitting,
    TextChange,
)
from shared.model.transcript.alignment import Block, align, key
from shared.model.transcript.normalise import text_of
from shared.model.transcript.plain_text import clean_text
from shared.model.transcript.transcript import Review, Speaker, Stretch, Transcript, Utterance, Word
from shared.model.transcript.words import fill, mean_confidence

_HEARD = 0.5
"""So much of a stretch was heard, or changed, and it is in doubt no more."""
_READ_IT = "read the transcript again"


def applied(transcript: Transcript, revision: Revision) -> Transcript:
    """Raises `RevisionUnfit` where a change names what is not there."""
    spoken = {one.id: one for one in transcript.utterances}
    speakers = {one.id: one for one in transcript.speakers}
    touched: list[Checked] = []
    for change in revision.changes:
        _apply(change, spoken, speakers, touched)
    utterances = _in_turns(sorted(spoken.values(), key=lambda one: (one.start_ms, one.id)))
    review = _left(transcript.review, [*revision.checked, *touched])
    is_open = transcript.needs_review and not revision.reviewed
    return replace(
        transcript,
        text=text_of(utterances),
        confidence=mean_confidence(utterances),
        needs_review=is_open and bool(review and review.stretches),
        speakers=_speaking(speakers.values(), utterances),
        utterances=utterances,
        review=Review() if revision.reviewed and review is not None else review,
    )


def _apply(
    change: Change,
    spoken: dict[int, Utterance],
    speakers: dict[str, Speaker],
    touched: list[Checked],
) -> None:
    match change:
        case TextChange():
            one = _utterance(spoken, change.utterance)
            if one.text != change.was:
                raise RevisionUnfit(
                    f"utterance {one.id} says something else than `was`: {_READ_IT}"
                )
            changed = said_otherwise(one, change.now)
            touched.append(Checked(start_ms=one.start_ms, end_ms=one.end_ms))
            spoken[one.id] = changed
            if not changed.text:
                del spoken[one.id]
        case SpeakerChange():
            first = _utterance(spoken, change.utterances[0])
            speaker = speakers.setdefault(
                change.speaker, Speaker(id=change.speaker, channel=first.channel)
            )
            for number in change.utterances:
                one = _utterance(spoken, number)
                spoken[number] = replace(one, speaker=speaker.id, role=speaker.role)
        case NameChange():
            speaker = _speaker(speakers, change.speaker)
            speakers[speaker.id] = replace(speaker, role=change.name or None)
            _rename(spoken, speaker.id, speaker.id, change.name or None)
        case Merging():
            gone, kept = _speaker(speakers, change.speaker), _speaker(speakers, change.into)
            if gone.id == kept.id:
                raise RevisionUnfit("a speaker cannot become one with itself")
            del speakers[gone.id]
            _rename(spoken, gone.id, kept.id, kept.role)
        case Splitting():
            one = _utterance(spoken, change.utterance)
            head, tail = _split(one, change.word, max(spoken) + 1)
            spoken[head.id], spoken[tail.id] = head, tail


def _utterance(spoken: dict[int, Utterance], number: int) -> Utterance:
    if number not in spoken:
        raise RevisionUnfit(f"there is no utterance {number}: {_READ_IT}")
    return spoken[number]


def _speaker(speakers: dict[str, Speaker], label: str) -> Speaker:
    if label not in speakers:
        raise RevisionUnfit("there is no speaker of that id")
    return speakers[label]


def _rename(spoken: dict[int, Utterance], was: str, now: str, role: str | None) -> None:
    for number, one in spoken.items():
        if one.speaker == was:
            spoken[number] = replace(one, speaker=now, role=role)


# -- other words ------------------------------------------------------------------------------


def said_otherwise(one: Utterance, text: str) -> Utterance:
    """The utterance with that text, each word in its time."""
    text = clean_text(text)
    words = _timed(one, text.split()) if one.words and text else ()
    return replace(
        one,
        text=text,
        text_itn=None,
        text_lexical=None,
        words=words,
        confidence=mean_confidence(words) if words else None,
        needs_review=False,
        alternatives=(),
    )


def _timed(one: Utterance, texts: Sequence[str]) -> tuple[Word, ...]:
    blocks = align([key(word.text) for word in one.words], [key(text) for text in texts])
    found: list[Word] = []
    for block in blocks:
        found += _kept(one.words, texts, block) if block.is_same else _new(one.words, texts, block)
    return tuple(fill(found, one.start_ms, one.end_ms))


def _kept(words: Sequence[Word], texts: Sequence[str], block: Block) -> list[Word]:
    pairs = zip(words[block.first : block.last], texts[block.start : block.end], strict=True)
    return [replace(word, text=text) for word, text in pairs]


def _new(words: Sequence[Word], texts: Sequence[str], block: Block) -> list[Word]:
    """In the time of what they replace; without one where they replace nothing."""
    ours, theirs = texts[block.start : block.end], words[block.first : block.last]
    if not theirs:
        return [Word(text, 0, -1, None, "interpolated") for text in ours]
    begin, length = theirs[0].start_ms, theirs[-1].end_ms - theirs[0].start_ms
    total = sum(len(text) + 1 for text in ours)
    found, passed = [], 0
    for text in ours:
        start = begin + length * passed // total
        passed += len(text) + 1
        found.append(Word(text, start, begin + length * passed // total, None, "interpolated"))
    return found


def _split(one: Utterance, at: int, number: int) -> tuple[Utterance, Utterance]:
    if at >= len(one.words):
        raise RevisionUnfit(f"utterance {one.id} has no word {at} to be split at")
    cut = sum(len(word.text) for word in one.words[:at])
    place = _behind(one.text, cut)
    head = replace(
        one,
        text=one.text[:place].strip(),
        words=one.words[:at],
        end_ms=max(one.words[at - 1].end_ms, one.start_ms),
        text_itn=None,
        text_lexical=None,
        alternatives=(),
    )
    tail = replace(
        head,
        id=number,
        text=one.text[place:].strip(),
        words=one.words[at:],
        start_ms=one.words[at].start_ms,
        end_ms=one.end_ms,
    )
    return head, tail


def _behind(text: str, letters: int) -> int:
    """The place behind so many characters that are no spaces."""
    seen = 0
    for place, character in enumerate(text):
        if seen == letters:
            return place
        seen += not character.isspace()
    return len(text)


# -- what follows -----------------------------------------------------------------------------


def _in_turns(ordered: Iterable[Utterance]) -> tuple[Utterance, ...]:
    found: list[Utterance] = []
    turn, voice = -1, None
    for one in ordered:
        own = (one.channel, one.speaker)
        turn, voice = (turn, voice) if own == voice else (turn + 1, own)
        found.append(one if one.turn == turn else replace(one, turn=turn))
    return tuple(found)


def _speaking(speakers: Iterable[Speaker], utterances: Sequence[Utterance]) -> tuple[Speaker, ...]:
    talk_ms: dict[str | None, int] = {}
    for one in utterances:
        talk_ms[one.speaker] = talk_ms.get(one.speaker, 0) + one.end_ms - one.start_ms
    return tuple(replace(one, talk_ms=talk_ms.get(one.id, 0)) for one in speakers)


def _left(review: Review | None, heard: Sequence[Checked]) -> Review | None:
    """What is still in doubt."""
    if review is None or not heard:
        return review
    left = tuple(one for one in review.stretches if _share(one, heard) < _HEARD)
    return Review(listen_ms=sum(s.end_ms - s.start_ms for s in left), stretches=left)


def _share(stretch: Stretch, heard: Sequence[Checked]) -> float:
    length = max(stretch.end_ms - stretch.start_ms, 1)
    covered = sum(
        max(min(one.end_ms, stretch.end_ms) - max(one.start_ms, stretch.start_ms), 0)
        for one in heard
    )
    return min(covered / length, 1.0)
