"""How people felt about it: of a whole conversation, of each who speaks, and of utterances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from shared.model.insights.shape import Value
from shared.model.insights.voice import name_of
from shared.model.transcript.transcript import Transcript

Tone = Literal["positive", "neutral", "negative", "mixed"]
TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "mixed")
TELLING = 0.1
"""The share of what somebody says from which on it makes the whole other than neutral."""


class _Said(NamedTuple):
    """How many characters somebody says in that tone."""

    speaker: str
    tone: Tone
    length: int


def together(tones: Collection[str]) -> Tone:
    """That of what has sentences of these.
    https://learn.microsoft.com/azure/ai-services/language-service/sentiment-opinion-mining/how-to/call-api
    """
    if "mixed" in tones or {"positive", "negative"} <= set(tones):
        return "mixed"
    if "positive" in tones:
        return "positive"
    return "negative" if "negative" in tones else "neutral"


def sentiment_of(transcript: Transcript, tones: Mapping[int, Tone]) -> Value:
    """By the tones of utterances, by their order; whatever has none is neutral."""
    said = [
        _Said(name_of(one), tones.get(order, "neutral"), len(one.text))
        for order, one in enumerate(transcript.utterances)
    ]
    speakers = dict.fromkeys(one.speaker for one in said)
    return {
        "overall": _overall(_shares(said)),
        "speakers": [_of_speaker(name, said) for name in speakers],
        "utterances": [
            {
                "start_ms": one.start_ms,
                "end_ms": one.end_ms,
                "speaker": name_of(one),
                "sentiment": tones[order],
            }
            for order, one in enumerate(transcript.utterances)
            if tones.get(order, "neutral") != "neutral"
        ],
    }


def _of_speaker(name: str, said: Iterable[_Said]) -> dict[str, Value]:
    shares = _shares([one for one in said if one.speaker == name])
    rounded: dict[str, Value] = {tone: round(share, 3) for tone, share in shares.items()}
    return {"speaker": name, "overall": _overall(shares), **rounded}


def _shares(said: Collection[_Said]) -> dict[Tone, float]:
    """Of each tone, by length; together 1 where anything was said."""
    whole = sum(one.length for one in said) or 1
    return {tone: sum(one.length for one in said if one.tone == tone) / whole for tone in TONES}


def _overall(shares: Mapping[Tone, float]) -> Tone:
    """Of what is mixed, half counts as either."""
    half = shares["mixed"] / 2
    tones: tuple[Tone, ...] = ("positive", "negative")
    return together([tone for tone in tones if shares[tone] + half >= TELLING])
