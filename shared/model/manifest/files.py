"""Reads a manifest from a file: JSON, JSONL or CSV. Nothing is half read: a `Manifest` comes out,
or `ManifestRefused` with every fault, each with its line or item.

    JSON    {"title": "March", "recordings": [{"blob": "a.wav"}, ...]}, or only the list
    JSONL   an item a line; the first line may be the head: an object with "manifest"
    CSV     a column for each field; lines "# title: March" before them are the head
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import msgspec

from shared.model.manifest.checks import Checker
from shared.model.manifest.csv_rows import read_rows
from shared.model.manifest.entry import Faults
from shared.model.manifest.items import Piece, names_in, pieces
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import MOST_BYTES, Manifest

FORMATS = ("json", "jsonl", "csv")
MOST_FIELDS, MOST_ITEM_BYTES = 200, 1_000_000
_FIRST = re.compile(rb"[ \t\r\n]*+(.)", re.DOTALL)
_json = msgspec.json.Decoder()
_whole = msgspec.json.Decoder(msgspec.Raw)


class _Document(msgspec.Struct):
    """Where its list begins and ends; of the rest nothing is made."""

    recordings: msgspec.Raw = msgspec.Raw(b"")


_document = msgspec.json.Decoder(_Document)


def read_manifest(content: bytes, kind: str, known: Known) -> Manifest:
    """`kind` is one of `FORMATS`. Raises `ManifestRefused`."""
    faults = Faults()
    if len(content) > MOST_BYTES:
        text = f"Has {len(content)} bytes. Give at most {MOST_BYTES}; split it into several."
        faults.add("too_large", text)
        faults.raise_if_any()
    checker = Checker(known, faults)
    _READERS[kind](content, checker)
    return checker.manifest()


def kind_of(name: str, media_type: str | None = None) -> str | None:
    """The format that a file name's ending or a media type promises, None if neither is known."""
    ending = name.rpartition(".")[2].lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    return _MEDIA_TYPES.get((media_type or "").partition(";")[0].strip().lower())


_ENDINGS = {"json": "json", "jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv"}
_MEDIA_TYPES = {
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/x-jsonlines": "jsonl",
    "text/csv": "csv",
}


def _read_json(content: bytes, checker: Checker) -> None:
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        _whole.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _malformed(checker, content, error)
    first = _first(content, 0)
    if first == b"[":
        checker.head({})
        _take_items(content, 0, len(content), checker)
    elif first == b"{":
        _take_document(content, checker)
    else:
        text = 'Is not a manifest. Write an object with "recordings", a list of objects.'
        checker.faults.add("wrong_type", text)
        checker.faults.raise_if_any()


def _take_document(content: bytes, checker: Checker) -> None:
    """The head with `recordings`, wherever they stand in it."""
    head: dict[str, Any] = {}
    recordings: Piece | None = None
    found = memoryview(_document.decode(content).recordings)
    for piece in pieces(content, most=MOST_ITEM_BYTES, known=found):
        key = _decoded(content, piece.key, piece.start, checker)
        is_last = piece.end - piece.start == len(found) and key == "recordings"
        if key in head or (key == "recordings" and recordings is not None):
            checker.faults.add("malformed", "Is there twice. Write it once.", key[:60])
        elif piece.end - piece.start > MOST_ITEM_BYTES and not is_last:
            _too_long(content, piece, checker, key[:60])
        elif key == "recordings":
            recordings = piece
        else:
            head[key] = _value(content, piece, checker, key[:60])
        if len(head) > MOST_FIELDS:
            text = f"Has more than {MOST_FIELDS} fields. Put recordings into a list."
            checker.faults.add("too_many", text)
            checker.faults.raise_if_any()
    checker.head(head, beside=("recordings",))
    if recordings is None or _first(content, recordings.start) == b"n":
        return
    if _first(content, recordings.start) != b"[":
        checker.faults.add("wrong_type", "Is not a list. Write [...].", "recordings")
        checker.faults.raise_if_any()
    _take_items(content, recordings.start, recordings.end, checker)


