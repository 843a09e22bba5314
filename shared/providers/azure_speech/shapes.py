"""Recognised phrases as the service writes them since v3, for all schema versions (v3.0 to
2024-11-15): every field optional, unknown fields ignored. A result of many megabytes goes through
here, so the structs stay out of the garbage collector.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

# 28 years in ticks, and what a float still counts exactly
Ticks = Annotated[float, msgspec.Meta(ge=-(2**53), le=2**53)]
Milliseconds = Annotated[float, msgspec.Meta(ge=-(2**39), le=2**39)]


class Timed(msgspec.Struct, gc=False, rename="camel"):
    """Something with a place in time, in up to three notations."""

    offset_in_ticks: Ticks | None = None
    duration_in_ticks: Ticks | None = None
    offset_milliseconds: Milliseconds | None = None
    duration_milliseconds: Milliseconds | None = None
    offset: str | None = None
    duration: str | None = None


class LexicalWord(Timed, gc=False, rename="camel"):
    word: str | None = None
    confidence: float | None = None


class DisplayWord(Timed, gc=False, rename="camel"):
    display_text: str | None = None


class _Forms(msgspec.Struct, gc=False, rename="camel"):
    """What an entry of `nBest` says. The migration guide from v2 shows `speaker` here."""

    confidence: float | None = None
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = msgspec.field(name="maskedITN", default=None)
    display: str | None = None
    speaker: int | str | None = None


class Reading(_Forms, gc=False, rename="camel"):
    words: list[LexicalWord] | None = None
    display_words: list[DisplayWord] | None = None


class _Said(Timed, gc=False, rename="camel"):
    recognition_status: str | None = None
    channel: int | None = None
    speaker: int | str | None = None
    locale: str | None = None


class Phrase(_Said, gc=False, rename="camel"):
    n_best: list[Reading] | None = None


# -- the same where every word has its ticks, of which nothing else is read then -----------------


class Ticked(msgspec.Struct, gc=False, rename="camel"):
    offset_in_ticks: Ticks
    duration_in_ticks: Ticks


class TickedLexicalWord(Ticked, gc=False, rename="camel"):
    word: str | None = None
    confidence: float | None = None


class TickedDisplayWord(Ticked, gc=False, rename="camel"):
    display_text: str | None = None


class TickedReading(_Forms, gc=False, rename="camel"):
    words: list[TickedLexicalWord] | None = None
    display_words: list[TickedDisplayWord] | None = None


class TickedPhrase(_Said, gc=False, rename="camel"):
    n_best: list[TickedReading] | None = None


AnyPhrase = Phrase | TickedPhrase
AnyReading = Reading | TickedReading
Spoken = LexicalWord | TickedLexicalWord
Shown = DisplayWord | TickedDisplayWord
