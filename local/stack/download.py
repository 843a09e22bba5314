"""Bring the outputs to a folder, each under the name of its container."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from shared.model.batch.recording import Recording
from shared.outputs.report import FORMATS

LIST = ".dropscribe"  # what an earlier run put there, so that the next one can replace it


def outputs_of(rows: Iterable[Recording], reports: str) -> list[str]:
    """What was written for these recordings, as "container/name": transcripts, error reports, and
    the reports of their batches, which lie in the container `reports`."""
    rows = list(rows)
    found = [path for row in rows if row.outcome for path in row.outcome.outputs.values()]
    found += [row.error_report for row in rows if row.error_report is not None]
    batches = dict.fromkeys(row.batch_id for row in rows)
    return found + [f"{reports}/{batch}.{kind}" for batch in batches for kind in FORMATS]


def download(blobs: BlobServiceClient, paths: Iterable[str], out: Path) -> None:
    """Files of an earlier run go first; whatever else is in the folder stays. What is not there any
    more is passed over."""
    out.mkdir(parents=True, exist_ok=True)
    _remove_earlier(out)
    written = []
    for there in dict.fromkeys(paths):
        container, _, name = there.partition("/")
        path = Path(container) / as_path(name)
        try:
            content = blobs.get_blob_client(container, name).download_blob().readall()
        except ResourceNotFoundError:
            continue
        written.append(path.as_posix())
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    (out / LIST).write_text("\n".join(written), encoding="utf-8")


def as_path(blob_name: str) -> Path:
    """A blob's name as a path below a folder: a part that would lead out of it is renamed."""
    parts = PurePosixPath(blob_name.replace("\\", "_")).parts
    return Path(*(part if part not in ("..", "/") else "_" for part in parts))


def _remove_earlier(out: Path) -> None:
    listed = out / LIST
    if not listed.exists():
        return
    for line in listed.read_text(encoding="utf-8").splitlines():
        (out / as_path(line)).unlink(missing_ok=True)
    listed.unlink()
