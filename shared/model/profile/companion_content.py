"""What is in a companion: JSON, XML, or a line of CSV beneath its headings, told apart by how it
begins."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

import msgspec

_MOST_VALUES = 500
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = ",;\t|"


class CompanionUnreadable(Exception):
    """It is none of the three; the text says what is wrong, and nothing of what is in it."""


class _Value(NamedTuple):
    """`path` leads to it; `name` is what it is called where nobody says otherwise."""

    path: tuple[str, ...]
    name: str
    value: object


def values_of(content: bytes, fields: Mapping[str, str]) -> dict[str, object]:
    """The values of a companion by their names. `fields` maps a name to where its value lies, such
    as "call.agent", "recording/@agent" or a heading; it may begin anywhere on the way. Where it is
    empty all are taken, by the names that they have there. Raises `CompanionUnreadable`."""
    found = list(_values(content))
    if not fields:
        taken: dict[str, object] = {}
        for entry in found:
            taken.setdefault(entry.name, entry.value)
        return taken
    picked = {name: _at(found, _steps(path)) for name, path in fields.items()}
    return {name: value for name, value in picked.items() if value is not None}


def _values(content: bytes) -> Iterator[_Value]:
    begin = content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1]
    if begin in (b"{", b"["):
        return _of_json(_decoded(content))
    if begin == b"<":
        return iter(_of_xml(content))
    return _of_csv(_decoded(content))


def _decoded(content: bytes) -> str:
    """UTF-8 unless a mark says otherwise; else as Windows writes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _of_json(text: str) -> Iterator[_Value]:
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise CompanionUnreadable("it is not JSON, or it was cut off") from None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise CompanionUnreadable("its JSON is no object")
    return _bounded(_flat(document, ()))


def _flat(document: Mapping[str, object], path: tuple[str, ...]) -> Iterator[_Value]:
    """What is under "metadata" has names of its own, as in a manifest. A table that is an option
    stays one."""
    for key, value in document.items():
        here = (*path, key)
        if isinstance(value, dict) and here != ("metadata",) and not _is_table(key):
            yield from _flat(value, here)
        elif isinstance(value, dict) and not _is_table(key):
            yield from (
                _Value(v.path, v.name.partition(".")[2], v.value) for v in _flat(value, here)
            )
        else:
            yield _Value(here, ".".join(here), value)


def _is_table(key: str) -> bool:
    return key.lower().removeprefix("dropscribe_") in ("roles", "spelling", "model_by_locale")


def _of_csv(text: str) -> Iterator[_Value]:
    lines = [line for line in re.split(r"\r\n?|\n", text) if line.strip()]
    if len(lines) < 2:
        raise CompanionUnreadable("it is neither JSON nor XML, and no CSV with headings and a line")
    separator = max(_SEPARATORS, key=lines[0].count)
    try:
        headings, values, *_ = csv.reader(lines, delimiter=separator)
    except (csv.Error, ValueError):
        raise CompanionUnreadable("its CSV cannot be read") from None
    pairs = zip(headings, values, strict=False)
    return _bounded(_Value((k.strip(),), k.strip(), v.strip()) for k, v in pairs if k.strip())


class _Reader:
    """Goes through XML. No document type: entities of one's own can grow without bound."""

    def __init__(self) -> None:
        self.values: list[_Value] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, content: bytes) -> list[_Value]:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError):
            raise CompanionUnreadable("it is not XML, or it was cut off") from None
        return self.values

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(_bare(tag))
        self._text = []
        for name, value in attributes.items():
            if not name.startswith("xmlns"):
                self._add((*self._path, f"@{_bare(name)}"), _bare(name), value)

    def _end(self, tag: str) -> None:
        text = "".join(self._text).strip()
        if text:
            self._add(tuple(self._path), self._path[-1], text)
        self._path.pop()
        self._text = []

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _add(self, path: tuple[str, ...], name: str, value: str) -> None:
        if len(self.values) < _MOST_VALUES:
            self.values.append(_Value(path, name, value))

    def _refuse(self, *_: object) -> None:
        raise CompanionUnreadable("its XML has a document type, which is not read")


def _of_xml(content: bytes) -> list[_Value]:
    return _Reader().read(content)


def _bare(name: str) -> str:
    """Without the prefix of a name space."""
    return name.rpartition(":")[2]


def _bounded(values: Iterable[_Value]) -> Iterator[_Value]:
    return (value for _, value in zip(range(_MOST_VALUES), values, strict=False))


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step.lower() for step in re.split(r"[./]", path) if step)


def _at(values: Iterable[_Value], wanted: tuple[str, ...]) -> object:
    """A heading may hold dots itself."""
    for entry in values:
        path = tuple(step.lower() for step in entry.path)
        if path[-len(wanted) :] == wanted or entry.name.lower() == ".".join(wanted):
            return entry.value
    return None