def _first(content: bytes, start: int) -> bytes:
    """The first sign from there on that is no blank."""
    match = _FIRST.match(content, start)
    return match[1] if match else b""


def _too_long(content: bytes, piece: Piece, checker: Checker, key: str) -> NoReturn:
    """It is not read to its end. A list of recordings that is not the last one is there twice."""
    if key == "recordings" and _first(content, piece.start) == b"[":
        checker.faults.add("malformed", "Is there twice. Write it once.", key)
    elif key == "recordings":
        checker.faults.add("wrong_type", "Is not a list. Write [...].", key)
    else:
        _value(content, piece, checker, key)
    checker.faults.raise_if_any()
    raise AssertionError("a fault was added")


def _take_items(content: bytes, start: int, end: int, checker: Checker) -> None:
    for piece in pieces(content, start, end, most=MOST_ITEM_BYTES):
        checker.item(_value(content, piece, checker, f"recordings[{checker.count}]"))


def _value(content: bytes, piece: Piece, checker: Checker, at: str) -> object:
    """A value decoded; None, after a fault, where it is too long or names something twice."""
    if piece.end - piece.start > MOST_ITEM_BYTES:
        text = f"Has too many bytes. Give at most {MOST_ITEM_BYTES}."
        checker.faults.add("too_large", text, at)
        return None
    value = _decoded(content, content[piece.start : piece.end], piece.start, checker)
    if names_in(value) < piece.keys:
        checker.faults.add("malformed", "Names a field twice. Write it once.", at)
    return value


def _decoded(content: bytes, text: bytes, start: int, checker: Checker) -> Any:
    """A stretch of the document, which is well-formed but may hold no text. Raises
    `ManifestRefused`."""
    try:
        return _json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _malformed(checker, content, error, start)


def _read_jsonl(content: bytes, checker: Checker) -> None:
    for number, line in _lines(content):
        if len(line) > MOST_ITEM_BYTES:
            text = f"Has {len(line)} bytes. Give at most {MOST_ITEM_BYTES}."
            checker.faults.add("too_large", text, "", number)
            continue
        try:
            raw = _json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            checker.faults.add("malformed", f"{_told(error)}. Write one JSON object.", "", number)
            continue
        if number == 1 and isinstance(raw, dict) and "manifest" in raw:
            _take_header(raw, checker)
        else:
            checker.item(raw, number)


def _take_header(raw: dict[str, Any], checker: Checker) -> None:
    head = raw["manifest"]
    if isinstance(head, dict) and len(raw) == 1:
        checker.head(head, 1)
    else:
        text = 'Is no header. Write {"manifest": {"title": "..."}} with nothing beside it.'
        checker.faults.add("wrong_type", text, "manifest", 1)


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines that are not empty, with their numbers from 1; the content is never copied whole."""
    start, number = 3 if content.startswith(b"\xef\xbb\xbf") else 0, 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        line = content[start:end].strip()
        if line:
            yield number, line
        start = end + 1


def _read_csv(content: bytes, checker: Checker) -> None:
    try:
        read_rows(content.decode("utf-8-sig"), checker)
    except UnicodeDecodeError as error:
        _malformed(checker, content, error)


def _malformed(checker: Checker, content: bytes, error: Exception, start: int = 0) -> None:
    """`error` is of what begins at `start`."""
    match = re.search(r"byte (\d+)", str(error))
    position = error.start if isinstance(error, UnicodeDecodeError) else match and int(match[1])
    if _is_cut_off(error):
        position = len(content.rstrip())
    line = None if position is None else content.count(b"\n", 0, start + position) + 1
    checker.faults.add("malformed", f"{_told(error)}. Mend it there.", "", line)
    checker.faults.raise_if_any()


def _told(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "Is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "Is nested too deeply"
    if _is_cut_off(error):
        return "Ends in the middle: a bracket, a brace or a quote is not closed"
    return str(error).rstrip(".")


def _is_cut_off(error: Exception) -> bool:
    return "truncated" in str(error)


_READERS: dict[str, Callable[[bytes, Checker], None]] = {
    "json": _read_json,
    "jsonl": _read_jsonl,
    "csv": _read_csv,
}
