"""Reads `report.json`: what became of each input of a job.

Older reports say `sourceUrl` where newer ones say `source`; the counts at the top are not needed
and may be missing.
"""

from __future__ import annotations

import msgspec

from shared.errors import ResultMalformed
from shared.model.failure import Failure
from shared.ports.provider import ProviderReport
from shared.providers.azure_speech.failures import read_failure
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import without_query


class _Detail(msgspec.Struct, frozen=True, rename="camel"):
    source: str | None = None
    source_url: str | None = None
    status: str | None = None
    error_kind: str | None = None
    error_message: str | None = None


class _Report(msgspec.Struct, frozen=True):
    details: tuple[_Detail, ...]


_report = msgspec.json.Decoder(_Report)


def read_report(body: bytes) -> ProviderReport:
    """Who failed, and why. An entry with another status than Failed says nothing: its recording has
    a result, or shows up as missing. Raises `ResultMalformed`."""
    try:
        details = decode(_report, body).details
    except Undecodable as error:
        raise ResultMalformed(f"The report cannot be read: {error}", code="malformed") from None
    failed: dict[str, Failure] = {}
    for detail in details:
        source = without_query(detail.source or detail.source_url or "")
        if source and (detail.status or "").lower() == "failed":
            failed[source] = read_failure(detail.error_kind or "", detail.error_message or "")
    return ProviderReport(failed=failed)
