"""faster-whisper: Whisper on a CPU, with capitals and punctuation of its own.

`faster-whisper:/model/folder`, a folder with a CTranslate2 conversion of a Whisper model. The
library would fetch what is missing, even for a local folder; so everything is looked for first.
Whisper listens 30 seconds at a time, however little is said in them, and understands better with
what was said before: so it gets whole stretches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.recogniser.engines.base import confidence, phrase, require_files, require_package
from local.recogniser.segment import PAD_MS, Pieces, split_phrases
from local.recogniser.types import WITHOUT_BLANKS, Phrase, Word

pieces = Pieces(longest_ms=28_000, gap_ms=2_000)
_NEEDED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")
_ADVICE = (
    "Download a CTranslate2 Whisper model with model.bin, config.json, tokenizer.json and "
    "vocabulary.txt or vocabulary.json, and name its folder."
)
_GLUED = re.compile(rf"[^\s{WITHOUT_BLANKS}]")
_FULL_SCALE = 32_768.0
_STUCK = 2.4  # text that compresses better is one phrase over and over; OpenAI's own limit
_REPEATED_TOKENS = 4  # so many in a row may not come again, then
_MARKS = ' .,;:!?"“”…-–—()[]、。，！？：；「」¿¡«»'


def check(argument: str) -> None:
    require_files("faster-whisper", argument, _NEEDED, _ADVICE)
    require_package("faster_whisper", "faster-whisper")


def load(argument: str) -> FasterWhisperEngine:
    return FasterWhisperEngine(Path(argument))


class FasterWhisperEngine:
    def __init__(self, folder: Path) -> None:
        import faster_whisper

        # One thread each: the pool runs one engine per core.
        self._model = faster_whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )

    def recognise(self, pcm16k: bytes) -> list[Phrase]:
        import numpy

        samples = numpy.frombuffer(pcm16k, numpy.int16).astype(numpy.float32) / _FULL_SCALE
        segments = self._listen(samples)
        if any(segment.compression_ratio > _STUCK for segment in segments):
            segments = self._listen(samples, no_repeat_ngram_size=_REPEATED_TOKENS)
        words = _without_lead(read_words(segments))
        return [phrase(part) for part in split_phrases(words)]

    def _listen(self, samples: Any, **more: Any) -> list[Any]:
        segments, _ = self._model.transcribe(
            samples,
            word_timestamps=True,
            condition_on_previous_text=False,
            temperature=0.0,  # above, it draws lots, and one recording is heard in two ways
            **more,
        )
        return list(segments)


def read_words(segments: Iterable[Any]) -> list[Word]:
    """The words of all segments. Times are seconds, and may run into each other a little; what
    follows without a blank, such as "'clock" after "o", belongs to the word before."""
    words: list[Word] = []
    for said in _spoken(segments):
        # Numbers of numpy are not those of Python: JSON knows only these.
        sure = confidence(float(said.probability))
        start_ms = max(round(said.start * 1000), words[-1].end_ms if words else 0)
        end_ms = max(round(said.end * 1000), start_ms)
        if words and _GLUED.match(said.word):
            before = words.pop()
            start_ms, sure = before.start_ms, min(before.confidence, sure)
            said = SimpleNamespace(word=before.shown + said.word)
        if text := "".join(said.word.strip(_MARKS).lower().split()):
            words.append(Word(text, start_ms, end_ms, sure, said.word.strip()))
    return words


def _without_lead(words: list[Word]) -> list[Word]:
    """Whisper lets the first word begin where the piece does, which is in the margin."""
    if not words or words[0].end_ms <= PAD_MS:
        return words
    return [replace(words[0], start_ms=max(words[0].start_ms, PAD_MS)), *words[1:]]


def _spoken(segments: Iterable[Any]) -> Iterator[Any]:
    for segment in segments:
        yield from segment.words or ()
