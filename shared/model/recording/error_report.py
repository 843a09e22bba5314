"""What a person finds under `errors/` for a recording that failed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from shared.model.failure import Failure
from shared.model.recording.output_names import long_name, output_stem, short_name
from shared.model.recording.recording import Recording

SCHEMA = "error/1"


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True):
    """`failure` says whose fault it was, what happened and what to do."""

    schema: str = SCHEMA
    batch_id: str
    recording_id: str
    container: str
    name: str
    etag: str
    bytes: int
    attempts: int
    failed_at: datetime
    failure: Failure
    notes: tuple[str, ...] = ()
    title: str | None = None
    client_item_id: str | None = None
    metadata: dict[str, str] = {}


def error_path(errors_container: str, recording: Recording) -> str:
    """A recording that failed because its name is too long has its report under its id."""
    path = f"{errors_container}/{output_stem(recording.container, recording.name)}.json"
    if long_name(recording.container, recording.name) is None:
        return path
    return short_name(path, recording.id)


def write_error_report(recording: Recording, failure: Failure, failed_at: datetime) -> bytes:
    """The report as indented JSON, UTF-8."""
    report = ErrorReport(
        batch_id=recording.batch_id,
        recording_id=recording.id,
        container=recording.container,
        name=recording.name,
        etag=recording.etag,
        bytes=recording.bytes,
        attempts=recording.attempt,
        failed_at=failed_at,
        failure=failure,
        notes=recording.notes,
        title=recording.labels.title,
        client_item_id=recording.labels.client_item_id,
        metadata=recording.labels.metadata,
    )
    return msgspec.json.format(msgspec.json.encode(report), indent=2)
