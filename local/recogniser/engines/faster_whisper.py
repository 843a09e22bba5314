"""faster-whisper, as an option: the best text, for patience and 400 MB of packages.

`faster-whisper:/model/folder`, a folder with a CTranslate2 conversion of a Whisper model. The
library would fetch what is missing, even for a local folder; so everything is looked for first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.recogniser.engines.base import confidence, phrase, require_files, require_package
from local.recogniser.types import Phrase, Word

_NEEDED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")
_ADVICE = (
    "Download a CTranslate2 Whisper model with model.bin, config.json, tokenizer.json and "
    "vocabulary.txt or vocabulary.json, and name its folder."
)
_FULL_SCALE = 32_768.0


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
        segments, _ = self._model.transcribe(
            samples, word_timestamps=True, condition_on_previous_text=False
        )
        return [found for segment in segments if (found := read_segment(segment))]


def read_segment(segment: Any) -> Phrase | None:
    """One segment as a phrase, or None when it has no words. Words keep no punctuation here and
    are lower case, like those of every engine. Times are seconds."""
    words = [
        Word(
            text=text,
            start_ms=round(word.start * 1000),
            end_ms=round(word.end * 1000),
            confidence=confidence(word.probability),
        )
        for word in segment.words or ()
        if (text := word.word.strip(' .,;:!?"“”…-–—()[]').lower())
    ]
    return phrase(words) if words else None
