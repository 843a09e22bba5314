"""Drop a manifest into the stack that `make run` keeps up, and watch its batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import msgspec
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from rich.console import Console

from local.stack.demo import (
    ALL_TRANSCRIBED,
    LOOK_SECONDS,
    SOME_FAILED,
    STACK_FAILED,
    show_and_keep,
    show_outcome,
    tell_of,
    the_stack,
)
from local.stack.download import download, make_ready
from local.stack.intake import choose
from local.stack.lasting import StackDown
from local.stack.stack import CONTAINERS, TABLE
from shared.batches.batch_status import BatchStatus
from shared.batches.status import TellStatus
from shared.errors import BatchMissing
from shared.model.batch.batch import manifest_batch_id
from shared.model.manifest.refusal import ManifestReport, told, verdict
from shared.model.recording.recording import Recording
from shared.stores.table.batches import TableBatchStore

SECONDS = 3600


def drop_manifest(folder: Path, manifest: Path, audio: Sequence[str], out: Path | None) -> int:
    """`audio` goes into the container for uploads first. Returns 0: all transcribed, 3: some
    failed or the manifest was refused, 1: the stack is not up or a file is missing."""
    console = Console(highlight=False)
    try:
        there = the_stack(folder, console)
        content = manifest.read_bytes()
        intake = choose(audio)
        tell_of(intake, console)
        if out is not None:
            make_ready(out)
    except (StackDown, OSError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return STACK_FAILED
    started, storage = monotonic(), there.storage
    blobs = BlobServiceClient.from_connection_string(storage)
    for drop in intake.drops:
        with drop.path.open("rb") as file:
            blob = blobs.get_blob_client(CONTAINERS["UPLOADS_CONTAINER"], drop.name)
            blob.upload_blob(file, overwrite=True)
    batch_id = _drop(blobs, manifest.name, content)
    console.print(f"Dropped {manifest.name}; its batch is {batch_id}.", markup=False)
    status = _watch(storage, batch_id, console)
    if status.error_report is not None:
        if out is not None:
            download(blobs, [status.error_report], out)
        return _show_refusal(status.error_report, blobs, console)
    rows = list(_rows(storage, batch_id))
    for row in rows:
        show_outcome(row, blobs, console)
    show_and_keep(console, there, rows, out, monotonic() - started)
    return SOME_FAILED if status.counts.failed else ALL_TRANSCRIBED


def _drop(blobs: BlobServiceClient, name: str, content: bytes) -> str:
    container = CONTAINERS["MANIFESTS_CONTAINER"]
    answer = blobs.get_blob_client(container, name).upload_blob(content, overwrite=True)
    return manifest_batch_id(container, name, str(answer["etag"]))


def _rows(storage: str, batch_id: str) -> Iterator[Recording]:
    table = TableServiceClient.from_connection_string(storage).get_table_client(TABLE)
    return TableBatchStore(table).recordings(batch_id)


def _watch(storage: str, batch_id: str, console: Console) -> BatchStatus:
    """Raises `TimeoutError`."""
    table = TableServiceClient.from_connection_string(storage).get_table_client(TABLE)
    tell_status = TellStatus(store=TableBatchStore(table), clock=_Clock())
    deadline = monotonic() + SECONDS
    with console.status("waiting for the manifest to be read") as line:
        while monotonic() < deadline:
            try:
                status = tell_status(batch_id)
            except BatchMissing:
                sleep(LOOK_SECONDS)
                continue
            counts = status.counts
            line.update(
                f"{status.status}: transcribed {counts.transcribed}, failed {counts.failed} "
                f"of {counts.accepted}"
            )
            if status.status in ("completed", "cancelled", "refused"):
                return status
            sleep(LOOK_SECONDS)
    raise TimeoutError(f"not done after {SECONDS / 60:.0f} minutes")


def _show_refusal(error_report: str, blobs: BlobServiceClient, console: Console) -> int:
    container, _, name = error_report.partition("/")
    content = blobs.get_blob_client(container, name).download_blob().readall()
    report = msgspec.json.decode(content, type=ManifestReport)
    found = verdict(len(report.faults) + report.more)
    console.print(f"{error_report}: {found}", style="red", markup=False)
    for fault in report.faults:
        console.print(f"  {told(fault)}", markup=False)
    return SOME_FAILED


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)
