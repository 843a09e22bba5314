"""The engines by name: `whisper`, `whisper-base`, `pocketsphinx`, `vosk:/model/folder`,
`faster-whisper:/model/folder`. `best` is the first of them that is installed here.

Each is a module or an object with `check(argument)`, which says what is missing without importing
the library, `load(argument)`, which gives the engine, and `pieces`, how it likes its speech.
`argument` is what follows the colon.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from local.recogniser.engines import faster_whisper, pocketsphinx, vosk
from local.recogniser.engines.base import Engine, EngineUnavailable
from local.recogniser.engines.packaged import BASE, TINY
from local.recogniser.segment import Pieces


class Maker(Protocol):
    """Makes one kind of engine."""

    @property
    def pieces(self) -> Pieces: ...
    def check(self, argument: str, /) -> None: ...
    def load(self, argument: str, /) -> Engine: ...


BEST = "best"
_ENGINES: Mapping[str, Maker] = {
    "whisper": TINY,
    "whisper-base": BASE,
    "pocketsphinx": pocketsphinx,
    "vosk": vosk,
    "faster-whisper": faster_whisper,
}


def resolve(name: str) -> str:
    """What `best` stands for on this machine: whisper, and pocketsphinx where its packages are
    missing. Every other name stands for itself."""
    if name != BEST:
        return name
    try:
        check("whisper")
    except EngineUnavailable:
        return "pocketsphinx"
    return "whisper"


def check(name: str) -> None:
    """Raise `EngineUnavailable` if engine `name` cannot be used here."""
    maker, argument = _find(name)
    maker.check(argument)


def pieces(name: str) -> Pieces:
    """How engine `name` likes its speech."""
    return _find(name)[0].pieces


def load(name: str) -> Engine:
    """Engine `name`, ready to recognise. Raises `EngineUnavailable`."""
    maker, argument = _find(name)
    maker.check(argument)
    try:
        return maker.load(argument)
    except Exception as error:  # each library has its own, some of them bare
        raise EngineUnavailable(f"{name} cannot be loaded: {error}") from None


def _find(name: str) -> tuple[Maker, str]:
    kind, _, argument = name.partition(":")
    if kind not in _ENGINES:
        raise EngineUnavailable(
            f"There is no recogniser {kind!r}; choose {', '.join(_ENGINES)} or scripted."
        )
    return _ENGINES[kind], argument
