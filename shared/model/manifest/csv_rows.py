"""A manifest as a table: a column for each field, lines `# title: March` before them as the head.

Lines end at CR and LF and nowhere else, as RFC 4180 has it: a line separator of Unicode, pasted
into a title, begins no recording. No row takes more than its bytes may cost.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from shared.model.manifest.checks import ITEM_KEYS, Checker
from shared.model.manifest.entry import HEAD_KEYS, OPTION_KEYS
from shared.model.profile import keys

METADATA_COLUMN = "metadata."
MOST_COLUMNS, MOST_ROW_CHARACTERS = 200, 1_000_000
_RANGE = re.compile(r"([0-9]{1,3})\s*-\s*([0-9]{1,3})")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")
_COLUMNS = (*(key for key in ITEM_KEYS if key != "metadata"), *sorted(OPTION_KEYS))
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")


class _Lines:
    """The lines of a text. Raises `csv.Error` where more than a row may have comes without
    `row_ends` between."""

    def __init__(self, text: str) -> None:
        self._found, self._fed = _LINE.finditer(text), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        match = next(self._found)
        self._fed += match.end() - match.start()
        if self._fed > MOST_ROW_CHARACTERS:
            raise csv.Error(f"a row of more than {MOST_ROW_CHARACTERS} characters")
        return match[0]

    def row_ends(self) -> None:
        """What comes now is another row."""
        self._fed = 0


def read_rows(text: str, checker: Checker) -> None:
    """The head, then an item a row."""
    lines, count, number = _Lines(text), 0, 0
    try:
        head, first = _before_the_table(lines)
        count = len(head)
        _csv_head(head, checker)
        rows = csv.reader(chain(first, lines), strict=True, delimiter=_delimiter(first))
        columns = [name.strip() for name in next(rows, [])]
        if len(columns) > MOST_COLUMNS:
            told = f"Has {len(columns)} columns. Give at most {MOST_COLUMNS}."
            checker.faults.add("too_many", told, "", count + 1)
            checker.faults.raise_if_any()
        usable = _check_columns(columns, checker, count + 1)
        lines.row_ends()
        for row in rows:
            lines.row_ends()
            number = rows.line_num
            if any(cell.strip() for cell in row):
                _csv_item(row, columns, usable, checker, count + number)
    except csv.Error as error:
        line = count + number + 1
        checker.faults.add("malformed", f"Is not CSV: {error}.", "", line)


def _before_the_table(lines: _Lines) -> tuple[list[str], list[str]]:
    """The lines of the head, and the first one after them, if there is one."""
    head: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            return head, [line]
        head.append(line)
    return head, []


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
            text = checker.faults.stranger(key, "field", known, ", ".join(sorted(known)))
            checker.faults.add("unknown_field", text, key[:60], number)
    checker.head(raw)


def _check_columns(columns: list[str], checker: Checker, line: int) -> list[bool]:
    """Which of the columns are known. A stranger is told once, not for every row."""
    usable, times = [], Counter(columns)
    for column in columns:
        is_known = column in _COLUMNS or (
            column.startswith(METADATA_COLUMN) and column != METADATA_COLUMN
        )
        if not is_known:
            listed = f"{', '.join(_COLUMNS)}, metadata.NAME"
            text = checker.faults.stranger(column, "column", _COLUMNS, listed)
            checker.faults.add("unknown_field", text, column[:60], line)
        elif times[column] > 1:
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
