"""What is heard on a channel though it was said into another one, told from what was said on both.

Where channels are known to leak, an utterance that says what another channel says at the same time
is an echo of it. The provider is surer of the one that is louder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec.structs import replace

from shared.model.transcript.alignment import key
from shared.model.transcript.recognition import RecognisedUtterance, Recognition

_TOGETHER = 0.7
"""Of the time that one of both takes, so much is shared."""
_ALIKE = 0.6
"""What is soft is heard less well: so much of the words is the same."""
_NEAREST = 8
"""Among so many that began next an echo is looked for."""


def without_echoes(recognition: Recognition) -> Recognition:
    """Of a recording each of whose voices is heard softly on the other's channel, too: each
    utterance once, with a sentence that tells of it. Where the provider does not say how sure it
    is, all stays: nobody could tell who spoke."""
    heard = recognition.utterances
    order = sorted(range(len(heard)), key=lambda at: heard[at].start_ms)
    echoes = set(_echoes(heard, order))
    if not echoes:
        return recognition
    told = f"{len(echoes)} utterance(s) came softly on another channel, too, and stand here once."
    return replace(
        recognition,
        utterances=tuple(one for at, one in enumerate(heard) if at not in echoes),
        warnings=(*recognition.warnings, told),
    )


def _echoes(heard: Sequence[RecognisedUtterance], order: Sequence[int]) -> Iterator[int]:
    """Places of those that are one."""
    for place, first in enumerate(order):
        for second in order[place + 1 : place + 1 + _NEAREST]:
            one, other = heard[first], heard[second]
            if one.confidence is None or other.confidence is None:
                continue
            if one.channel != other.channel and _is_together(one, other) and _is_alike(one, other):
                yield first if one.confidence < other.confidence else second


def _is_together(one: RecognisedUtterance, other: RecognisedUtterance) -> bool:
    if one.timing != "provider" or other.timing != "provider":
        return False
    shared = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    longest = max(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
    return longest > 0 and shared >= longest * _TOGETHER


def _is_alike(one: RecognisedUtterance, other: RecognisedUtterance) -> bool:
    mine, others = ([key(word) for word in each.text.split()] for each in (one, other))
    return SequenceMatcher(a=mine, b=others, autojunk=False).ratio() >= _ALIKE
