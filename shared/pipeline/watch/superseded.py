"""Error reports of versions that somebody replaced since: what they advise was done."""

from __future__ import annotations

from shared.log import event
from shared.ports.blobs import AudioEntry, Outputs, StoredReport


class Superseded:
    """Of one folder of error reports, found while the container that they tell of is listed, so
    that nothing is asked of single blobs. A report whose blob is gone stays."""

    def __init__(self, outputs: Outputs, folder: str) -> None:
        self._outputs = outputs
        self._reports: dict[str, list[StoredReport]] = {}
        for report in outputs.reports_of(folder):
            self._reports.setdefault(_name(report, folder), []).append(report)
        self._found: list[StoredReport] = []

    def look_at(self, entry: AudioEntry) -> AudioEntry:
        """The same entry."""
        for report in self._reports.get(entry.name, ()):
            if report.audio_etag and report.audio_etag != entry.etag:
                self._found.append(report)
        return entry

    def remove(self) -> None:
        for report in self._found:
            self._outputs.remove_stored(report)
        if self._found:
            event("error_reports.superseded", reports=len(self._found))


def _name(report: StoredReport, folder: str) -> str:
    """Of the blob, also where the report was moved aside for that of a newer version."""
    name = report.path.removeprefix(f"{folder}/").removesuffix(".json")
    return name.removesuffix(f".{report.recording_id[:8]}")
