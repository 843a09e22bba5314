"""What the index knows of one recording: its words as its outputs say them, and when, by whom."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

import msgspec

from shared.model.language.scripts import joint
from shared.model.pieces import Origin
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript, Utterance

_encoder = msgspec.msgpack.Encoder()


class Turn(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`speaker` is the place among the speakers of the entry, -1 where nobody is told. `starts` are
    pairs: from which character on which millisecond was spoken."""

    speaker: int
    end_ms: int
    starts: tuple[tuple[int, int], ...]
    text: str

    def at_ms(self, offset: int) -> int:
        """When a character was spoken, as if all took equally long between two known times."""
        first, (begun, start_ms) = 0, self.starts[0]
        for number, (from_offset, from_ms) in enumerate(self.starts):
            if from_offset > offset:
                break
            first, begun, start_ms = number, from_offset, from_ms
        is_last = first + 1 == len(self.starts)
        end, end_ms = (len(self.text), self.end_ms) if is_last else self.starts[first + 1]
        share = (offset - begun) / max(end - begun, 1)
        return start_ms + round(share * max(end_ms - start_ms, 0))


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`revision` is how often people had corrected it, `made_ms` when it was written: of two
    entries of a recording the later one holds. `came_ms` is when the recording came in, by which
    entries are ordered. `speakers` are labels with their roles, "" for none, `doubts` the stretches
    to hear again. Times since 1970 or, in the audio, since its beginning."""

    recording_id: str
    batch_id: str
    revision: int
    made_ms: int
    came_ms: int
    container: str
    name: str
    profile: str
    title: str
    metadata: dict[str, str]
    language: str
    duration_ms: int
    speakers: tuple[tuple[str, str], ...]
    doubts: tuple[tuple[int, int], ...]
    turns: tuple[Turn, ...]

    @property
    def origin(self) -> Origin:
        return Origin(self.batch_id, self.recording_id, self.revision, self.made_ms)

    @property
    def age(self) -> tuple[int, int]:
        """The higher, the later."""
        return self.revision, self.made_ms

    @property
    def rank(self) -> int:
        """By which entries are ordered, the newest recording highest: a number that every entry of
        a recording has and, as good as certainly, none of another. Below 2^64."""
        return (max(self.came_ms, 0) << 20) | (int(self.recording_id[:5], 16) & 0xFFFFF)


_decoder = msgspec.msgpack.Decoder(Entry)


def entry_of(row: Recording, transcript: Transcript, revision: int, now: datetime) -> Entry:
    """`transcript` is what the outputs were made of: what is to be hidden is hidden in it."""
    stretches = transcript.review.stretches if transcript.review else ()
    places = {one.id: place for place, one in enumerate(transcript.speakers)}
    return Entry(
        recording_id=row.id,
        batch_id=row.batch_id,
        revision=revision,
        made_ms=_ms(now),
        came_ms=_ms(row.registered_at),
        container=transcript.source.container,
        name=transcript.source.name,
        profile=row.profile.name,
        title=transcript.job.title or "",
        metadata=transcript.job.metadata,
        language=transcript.language.code or "",
        duration_ms=transcript.source.duration_ms or 0,
        speakers=tuple((one.id, one.role or "") for one in transcript.speakers),
        doubts=tuple((one.start_ms, one.end_ms) for one in stretches),
        turns=tuple(_turns(transcript.utterances, places)),
    )


def encoded(entry: Entry) -> bytes:
    """Deflated, so that each can be read by itself."""
    return zlib.compress(_encoder.encode(entry), 6)


def decoded(content: bytes) -> Entry:
    """Raises `zlib.error`, `msgspec.DecodeError`."""
    return _decoder.decode(zlib.decompress(content))


def _turns(utterances: tuple[Utterance, ...], places: dict[str, int]) -> Iterator[Turn]:
    for _, group in groupby(utterances, key=lambda one: one.turn):
        said = [one for one in group if one.text]
        if said:
            yield _turn(said, places.get(said[0].speaker or "", -1))


def _turn(said: list[Utterance], speaker: int) -> Turn:
    text, starts = "", []
    for one in said:
        text += joint(text, one.text)
        starts.append((len(text), one.start_ms))
        text += one.text
    return Turn(speaker, max(one.end_ms for one in said), tuple(starts), text)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)
