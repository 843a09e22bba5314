"""Reads a result file of a batch transcription, every schema from v3.0 to 2024-11-15."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.providers.azure_speech.phrases import (
    Milliseconds,
    Phrase,
    Ticks,
    length_ms,
    read_phrases,
)
from shared.providers.decoding import Undecodable, decode_leniently, decode_result
from shared.providers.redaction import without_query


class _Result(msgspec.Struct, rename="camel"):
    """`durationTicks` is what a sample of 2020 calls `durationInTicks`. A source that is no text
    names nothing."""

    recognized_phrases: list[Phrase]
    source: Any = None
    duration_in_ticks: Ticks | None = None
    duration_ticks: Ticks | None = None
    duration_milliseconds: Milliseconds | None = None
    duration: str | None = None


class _Combined(msgspec.Struct, rename="camel"):
    """All that was said on a channel, without times."""

    channel: int | None = None
    display: str | None = None
    masked_itn: str | None = msgspec.field(name="maskedITN", default=None)


class _Whole(msgspec.Struct, rename="camel"):
    combined_recognized_phrases: list[_Combined] | None = None


_result = msgspec.json.Decoder(_Result)
_whole = msgspec.json.Decoder(_Whole)


def read_result(body: bytes) -> Recognition:
    """One recording as the service heard it; silence is a recognition without utterances.

    Raises `ResultMalformed` for anything that is not a result file.
    """
    result, lost = decode_result(_result, body)
    utterances, warnings = read_phrases(result.recognized_phrases)
    duration_ms = _duration_ms(result)
    if not utterances and (combined := _combined(body, duration_ms)):
        utterances = combined
        warnings = (*warnings, "Azure Speech gave no phrases, only the text of the whole.")
    if lost and not utterances:
        raise ResultMalformed("Nothing in the result can be read.", code="malformed")
    return Recognition(
        source=without_query(result.source) if isinstance(result.source, str) else "",
        duration_ms=duration_ms,
        utterances=utterances,
        warnings=(*warnings, *lost),
    )


def _combined(body: bytes, duration_ms: int | None) -> tuple[RecognisedUtterance, ...]:
    """What was said on each channel, where no phrase says it."""
    try:
        whole, _ = decode_leniently(_whole, body)
    except Undecodable:
        return ()
    return tuple(
        RecognisedUtterance(
            start_ms=0,
            end_ms=duration_ms or 0,
            channel=max(one.channel or 0, 0),
            text=text,
            timing="provider" if duration_ms else "interpolated",
        )
        for one in whole.combined_recognized_phrases or ()
        if (text := one.display or one.masked_itn)
    )


def _duration_ms(result: _Result) -> int | None:
    ticks = result.duration_in_ticks
    return length_ms(
        ticks if ticks is not None else result.duration_ticks,
        result.duration_milliseconds,
        result.duration,
    )
