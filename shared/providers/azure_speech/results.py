"""Reads a result file of a batch transcription, every schema from v3.0 to 2024-11-15."""

from __future__ import annotations

import msgspec

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import Recognition
from shared.providers.azure_speech.phrases import (
    Milliseconds,
    Phrase,
    Ticks,
    length_ms,
    read_phrases,
)
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import without_query


class _Result(msgspec.Struct, rename="camel"):
    """`durationTicks` is what a sample of 2020 calls `durationInTicks`."""

    recognized_phrases: list[Phrase]
    source: str | None = None
    duration_in_ticks: Ticks | None = None
    duration_ticks: Ticks | None = None
    duration_milliseconds: Milliseconds | None = None
    duration: str | None = None


_result = msgspec.json.Decoder(_Result)


def read_result(body: bytes) -> Recognition:
    """One recording as the service heard it; silence is a recognition without utterances.

    Raises `ResultMalformed` for anything that is not a result file.
    """
    try:
        result = decode(_result, body)
    except Undecodable as error:
        raise ResultMalformed(f"The result cannot be read: {error}", code="malformed") from None
    utterances, warnings = read_phrases(result.recognized_phrases)
    return Recognition(
        source=without_query(result.source or ""),
        duration_ms=_duration_ms(result),
        utterances=utterances,
        warnings=warnings,
    )


def _duration_ms(result: _Result) -> int | None:
    ticks = result.duration_in_ticks
    return length_ms(
        ticks if ticks is not None else result.duration_ticks,
        result.duration_milliseconds,
        result.duration,
    )
