"""What a person finds under `errors/` for a manifest that was refused."""

from __future__ import annotations

from datetime import datetime

import msgspec

from shared.errors import Fault, ManifestRefused

SCHEMA = "manifest-error/1"


class ManifestReport(msgspec.Struct, frozen=True, kw_only=True):
    """`summary` says all that matters to a person; `more` is how many faults are not listed."""

    schema: str = SCHEMA
    container: str
    name: str
    etag: str
    refused_at: datetime
    summary: str
    faults: tuple[Fault, ...]
    more: int


def write_manifest_report(
    container: str, name: str, etag: str, refused_at: datetime, refused: ManifestRefused
) -> bytes:
    """The report as indented JSON, UTF-8."""
    report = ManifestReport(
        container=container,
        name=name,
        etag=etag,
        refused_at=refused_at,
        summary=summary(refused),
        faults=refused.faults,
        more=refused.more,
    )
    return msgspec.json.format(msgspec.json.encode(report), indent=2)


def summary(refused: ManifestRefused) -> str:
    """Sentences for a person: how many faults, and the first of them."""
    count = len(refused.faults) + refused.more
    first = f"{'It' if count == 1 else 'The first'} is: {told(refused.faults[0])}"
    return f"{verdict(count)} {first}"


def verdict(count: int) -> str:
    """Of so many faults."""
    faults = "One fault" if count == 1 else f"{count} faults"
    return f"{faults}; nothing of this manifest was taken. Mend it and drop it again."


def told(fault: Fault) -> str:
    """`Line 3, recordings[1].locale: ...`"""
    line = f"line {fault.line}" if fault.line is not None else ""
    where = ", ".join(part for part in (line, fault.at) if part) or "the manifest"
    return f"{where}: {fault.message}"
