"""The batch report in its formats. A new format is a writer and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from shared.model.batch.report import BatchReport, ReportItem
from shared.outputs.report.csv_writer import write_csv
from shared.outputs.report.html_writer import write_html
from shared.outputs.report.json_writer import write_json


class Format(NamedTuple):
    """`write` yields the report in pieces of a convenient size for an upload."""

    write: Callable[[BatchReport, Iterable[ReportItem]], Iterator[bytes]]
    media_type: str


FORMATS: dict[str, Format] = {
    "json": Format(write_json, "application/json"),
    "csv": Format(write_csv, "text/csv; charset=utf-8"),
    "html": Format(write_html, "text/html; charset=utf-8"),
}
