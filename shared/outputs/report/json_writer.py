"""The report for programs: exact, complete, one recording a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from shared.model.batch.report import BatchReport, ReportItem, reconciled
from shared.outputs.report.pieces import in_pieces


def write_json(header: BatchReport, items: Iterable[ReportItem]) -> Iterator[bytes]:
    """The header's fields, then `recordings`, in the order of `items`.

    Raises `ValueError` at the end if the items are not those that the header counted.
    """
    return in_pieces(_parts(header, items))


def _parts(header: BatchReport, items: Iterable[ReportItem]) -> Iterator[str]:
    encode = msgspec.json.Encoder().encode
    yield encode(header).decode().removesuffix("}") + ',"recordings":['
    separator = "\n"
    for item in reconciled(header, items):
        yield separator + encode(item).decode()
        separator = ",\n"
    yield "\n]}\n"
