"""From channels that a provider heard one after the other to the conversation that they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Word


def woven(
    recognition: Recognition, channels: Sequence[int], strand_ms: int, gap_ms: int
) -> Recognition:
    """Each utterance on its channel and at its own time. `channels` are those of the strands, of
    `strand_ms` each with `gap_ms` of silence in between; () leaves everything as it is. What was
    heard as one is cut where a strand ends."""
    if not channels or not strand_ms:
        return recognition
    strands = _Strands(channels, strand_ms, gap_ms)
    said = [part for one in recognition.utterances for part in strands.of(one)]
    said.sort(key=lambda one: (one.start_ms, one.end_ms))
    return replace(
        recognition,
        duration_ms=strands.length(recognition.duration_ms),
        utterances=tuple(said),
        is_mixed=False,
    )


class _Strands:
    def __init__(self, channels: Sequence[int], strand_ms: int, gap_ms: int) -> None:
        self._channels, self._strand_ms, self._gap_ms = channels, strand_ms, gap_ms
        self._step_ms = strand_ms + gap_ms

    def of(self, one: RecognisedUtterance) -> Iterator[RecognisedUtterance]:
        """The parts of an utterance: nearly always one."""
        parts = [
            (number, tuple(words))
            for number, words in groupby(one.words, lambda word: self._number(word.start_ms))
        ]
        if len(parts) < 2:
            at_ms = one.words[0].start_ms if one.words else one.start_ms
            yield self._moved(one, self._number(at_ms))
            return
        for number, words in parts:
            part = replace(
                one,
                start_ms=words[0].start_ms,
                end_ms=max(word.end_ms for word in words),
                text=" ".join(word.text for word in words),
                text_itn=None,
                text_lexical=None,
                words=words,
                alternatives=(),
            )
            yield self._moved(part, number)

    def length(self, heard_ms: int | None) -> int | None:
        """Of the recording, of which the provider heard so much in all: the rest is missing."""
        if heard_ms is None:
            return None
        whole_ms = self._step_ms * len(self._channels) - self._gap_ms
        return min(max(0, self._strand_ms - (whole_ms - heard_ms)), heard_ms)

    def _number(self, at_ms: int) -> int:
        """Of the strand that is heard then; the gap is shared."""
        number = (at_ms + self._gap_ms // 2) // self._step_ms
        return max(0, min(number, len(self._channels) - 1))

    def _moved(self, one: RecognisedUtterance, number: int) -> RecognisedUtterance:
        by_ms = number * self._step_ms
        return replace(
            one,
            start_ms=self._within(one.start_ms - by_ms),
            end_ms=self._within(one.end_ms - by_ms),
            channel=self._channels[number],
            words=tuple(self._moved_word(word, by_ms) for word in one.words),
        )

    def _moved_word(self, word: Word, by_ms: int) -> Word:
        start_ms, end_ms = self._within(word.start_ms - by_ms), self._within(word.end_ms - by_ms)
        return replace(word, start_ms=start_ms, end_ms=end_ms)

    def _within(self, at_ms: int) -> int:
        return max(0, min(at_ms, self._strand_ms))
