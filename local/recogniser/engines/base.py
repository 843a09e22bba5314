"""What every engine offers, and what is wrong when one cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from typing import Protocol

from local.recogniser.types import Alternative, Phrase, Word


class Engine(Protocol):
    """Turns speech into words. One engine serves one process; it need not be thread-safe."""

    def recognise(self, pcm16k: bytes) -> list[Phrase]:
        """The phrases in one piece of speech: 16 kHz, 16 bit, mono, no longer than it likes.

        Times count from the start of `pcm16k` and the channel is 0; the caller knows better.
        The region must hold speech: engines invent words for silence.
        """


class EngineUnavailable(Exception):
    """The engine cannot be used on this machine; says what is missing and how to get it."""


def phrase(words: Sequence[Word], alternatives: Sequence[str] = ()) -> Phrase:
    """A phrase of at least one word. `alternatives` follow the text itself, best first."""
    text = " ".join(word.text for word in words)
    confidence = round(fmean(word.confidence for word in words), 4)
    others = [other for other in dict.fromkeys(alternatives) if other and other != text]
    return Phrase(
        channel=0,
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        text=text,
        confidence=confidence,
        words=tuple(words),
        alternatives=(Alternative(text, confidence), *map(Alternative, others)),
    )


def confidence(probability: float) -> float:
    """A probability as engines give it (1.001 happens), within 0..1."""
    return round(min(1.0, max(0.0, probability)), 4)


def require_package(package: str, install: str) -> None:
    if find_spec(package) is None:
        raise EngineUnavailable(
            f"The Python package {package!r} is not installed: pip install {install}"
        )


def require_files(engine: str, folder: str, needed: Sequence[str], advice: str) -> Path:
    """`folder` as a path, when each pattern of `needed` matches something in it.

    Checked before the library sees the name, because on a wrong folder some libraries
    download, end the process or crash.
    """
    if not folder:
        raise EngineUnavailable(f"Name the model folder: {engine}:/path/to/model. {advice}")
    path = Path(folder)
    if not path.is_dir():
        raise EngineUnavailable(f"{engine}: {folder} is not a folder. {advice}")
    missing = [pattern for pattern in needed if not any(path.glob(pattern))]
    if missing:
        raise EngineUnavailable(f"{engine}: {folder} lacks {', '.join(missing)}. {advice}")
    return path
