"""The engines by name: `pocketsphinx`, `vosk:/model/folder`, `faster-whisper:/model/folder`.

Each is a module with two functions: `check(argument)` says what is missing without importing
the library, `load(argument)` gives the engine. `argument` is what follows the colon.
"""

from __future__ import annotations

from types import ModuleType

from local.recogniser.engines import faster_whisper, pocketsphinx, vosk
from local.recogniser.engines.base import Engine, EngineUnavailable

_ENGINES: dict[str, ModuleType] = {
    "pocketsphinx": pocketsphinx,
    "vosk": vosk,
    "faster-whisper": faster_whisper,
}


def check(name: str) -> None:
    """Raise `EngineUnavailable` if engine `name` cannot be used here."""
    module, argument = _find(name)
    module.check(argument)


def load(name: str) -> Engine:
    """Engine `name`, ready to recognise. Raises `EngineUnavailable`."""
    module, argument = _find(name)
    module.check(argument)
    try:
        engine: Engine = module.load(argument)
    except Exception as error:  # each library has its own, some of them bare
        raise EngineUnavailable(f"{name} cannot be loaded: {error}") from None
    return engine


def _find(name: str) -> tuple[ModuleType, str]:
    kind, _, argument = name.partition(":")
    if kind not in _ENGINES:
        raise EngineUnavailable(
            f"There is no recogniser {kind!r}; choose {', '.join(_ENGINES)} or scripted."
        )
    return _ENGINES[kind], argument
