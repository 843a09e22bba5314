"""Which files a person means, and the names that they get in the container."""

from __future__ import annotations

import glob
import os
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from shared.model.names import name_problem

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
    """`left_out` are files of a folder that are hidden or do not look like audio by their ending.
    `refused` tells of files that were meant and cannot be dropped: which, and why."""

    drops: tuple[Drop, ...]
    left_out: tuple[Path, ...]
    refused: tuple[str, ...] = ()


def choose(wanted: Iterable[str]) -> Intake:
    """Files and folders, named or as patterns. A file that is named is dropped whatever its
    ending, and called by its own name; in a folder only what looks like audio, and called by the
    folder's name, too, so that the folder's profile holds. Raises `FileNotFoundError`, and
    `FileExistsError` where two would have one name."""
    drops: list[Drop] = []
    left_out: list[Path] = []
    for path in _expand(wanted):
        if not path.is_dir():
            drops.append(Drop(path, path.name))
            continue
        own = PurePosixPath(path.resolve().name)
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            if file.suffix.lower() not in SOUNDS or _is_hidden(file, path):
                left_out.append(file)
            else:
                drops.append(Drop(file, (own / file.relative_to(path).as_posix()).as_posix()))
    told_apart = _told_apart(drops)
    problems = {drop: _problem(drop) for drop in told_apart}
    return Intake(
        tuple(drop for drop in told_apart if not problems[drop]),
        tuple(left_out),
        tuple(f"{shown(drop.path)}: {why}" for drop, why in problems.items() if why),
    )


def shown(path: Path) -> str:
    """The path as it can be printed: names of files are bytes, and not always UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _problem(drop: Drop) -> str:
    """Why no blob can be made of it; "" for nothing."""
    if drop.name != shown(Path(drop.name)):
        return "Its name is not UTF-8. Give it another one."
    if problem := name_problem(drop.name):
        return f"Its name {problem[:1].lower()}{problem[1:]}. Give it another one."
    if not drop.path.exists():
        return "It is not there: a link that leads nowhere?"
    if not drop.path.is_file():
        return "It is no file."
    return "" if os.access(drop.path, os.R_OK) else "It may not be read."


def _told_apart(drops: Sequence[Drop]) -> tuple[Drop, ...]:
    """Files of one name that were named themselves are all called by their folders, too."""
    once = {(drop.name, drop.path.resolve()): drop for drop in drops}.values()
    times = Counter(drop.name for drop in once)
    told = [_with_folder(drop) if times[drop.name] > 1 else drop for drop in once]
    owners: dict[str, Drop] = {}
    for drop in told:
        other = owners.setdefault(drop.name, drop)
        if other is not drop:
            raise FileExistsError(
                f"{other.path} and {drop.path} would both be called {drop.name}. Drop one after "
                "the other, or give one of the folders another name."
            )
    return tuple(told)


def _with_folder(drop: Drop) -> Drop:
    if drop.name != drop.path.name:
        return drop
    return replace(drop, name=f"{drop.path.resolve().parent.name}/{drop.name}")


def _expand(wanted: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for text in wanted:
        if Path(text).exists():
            found.append(Path(text))
            continue
        for part in shlex.split(text):
            matches = sorted(glob.glob(part, recursive=True))  # noqa: PTH207 (patterns may be absolute)
            if not matches:
                raise FileNotFoundError(
                    f"There is no file or folder {shown(Path(part))}. A name with spaces needs "
                    "quotes of its own: AUDIO=\"'Monday talk.m4a'\""
                )
            found += map(Path, matches)
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
