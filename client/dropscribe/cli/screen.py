"""What a command shows: tables and colours to people, JSON to programs, data alone to pipes."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from operator import itemgetter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

_COLOURS = {
    "completed": "green",
    "transcribed": "green",
    "ok": "green",
    "delivered": "green",
    "failed": "red",
    "refused": "red",
    "failing": "red",
    "cancelled": "yellow",
    "needs review": "yellow",
    "running": "cyan",
}

_ENDLESS = 10_000
"""Columns of what goes into a pipe, where nothing is to be broken."""

Column = tuple[str, Callable[[Mapping[str, Any]], Any]]
_OF_UPLOAD = re.compile(r"(?<![^/])[0-9a-f]{24}/(?=[^/]+$)")


class Screen:
    """`data` asks for JSON. Messages go to the error output, so that what a command gives can be
    piped."""

    def __init__(self, *, data: bool) -> None:
        self.data = data
        wide = None if sys.stdout.isatty() or "FORCE_COLOR" in os.environ else _ENDLESS
        self.out = Console(highlight=False, soft_wrap=True, width=wide)
        self.told = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """To a person who watches; programs are told nothing."""
        if not self.data:
            self.told.print(Text(text))

    def give(self, content: Any) -> None:
        """JSON, whoever reads it."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def write(self, content: bytes) -> None:
        """As it is."""
        sys.stdout.buffer.write(content)
        sys.stdout.flush()

    def table(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> None:
        """A row a line, on a terminal without columns that hold nothing; with `--json` the rows
        whole, as one list."""
        if self.data:
            self.give(list(rows))
            return
        shown = Table(box=None, pad_edge=False, header_style="bold")
        told = [[_cell(value(row)) for _, value in columns] for row in rows]
        kept = [
            at
            for at in range(len(columns))
            if not (told and self.out.is_terminal) or any(cells[at].plain for cells in told)
        ]
        for at in kept:
            shown.add_column(columns[at][0], overflow="fold", no_wrap=at == 0)
        for cells in told:
            shown.add_row(*(cells[at] for at in kept))
        self.out.print(shown)

    def facts(self, whole: Mapping[str, Any], pairs: Sequence[tuple[str, Any]]) -> None:
        """What matters of one thing; with `--json` the thing whole."""
        if self.data:
            self.give(whole)
            return
        shown = Table(box=None, pad_edge=False, show_header=False)
        shown.add_column(style="bold")
        shown.add_column(overflow="fold")
        for name, value in pairs:
            if value not in (None, ""):
                shown.add_row(name, _cell(value))
        self.out.print(shown)

    def uploading(self) -> AbstractContextManager[Progress]:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=self.told,
            disable=self.data or not self.told.is_terminal,
            transient=True,
        )


def _cell(value: Any) -> Text:
    text = "" if value is None else str(value)
    return Text(text, style=_COLOURS.get(text, ""))


def columns_of(*names: str) -> tuple[Column, ...]:
    """Fields as they are called."""
    return tuple((name, itemgetter(name)) for name in names)


def moment(text: str | None) -> str:
    """In this machine's time."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}" if text else ""


def length(ms: int | None) -> str:
    if ms is None:
        return ""
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def duration(seconds: int | None) -> str:
    """About: whole minutes, hours or days of what takes long."""
    if seconds is None:
        return ""
    for unit, each in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * each:
            return f"{seconds / each:.1f} {unit}".replace(".0 ", " ")
    return f"{seconds} s"


def counted(counts: Mapping[str, object]) -> list[tuple[str, object]]:
    """What there is, and what everybody asks for."""
    always = ("accepted", "transcribed", "failed")
    return [(name, number) for name, number in counts.items() if number or name in always]


def money(cost: Mapping[str, Any] | None) -> str:
    """A single recording may cost less than a cent."""
    if not cost:
        return ""
    digits = 4 if 0 < cost["amount"] < 1 else 2
    return f"{cost['amount']:.{digits}f} {cost['currency']}"


def called(item: Mapping[str, Any]) -> str:
    """What people call a recording: its title, else its name without the folder that an upload link
    gave it, which says nothing."""
    return str(item.get("title") or _OF_UPLOAD.sub("", item["name"]))
