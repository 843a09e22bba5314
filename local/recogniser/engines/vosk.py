"""Vosk, as an option: more languages, and better text than the default with a large model.

`vosk:/model/folder`, an unzipped folder as its model page offers them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.recogniser.engines.base import confidence, phrase, require_files, require_package
from local.recogniser.segment import Pieces, split_phrases
from local.recogniser.types import Phrase, Word

_NEEDED = ("am/final.mdl", "conf", "graph")
_ADVICE = "Unpack a Vosk model and name the folder that holds am, conf and graph."

pieces = Pieces()


def check(argument: str) -> None:
    require_files("vosk", argument, _NEEDED, _ADVICE)
    require_package("vosk", "vosk")


def load(argument: str) -> VoskEngine:
    return VoskEngine(Path(argument))


class VoskEngine:
    def __init__(self, folder: Path) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        self._recogniser_type = vosk.KaldiRecognizer
        self._model = vosk.Model(model_path=str(folder))

    def recognise(self, pcm16k: bytes) -> list[Phrase]:
        recogniser = self._recogniser_type(self._model, 16_000)
        recogniser.SetWords(True)
        words: list[Word] = []
        # True means that it ended an utterance on its own and holds its words.
        if recogniser.AcceptWaveform(pcm16k):
            words += read_words(json.loads(recogniser.Result()))
        words += read_words(json.loads(recogniser.FinalResult()))
        return [phrase(part) for part in split_phrases(words)]


def read_words(result: dict[str, Any]) -> list[Word]:
    """The words of one result; `result` is absent when nothing was heard. Times are seconds."""
    return [
        Word(
            text=entry["word"],
            start_ms=round(entry["start"] * 1000),
            end_ms=round(entry["end"] * 1000),
            confidence=confidence(entry["conf"]),
        )
        for entry in result.get("result", ())
    ]
