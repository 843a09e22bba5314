"""Reads a manifest from a file: JSON, JSONL or CSV. Nothing is half read: a `Manifest` comes out,
or `ManifestRefused` with every fault, each with its line or item.

    JSON    {"title": "March", "recordings": [{"blob": "a.wav"}, ...]}, or only the list
    JSONL   an item a line; the first line may be the head: an object with "manifest"
    CSV     a column for each field; lines "# title: March" before them are the head
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from shared.model.manifest.checks import HEAD_KEYS, ITEM_KEYS, Checker, Known
from shared.model.manifest.entry import OPTION_KEYS, Faults
from shared.model.manifest.manifest import MOST_BYTES, Manifest
from shared.model.profile import keys

FORMATS = ("json", "jsonl", "csv")
METADATA_COLUMN = "metadata."
_RANGE = re.compile(r"([0-9]{1,3})\s*-\s*([0-9]{1,3})")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")
_COLUMNS = (*(key for key in ITEM_KEYS if key != "metadata"), *sorted(OPTION_KEYS))
_json = msgspec.json.Decoder()


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
        document = _json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _malformed(checker, content, error)
    take_document(document, checker)


def take_document(document: object, checker: Checker) -> None:
    """A manifest as JSON has it, already decoded: the head with `recordings`, or only these."""
    if isinstance(document, list):
        document = {"recordings": document}
    if not isinstance(document, dict):
        text = 'Is not a manifest. Write an object with "recordings", a list of objects.'
        checker.faults.add("wrong_type", text)
        checker.faults.raise_if_any()
        return
    checker.head({key: value for key, value in document.items() if key != "recordings"})
    recordings = document.get("recordings")
    if recordings is not None and not isinstance(recordings, list):
        checker.faults.add("wrong_type", "Is not a list. Write [...].", "recordings")
        checker.faults.raise_if_any()
    for raw in recordings or ():
        checker.item(raw)


def _read_jsonl(content: bytes, checker: Checker) -> None:
    for number, line in _lines(content):
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


def _read_csv(content: bytes, checker: Checker) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _malformed(checker, content, error)
        return
    lines = text.splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    _csv_head(lines[:count], checker)
    rows = csv.reader(lines[count:], strict=True, delimiter=_delimiter(lines[count : count + 1]))
    try:
        columns = [name.strip() for name in next(rows, [])]
        usable = _check_columns(columns, checker, count + 1)
        for row in rows:
            if any(cell.strip() for cell in row):
                _csv_item(row, columns, usable, checker, count + rows.line_num)
    except csv.Error as error:
        line = count + rows.line_num
        checker.faults.add("malformed", f"Is not CSV: {error}.", "", line)


def _csv_head(lines: list[str], checker: Checker) -> None:
    raw: dict[str, Any] = {}
    known = {*HEAD_KEYS, *OPTION_KEYS}
    for number, line in enumerate(lines, 1):
        key, sign, text = line.lstrip("#").partition(":")
        key = key.strip()
        if key.startswith(METADATA_COLUMN):
            raw.setdefault("metadata", {})[key.removeprefix(METADATA_COLUMN)] = text.strip()
        elif sign and key in known - {"metadata"}:
            _put_cell(raw, key, text.strip(), checker, "", number)
        elif sign and text.strip():
            hint = keys.did_you_mean(key, known)
            checker.faults.add("unknown_field", f"There is no such field{hint}.", key, number)
    checker.head(raw)


def _check_columns(columns: list[str], checker: Checker, line: int) -> list[bool]:
    """Which of the columns are known. A stranger is told once, not for every row."""
    usable = []
    for column in columns:
        is_known = column in _COLUMNS or (
            column.startswith(METADATA_COLUMN) and column != METADATA_COLUMN
        )
        if not is_known:
            hint = keys.did_you_mean(column, _COLUMNS)
            checker.faults.add("unknown_field", f"There is no such column{hint}.", column, line)
        elif columns.count(column) > 1:
            checker.faults.add("unknown_field", "Is there more than once.", column, line)
        usable.append(is_known)
    return usable


def _csv_item(
    row: list[str], columns: list[str], usable: list[bool], checker: Checker, line: int
) -> None:
    at = f"recordings[{checker.count}]"
    if len(row) > len(columns):
        text = f"Has {len(row)} cells, the first line names {len(columns)} columns."
        checker.faults.add("malformed", text, at, line)
    raw: dict[str, Any] = {}
    for column, is_known, cell in zip(columns, usable, row, strict=False):
        text = cell.strip()
        if not is_known or not text:
            continue
        if column.startswith(METADATA_COLUMN):
            raw.setdefault("metadata", {})[column.removeprefix(METADATA_COLUMN)] = cell
        else:
            _put_cell(raw, column, text, checker, at, line)
    checker.item(raw, line)


def _put_cell(
    raw: dict[str, Any], key: str, text: str, checker: Checker, at: str, line: int
) -> None:
    """A cell as JSON would have it: options as in blob metadata, `2`, `2-5` or `auto` speakers."""
    if key == "speakers":
        raw[key] = _speakers(text)
    elif key == "budget":
        raw[key] = _amount(text)
    elif key == "providers":
        raw[key] = [name.strip() for name in text.split(",")]
    elif key not in OPTION_KEYS:
        raw[key] = text
    else:
        value = keys.value_of_text(key, text)
        if isinstance(value, keys.Problem):
            checker.faults.add("bad_value", value.sentence, f"{at}.{key}".lstrip("."), line)
        else:
            raw[key] = "none" if value is None else msgspec.to_builtins(value)


def _amount(text: str) -> object:
    return float(text) if _AMOUNT.fullmatch(text) else text


def _speakers(text: str) -> object:
    match = _RANGE.fullmatch(text)
    if match:
        return {"min": int(match[1]), "max": int(match[2])}
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text.lower()


def _delimiter(first: list[str]) -> str:
    """Spreadsheets of half of Europe separate by semicolons."""
    line = first[0] if first else ""
    return max(",;\t", key=lambda sign: (line.count(sign), sign == ","))


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


def _malformed(checker: Checker, content: bytes, error: Exception) -> None:
    match = re.search(r"byte (\d+)", str(error))
    position = error.start if isinstance(error, UnicodeDecodeError) else match and int(match[1])
    line = None if position is None else content.count(b"\n", 0, position) + 1
    checker.faults.add("malformed", f"{_told(error)}. Mend it there.", "", line)
    checker.faults.raise_if_any()


def _told(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "Is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "Is nested too deeply"
    return str(error).rstrip(".")


_READERS: dict[str, Callable[[bytes, Checker], None]] = {
    "json": _read_json,
    "jsonl": _read_jsonl,
    "csv": _read_csv,
}
