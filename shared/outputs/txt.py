"""The transcript to read: one turn a paragraph, a long one several."""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.language.scripts import joined
from shared.model.transcript.parts import parts
from shared.model.transcript.transcript import Transcript, Utterance
from shared.outputs.bidi import begun, is_rtl
from shared.outputs.captions.runs import are_named, name_of, spoken_in_order
from shared.outputs.clock import clock

PARAGRAPH_MS = 60_000
"""A turn that goes on for longer starts a new paragraph with its next utterance."""

Spoken = tuple[Utterance, str]


def write_txt(transcript: Transcript) -> str:
    """`[00:01:02] Agent: ...`, paragraphs separated by a blank line; "" where nothing was said.

    The time is that of the first word; names are left out where nobody needs them.
    """
    spoken = spoken_in_order(transcript)
    named = are_named([utterance for utterance, _ in spoken])
    channels = len({utterance.channel for utterance, _ in spoken})
    written = []
    for paragraph in parts(spoken, _begins):
        first = paragraph[0][0]
        texts = [text for _, text in paragraph]
        name = name_of(first, channels) if named else None
        line = f"[{clock(first.start_ms)}] " + (f"{name}: " if name else "") + joined(texts)
        rtl = is_rtl(texts, first.language or transcript.language.code)
        written.append(begun(line, rtl) + "\n")
    return "\n".join(written)


def paragraphs(transcript: Transcript) -> list[list[Utterance]]:
    """The utterances that have text, by turn; a long turn in several parts."""
    return [[one for one, _ in turn] for turn in parts(spoken_in_order(transcript), _begins)]


def _begins(paragraph: Sequence[Spoken], following: Spoken) -> bool:
    """A part of a unit that was too long begins a paragraph of its own."""
    first, last, utterance = paragraph[0][0], paragraph[-1][0], following[0]
    return (
        (first.turn, first.channel, first.speaker)
        != (utterance.turn, utterance.channel, utterance.speaker)
        or utterance.start_ms - first.start_ms >= PARAGRAPH_MS
        or (last.unit is not None and last.unit == utterance.unit)
    )
