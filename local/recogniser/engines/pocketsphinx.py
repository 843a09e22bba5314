"""pocketsphinx, whose package carries an English model: where faster-whisper cannot be installed.

It gives lower-case words without punctuation, with times and posterior probabilities. Correct
words have 0.81 on average, wrong ones 0.45.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, islice
from typing import TYPE_CHECKING

from local.recogniser.engines.base import EngineUnavailable, confidence, phrase, require_package
from local.recogniser.segment import Pieces, split_phrases
from local.recogniser.types import Phrase, Word

if TYPE_CHECKING:
    from pocketsphinx import Decoder

pieces = Pieces()
MOST_ALTERNATIVES = 5
_FRAME_MS = 10
_LOOK_AT = 30  # the n-best list repeats itself: five distinct texts need about twenty entries
_FILLERS = ("<", "[", "++")


def check(argument: str) -> None:
    if argument:
        raise EngineUnavailable("pocketsphinx takes no folder; its model comes with it.")
    require_package("pocketsphinx", "pocketsphinx")


def load(argument: str) -> PocketsphinxEngine:
    return PocketsphinxEngine()


class PocketsphinxEngine:
    def __init__(self) -> None:
        from pocketsphinx import Decoder

        # The second pass (fwdflat) takes a fifth of the time and makes the text no better.
        self._decoder: Decoder = Decoder(loglevel="FATAL", fwdflat=False)

    def recognise(self, pcm16k: bytes) -> list[Phrase]:
        self._decode(pcm16k)
        words = list(self._words())
        texts = self._texts() if words else []
        phrases, at = [], 0
        for part in split_phrases(words):
            others = [counterpart(words, text, at, at + len(part)) for text in texts]
            phrases.append(_capped(part, others))
            at += len(part)
        return phrases

    def _decode(self, pcm: bytes) -> None:
        # Without this the mean of earlier recordings changes what is heard in this one.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        try:
            if pcm:  # an empty buffer is an IndexError
                # In one go: normalised over the whole utterance, the text is clearly better.
                self._decoder.process_raw(pcm, full_utt=True)
        finally:
            self._decoder.end_utt()

    def _words(self) -> Iterator[Word]:
        for segment in self._decoder.seg() or ():
            if segment.word.startswith(_FILLERS):
                continue
            yield Word(
                text=segment.word.partition("(")[0],
                start_ms=segment.start_frame * _FRAME_MS,
                end_ms=(segment.end_frame + 1) * _FRAME_MS,  # the end frame is the last one in
                confidence=confidence(segment.prob),
            )

    def _texts(self) -> list[str]:
        """Other readings of the whole region, best first."""
        entries = islice(self._decoder.nbest() or (), _LOOK_AT)
        texts = dict.fromkeys(entry.hypstr for entry in entries if entry and entry.hypstr)
        return [text for text in texts if not _stutters(text)]


def _stutters(text: str) -> bool:
    """The n-best list likes to fill a pause with one short word over and over."""
    return any(len(list(run)) > 2 for _, run in groupby(text.split()))


def _capped(words: Sequence[Word], others: Sequence[str]) -> Phrase:
    distinct = list(dict.fromkeys(others))
    own = " ".join(word.text for word in words)
    return phrase(words, [text for text in distinct if text != own][: MOST_ALTERNATIVES - 1])


def counterpart(words: Sequence[Word], text: str, start: int, end: int) -> str:
    """The part of `text`, another reading of all `words`, that stands for words[start:end]."""
    other = text.split()
    matcher = SequenceMatcher(None, [word.text for word in words], other, autojunk=False)
    last = len(other) if end == len(words) else _mapped(matcher, end)
    return " ".join(other[_mapped(matcher, start) : last])


def _mapped(matcher: SequenceMatcher[str], position: int) -> int:
    """Where the boundary before word `position` lies in the other reading."""
    mapped = 0
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        if position <= start:
            return mapped
        mapped = min(other_end, other_start + position - start) if position < end else other_end
    return mapped
