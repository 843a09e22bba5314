"""Reads the text of a transcription: seconds to milliseconds, two scripts to one, words to
utterances, which begin with a paragraph, another speaker, or after a pause."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Annotated, NamedTuple

import msgspec

from shared.errors import ResultMalformed, ResultMissing
from shared.model.transcript.parts import parts
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.providers.decoding import decode_result
from shared.providers.soferai.alignment import Spoken, Stamp, align
from shared.providers.soferai.labels import read_label
from shared.providers.soferai.text import plain_word, tokens

PAUSE_MS = 1_000
Seconds = Annotated[float, msgspec.Meta(ge=-(2**29), le=2**29)]


class _Stamp(msgspec.Struct, frozen=True, gc=False):
    """`hebrew_word_format` is null for a word that is not Hebrew."""

    word: str
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: str | None = None
    hebrew_word_format: tuple[str, ...] | None = None


class _Info(msgspec.Struct, frozen=True):
    status: str
    title: str | None = None
    client_item_id: str | None = None
    duration: Seconds | None = None


class _Transcription(msgspec.Struct, frozen=True):
    text: str
    info: _Info
    timestamps: tuple[_Stamp, ...] | None = None


_transcription = msgspec.json.Decoder(_Transcription)


class Reading(NamedTuple):
    """Which script a text was asked for in ("he" or "en"), and of which of our inputs it is."""

    script: str
    label: str


def read_result(body: bytes, reading: Reading) -> Recognition:
    """One recording as the service heard it; silence is a recognition without utterances.

    The service names no source; the label is compared instead. Raises `ResultMalformed`, and
    `ResultMissing` for a transcription that is not completed.
    """
    found, lost = decode_result(_transcription, body)
    info = found.info
    if info.status.lower() != "completed":
        raise ResultMissing("The transcription is not completed.", code="not_completed")
    label = read_label(info.client_item_id, info.title)
    if label is not None and str(label) != reading.label:
        raise ResultMalformed("The result is that of another input.", code="other_input")
    duration_ms = None if info.duration is None else milliseconds(info.duration)
    stamps = _stamps(found.timestamps or (), reading.script)
    spoken = align(tokens(found.text, reading.script), stamps, duration_ms)
    return Recognition(
        source="",
        duration_ms=duration_ms,
        utterances=tuple(_utterance(words) for words in parts(spoken, _is_new)),
        warnings=lost,
        is_mixed=True,
    )


def milliseconds(seconds: float) -> int:
    """Rounded half up, each time for itself, so that nothing adds up."""
    return floor(seconds * 1000 + 0.5)


def _stamps(found: Sequence[_Stamp], script: str) -> list[Stamp]:
    """Hebrew words in one script, if they come in two."""
    scripts = {name for stamp in found for name in stamp.hebrew_word_format or ()}
    stays = scripts if len(scripts) < 2 else {script, "hybrid"}
    return [
        _stamp(text, stamp)
        for stamp in found
        if stamp.hebrew_word_format is None or stays & set(stamp.hebrew_word_format)
        if (text := plain_word(stamp.word))
    ]


def _stamp(text: str, stamp: _Stamp) -> Stamp:
    if stamp.start is None:
        return Stamp(text, None, 0, stamp.speaker or "")
    start_ms = milliseconds(stamp.start)
    end_ms = start_ms if stamp.end is None else milliseconds(stamp.end)
    return Stamp(text, start_ms, end_ms, stamp.speaker or "")


def _is_new(said: Sequence[Spoken], after: Spoken) -> bool:
    before = said[-1]
    pause_ms = after.word.start_ms - before.word.end_ms
    return after.begins or after.speaker != before.speaker or pause_ms > PAUSE_MS


def _utterance(words: Sequence[Spoken]) -> RecognisedUtterance:
    return RecognisedUtterance(
        start_ms=words[0].word.start_ms,
        end_ms=max(each.word.end_ms for each in words),
        speaker=words[0].speaker,
        text=" ".join(each.word.text for each in words),
        words=tuple(each.word for each in words),
    )
