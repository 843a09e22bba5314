"""Which files a person means, and the names that they get in the container."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SOUNDS = frozenset(
    ".wav .mp3 .m4a .mp4 .m4b .aac .ogg .oga .opus .flac .wma .asf .amr .webm .spx .mka .mkv "
    ".mov .aif .aiff .au .caf .3gp .3gpp .3g2 .m4v .mp2 .mpga .mpeg .mpg .ts .mts .avi .aifc .awb "
    ".snd .weba .wv .ape .ac3 .eac3 .dts .gsm .w64 .rf64 .bwf .amrnb .ogv .ogx .f4a .f4v .wmv "
    ".flv .vob .tta .tak .dsf .dss .ds2 .vox".split()
)


@dataclass(frozen=True)
class Drop:
    """One file and the blob name that it is dropped under."""

    path: Path
    name: str

    @property
    def is_companion(self) -> bool:
        """Whether it can only be a file that describes a recording."""
        return self.path.suffix.lower() in (".json", ".xml", ".csv")


@dataclass(frozen=True)
class Intake:
    """`left_out` are files of a folder that do not look like audio by their ending."""

    drops: tuple[Drop, ...]
    left_out: tuple[Path, ...]


def choose(wanted: Iterable[str]) -> Intake:
    """Files and folders, named or as patterns. A file that is named is dropped whatever its
    ending; in a folder only what looks like audio. Raises `FileNotFoundError`."""
    drops: dict[str, Drop] = {}
    left_out: list[Path] = []
    for path in _expand(wanted):
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            if path.is_dir() and (file.suffix.lower() not in SOUNDS or _is_hidden(file, path)):
                left_out.append(file)
                continue
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            name = name if name not in drops else f"{file.parent.name}/{name}"
            drops[name] = Drop(file, name)
    return Intake(tuple(drops.values()), tuple(left_out))


def _expand(wanted: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for text in wanted:
        if Path(text).exists():
            found.append(Path(text))
            continue
        for part in shlex.split(text):
            matches = sorted(glob.glob(part, recursive=True))  # noqa: PTH207 (patterns may be absolute)
            if not matches:
                raise FileNotFoundError(f"There is no file or folder {part}")
            found += map(Path, matches)
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
