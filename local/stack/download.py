"""Bring the outputs to a folder, each under the name of its container."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from azure.storage.blob import BlobServiceClient

LIST = ".dropscribe"  # what an earlier run put there, so that the next one can replace it


def download(blobs: BlobServiceClient, containers: Iterable[str], out: Path) -> None:
    """Files of an earlier run go first; whatever else is in the folder stays."""
    out.mkdir(parents=True, exist_ok=True)
    _remove_earlier(out)
    written = []
    for container in containers:
        client = blobs.get_container_client(container)
        for name in client.list_blob_names():
            path = Path(container) / as_path(name)
            written.append(path.as_posix())
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(client.download_blob(name).readall())
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
