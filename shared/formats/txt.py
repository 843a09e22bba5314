"""The transcript to read: one turn a paragraph."""

from __future__ import annotations

from itertools import groupby

from shared.formats.bidi import is_rtl, marked
from shared.formats.clock import clock
from shared.formats.runs import are_named, name_of, spoken_in_order
from shared.model.transcript import Transcript, Utterance


def write_txt(transcript: Transcript) -> str:
    """`[00:01:02] Agent: ...`, paragraphs separated by a blank line; "" where nothing was said.

    The time is that of the turn's first word; names are left out where nobody needs them.
    """
    spoken = spoken_in_order(transcript)
    named = are_named([utterance for utterance, _ in spoken])
    channels = len({utterance.channel for utterance, _ in spoken})
    paragraphs = []
    for _, turn in groupby(spoken, key=lambda pair: _turn(pair[0])):
        utterances, texts = zip(*turn, strict=True)
        name = name_of(utterances[0], channels) if named else None
        stamp = f"[{clock(utterances[0].start_ms)}] " + (f"{name}: " if name else "")
        rtl = is_rtl(texts, utterances[0].language or transcript.language.code)
        paragraphs.append(marked(stamp + " ".join(texts), rtl) + "\n")
    return "\n".join(paragraphs)


def _turn(utterance: Utterance) -> tuple[int, int, str | None]:
    return utterance.turn, utterance.channel, utterance.speaker
