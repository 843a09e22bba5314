"""Reads a result file of a batch transcription, every schema from v3.0 to 2024-11-15."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.providers.azure_speech.phrases import length_ms, read_phrases
from shared.providers.azure_speech.shapes import Milliseconds, Phrase, TickedPhrase, Ticks
from shared.providers.decoding import Undecodable, decode, decode_leniently, decode_result
from shared.providers.redaction import without_query


class _Whole(msgspec.Struct, kw_only=True, rename="camel"):
    """`durationTicks` is what a sample of 2020 calls `durationInTicks`. A source that is no text
    names nothing."""

    source: Any = None
    duration_in_ticks: Ticks | None = None
    duration_ticks: Ticks | None = None
    duration_milliseconds: Milliseconds | None = None
    duration: str | None = None


class _Result(_Whole, rename="camel"):
    recognized_phrases: list[Phrase]


class _TickedResult(_Whole, rename="camel"):
    recognized_phrases: list[TickedPhrase]


class _Combined(msgspec.Struct, rename="camel"):
    """All that was said on a channel, without times."""

    channel: int | None = None
    display: str | None = None
    masked_itn: str | None = msgspec.field(name="maskedITN", default=None)


class _WithoutTimes(msgspec.Struct, rename="camel"):
    combined_recognized_phrases: list[_Combined] | None = None


_result = msgspec.json.Decoder(_Result)
_ticked = msgspec.json.Decoder(_TickedResult)
_without_times = msgspec.json.Decoder(_WithoutTimes)


def read_result(body: bytes) -> Recognition:
    """One recording as the service heard it; silence is a recognition without utterances.

    Raises `ResultMalformed` for anything that is not a result file.
    """
    result, lost = _decoded(body)
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


def _decoded(body: bytes) -> tuple[_Result | _TickedResult, tuple[str, ...]]:
    """Nearly always every word has its ticks, and its other times need no look."""
    try:
        return decode(_ticked, body), ()
    except Undecodable:
        return decode_result(_result, body)


def _combined(body: bytes, duration_ms: int | None) -> tuple[RecognisedUtterance, ...]:
    """What was said on each channel, where no phrase says it."""
    try:
        whole, _ = decode_leniently(_without_times, body)
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


def _duration_ms(result: _Whole) -> int | None:
    ticks = result.duration_in_ticks
    return length_ms(
        ticks if ticks is not None else result.duration_ticks,
        result.duration_milliseconds,
        result.duration,
    )
