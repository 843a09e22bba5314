"""The report as the API hands it out: as it was written, in the words of `report/1`."""

from __future__ import annotations

from shared.model.batch.report import BatchReport, ReportItem


class Report(BatchReport, frozen=True, kw_only=True):
    """The report of a batch that is over; docs/report.md explains it. Of a large batch it is read
    better as a stream: one recording a line."""

    recordings: tuple[ReportItem, ...]
