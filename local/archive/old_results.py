"""Reads archived results of the API's versions 1 and 2 (2018 to 2020), which nobody writes any
more but many have kept: `AudioFileResults`, one file per channel.

`Offset` and `Duration` are ticks in every sample, though the documentation of the time says
milliseconds; the 2018 form has neither lengths in seconds nor speakers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import Recognition
from shared.providers.azure_speech.phrases import length_ms, read_phrases
from shared.providers.azure_speech.shapes import LexicalWord, Phrase, Reading, Ticks
from shared.providers.azure_speech.times import TICKS_PER_SECOND
from shared.providers.decoding import Undecodable, decode_leniently
from shared.providers.redaction import without_query

_Seconds = Annotated[float, msgspec.Meta(ge=-(2**29), le=2**29)]
_CHANNEL_NAME = re.compile(r"channel\.(\d{1,4})\.", re.IGNORECASE)


class _Timed(msgspec.Struct, gc=False, rename="pascal"):
    offset: Ticks | None = None
    duration: Ticks | None = None
    offset_in_seconds: _Seconds | None = None
    duration_in_seconds: _Seconds | None = None


class _Word(_Timed, gc=False, rename="pascal"):
    word: str | None = None
    confidence: float | None = None


class _Reading(msgspec.Struct, gc=False, rename="pascal"):
    confidence: float | None = None
    lexical: str | None = None
    itn: str | None = msgspec.field(name="ITN", default=None)
    masked_itn: str | None = msgspec.field(name="MaskedITN", default=None)
    display: str | None = None
    words: list[_Word] | None = None


class _Segment(_Timed, gc=False, rename="pascal"):
    recognition_status: str | None = None
    channel_number: int | str | None = None
    speaker_id: int | str | None = None
    n_best: list[_Reading] | None = None


class _Channel(msgspec.Struct, rename="pascal"):
    audio_file_name: str | None = None
    audio_length_in_seconds: _Seconds | None = None
    segment_results: list[_Segment] | None = None


class _Archive(msgspec.Struct, rename="pascal"):
    audio_file_results: list[_Channel]


_archive = msgspec.json.Decoder(_Archive)


def read_archived(files: Sequence[bytes], source: str) -> Recognition:
    """The result files of all channels of one recording as one recognition.

    The channel is what the segment says, else the number in `Channel.N.wav`, else the position
    among `files`. `source` names the recording, as the files do not. Raises `ResultMalformed`.
    """
    channels = [channel for file in files for channel in _channels(file)]
    phrases: list[Phrase] = []
    for position, channel in enumerate(channels):
        number = _channel_number(channel, position)
        phrases += [_phrase(segment, number) for segment in channel.segment_results or ()]
    utterances, warnings = read_phrases(phrases)
    lengths = [
        length
        for channel in channels
        if (length := length_ms(_ticks(None, channel.audio_length_in_seconds), None, None))
    ]
    return Recognition(
        source=without_query(source),
        duration_ms=max(lengths, default=None),
        utterances=utterances,
        warnings=warnings,
    )


def _channels(file: bytes) -> list[_Channel]:
    try:
        return decode_leniently(_archive, file)[0].audio_file_results
    except Undecodable as error:
        message = f"The archived result cannot be read: {error}"
        raise ResultMalformed(message, code="malformed") from None


def _channel_number(channel: _Channel, position: int) -> int:
    found = _CHANNEL_NAME.search(channel.audio_file_name or "")
    return int(found[1]) if found else position


def _phrase(segment: _Segment, channel: int) -> Phrase:
    said = "" if segment.channel_number is None else str(segment.channel_number)
    return Phrase(
        offset_in_ticks=_ticks(segment.offset, segment.offset_in_seconds),
        duration_in_ticks=_ticks(segment.duration, segment.duration_in_seconds),
        recognition_status=segment.recognition_status,
        channel=int(said) if said.isdecimal() else channel,
        speaker=segment.speaker_id,
        n_best=[_reading(reading) for reading in segment.n_best or ()],
    )


def _reading(reading: _Reading) -> Reading:
    return Reading(
        confidence=reading.confidence,
        lexical=reading.lexical,
        itn=reading.itn,
        masked_itn=reading.masked_itn,
        display=reading.display,
        words=[_word(word) for word in reading.words or ()],
    )


def _word(word: _Word) -> LexicalWord:
    return LexicalWord(
        offset_in_ticks=_ticks(word.offset, word.offset_in_seconds),
        duration_in_ticks=_ticks(word.duration, word.duration_in_seconds),
        word=word.word,
        confidence=word.confidence,
    )


def _ticks(ticks: float | None, seconds: float | None) -> float | None:
    if ticks is not None or seconds is None:
        return ticks
    return seconds_to_ticks(seconds)


def seconds_to_ticks(seconds: float) -> int:
    """Whole ticks; what is below a tick is cut off, for rounding twice would round wrongly.
    The float is taken as the decimal number that it was written as."""
    return math.floor(Decimal(repr(seconds)) * TICKS_PER_SECOND)
