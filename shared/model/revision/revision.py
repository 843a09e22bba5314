"""A revision: what one person changed of a transcript in one go, on which basis, what was heard.

Changes are small and name what was there before, so that they can be read, told apart from those of
others, and taken back one by one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

SCHEMA = "revision/1"
MOST_CHANGES = 10_000
Id = Annotated[int, Meta(ge=0)]
Text = Annotated[str, Meta(max_length=20_000)]
Label = Annotated[str, Meta(min_length=1, max_length=100)]


class TextChange(msgspec.Struct, frozen=True, kw_only=True, tag="text", tag_field="op"):
    """Other words in an utterance; with `now` "" it goes. `was` is what stood there."""

    utterance: Id
    was: Text
    now: Text


class SpeakerChange(msgspec.Struct, frozen=True, kw_only=True, tag="speaker", tag_field="op"):
    """Utterances were said by another speaker; one that was not there yet comes new."""

    utterances: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MOST_CHANGES)]
    speaker: Label


class NameChange(msgspec.Struct, frozen=True, kw_only=True, tag="name", tag_field="op"):
    """What a speaker is called, in the text and in captions; "" takes the name away."""

    speaker: Label
    name: Annotated[str, Meta(max_length=100)]


class Merging(msgspec.Struct, frozen=True, kw_only=True, tag="merge", tag_field="op"):
    """Two speakers are one."""

    speaker: Label
    into: Label


class Splitting(msgspec.Struct, frozen=True, kw_only=True, tag="split", tag_field="op"):
    """An utterance is two from that word on, counted from 0: for two voices that were taken for
    one."""

    utterance: Id
    word: Annotated[int, Meta(ge=1)]


Change = TextChange | SpeakerChange | NameChange | Merging | Splitting


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that somebody heard and left as it is, or as it is now."""

    start_ms: Annotated[int, Meta(ge=0)]
    end_ms: Annotated[int, Meta(ge=0)]


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts from 1, `based_on` is the revision before, 0 for the machine's transcript,
    whose SHA-256 is `machine_sha256`. `id` is its sender's own, by which the same one sent again
    is known. `author` is who sent it, as far as that is known; `reviewed` tells that they are
    through with the recording."""

    schema: str = SCHEMA
    number: int
    based_on: int
    machine_sha256: str
    id: str
    author: str
    at: datetime
    note: str = ""
    reviewed: bool = False
    checked: tuple[Checked, ...] = ()
    changes: tuple[Change, ...] = ()
