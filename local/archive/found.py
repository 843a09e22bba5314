"""What lies in an archive: which files are one recording, and which are none.

Results of API versions 1 and 2 (2018 to 2020) are a file for each channel. Which of them belong
together is told by the entity that was kept with them, whose `resultsUrls` names a file for each
channel, else by their own names (`call.channel_0.json`, `call.channel_1.json`). Results of later
versions, and those that Microsoft's ingestion client wrote, are one recording each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

OLD_FORM = b'"AudioFileResults"'
RESULT = b'"recognizedPhrases"'
_CHANNEL = re.compile(r"[._ -]?channel[._ -]?(\d{1,4})$", re.IGNORECASE)
_URLS = re.compile(r"channel_(\d{1,4})")
_json = msgspec.json.Decoder()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A recording: its result files, those of the old form in the order of their channels. `path`
    is where its outputs go, without an ending. `missing` are results that an entity names and
    nobody kept. `models` are ids of the old API, which mean nothing any more."""

    path: Path
    files: tuple[Path, ...] = ()
    source: str = ""
    locale: str = ""
    models: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is no result."""

    file: Path
    why: str


def look(named: Sequence[Path]) -> Iterator[Found | Passed]:
    """Files and folders, each file read once and none kept. Raises `OSError`."""
    old: dict[Path, Path] = {}
    entities: list[tuple[Path, Path, dict[str, Any]]] = []
    for file, path in _files(named):
        content = file.read_bytes()
        if OLD_FORM in content:
            old[file] = path
        elif RESULT in content:
            yield Found(path=path, files=(file,))
        elif there := list(_entities(content)):
            entities += [(file, path, one) for one in there]
        else:
            yield Passed(file=file, why=kind_of(content))
    taken: set[Path] = set()
    for file, path, entity in entities:
        found = _of_entity(entity, path, [one for one in old if one.parent == file.parent])
        taken |= set(found.files)
        yield found
    yield from _by_name({file: path for file, path in old.items() if file not in taken})


def _files(named: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Each with its path below what was named, the ending left out."""
    for one in named:
        if one.is_dir():
            inside = sorted(file for file in one.rglob("*") if file.is_file())
            yield from ((file, file.relative_to(one).with_suffix("")) for file in inside)
        else:
            yield one, Path(one.stem)


def _entities(content: bytes) -> Iterator[dict[str, Any]]:
    """Of version 1 or 2; a list of them is what such an API answered as well."""
    try:
        told = _json.decode(content)
    except msgspec.DecodeError:
        return
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict) and isinstance(one.get("resultsUrls"), dict):
            yield one


def _of_entity(entity: dict[str, Any], path: Path, near: Sequence[Path]) -> Found:
    files, missing = [], []
    for channel, url in sorted(_channels(entity["resultsUrls"])):
        name = _last(url)
        kept = [f for f in near if name and name in (f.name, f.stem)]
        kept += [f for f in near if f.stem == f"{entity.get('id')}.channel_{channel}"]
        if kept:
            files.append(kept[0])
        else:
            missing.append(f"channel {channel}: {name or 'without a name'}")
    source = str(entity.get("recordingsUrl") or "")
    return Found(
        path=path.with_name(_last(source) or str(entity.get("id") or path.name)),
        files=tuple(files),
        source=source,
        locale=str(entity.get("locale") or ""),
        models=tuple(_models(entity)),
        missing=tuple(missing),
    )


def _channels(urls: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for name, url in urls.items():
        if (number := _URLS.fullmatch(name)) and isinstance(url, str):
            yield int(number[1]), url


def _last(url: str) -> str:
    """The name of a file, of an address whose query is a secret."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return "" if name in (".", "..") or "\\" in name else name


def _models(entity: dict[str, Any]) -> Iterator[str]:
    """Of version 1 an acoustic and a language model, by their ids or as objects."""
    for one in entity.get("models") or ():
        if isinstance(one, dict):
            yield " ".join(str(one[key]) for key in ("modelKind", "id") if one.get(key))
        else:
            yield str(one)


def _by_name(old: dict[Path, Path]) -> Iterator[Found]:
    """Files of the old form without an entity: those whose names differ in the channel alone."""
    groups: dict[tuple[Path, Path], list[Path]] = {}
    for file, path in old.items():
        plain = path.with_name(_CHANNEL.sub("", path.name) or path.name)
        groups.setdefault((file.parent, plain), []).append(file)
    for (_, path), files in groups.items():
        yield Found(path=path, files=tuple(sorted(files, key=_number)))


def _number(file: Path) -> int:
    found = _CHANNEL.search(file.stem)
    return int(found[1]) if found else 0


def kind_of(content: bytes) -> str:
    """What else the services and programs of the time wrote."""
    known: Iterable[tuple[bytes, str]] = (
        (b'"successfulTranscriptionsCount"', "the report of a job, which holds no text"),
        (b'"contentUrl"', "a list of files, which holds no text; its links have ended"),
        (b'"/transcriptions/', "how a job was made, which holds no text"),
    )
    return next((told for mark, told in known if mark in content), "no result of Azure Speech")
