"""Bring the outputs to a folder, each under the name of its container. Nothing goes there but
the error report of a recording that has a transcript by now, and what somebody changed or put there
stays as it is."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from shared.model.recording.error_report import error_path
from shared.model.recording.recording import Recording
from shared.outputs.report import FORMATS

LONGEST = 255
"""Bytes of a part of a path, on nearly every disk."""
_ENDING = 16
LIST = ".dropscribe"  # what was put there, and the SHA-256 of each, so as to know it again


class Downloaded(NamedTuple):
    """Paths in the folder: `there` are the outputs, `left` what lies in the place of one and is not
    as it was put there."""

    there: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


def outputs_of(rows: Iterable[Recording], reports: str) -> list[str]:
    """What was written for these recordings, as "container/name": transcripts, insights, error
    reports, and the reports of their batches, which lie in the container `reports`."""
    rows = list(rows)
    found = [path for row in rows if row.outcome for path in row.outcome.outputs.values()]
    found += [
        row.understanding.path for row in rows if row.understanding and row.understanding.path
    ]
    found += [row.error_report for row in rows if row.error_report is not None]
    batches = dict.fromkeys(row.batch_id for row in rows)
    return found + [f"{reports}/{batch}.{kind}" for batch in batches for kind in FORMATS]


def superseded(rows: Iterable[Recording], errors: str) -> list[str]:
    """The error reports, as "container/name", that earlier versions of what is transcribed by now
    would have; `errors` is their container."""
    return [error_path(errors, row) for row in rows if row.outcome]


def make_ready(out: Path) -> None:
    """Makes the folder, before hours go into what it is to hold. Raises `OSError` that says why it
    cannot hold anything."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return
    except OSError as error:
        raise OSError(
            f"The outputs cannot be put into {out} ({error.strerror}). Name another folder: "
            "OUT=results, or --out results"
        ) from None


def download(
    blobs: BlobServiceClient, paths: Iterable[str], out: Path, superseded: Collection[str] = ()
) -> Downloaded:
    """Adds to the folder, and replaces what was put there and is as it was. An output that is not
    there any more is passed over. What is `superseded` goes, if it was put there and is as it
    was."""
    out.mkdir(parents=True, exist_ok=True)
    known, there, left = _known(out), [], []
    try:
        for output in dict.fromkeys(paths):
            container, _, name = output.partition("/")
            path = _path(output)
            try:
                content = blobs.get_blob_client(container, name).download_blob().readall()
            except ResourceNotFoundError:
                continue
            if not _may_be_written(out / path, content, known.get(path.as_posix())):
                left.append(path)
                continue
            _write(out / path, content)
            known[path.as_posix()] = _digest(content)
            there.append(path)
        for output in superseded:
            _take_away(out, _path(output), known)
    except BaseException:
        with suppress(OSError):
            _keep_list(out, known)
        raise
    _keep_list(out, known)
    return Downloaded(tuple(there), tuple(left))


def _keep_list(out: Path, known: dict[str, str]) -> None:
    _write(out / LIST, msgspec.json.format(msgspec.json.encode(known), indent=1))


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise OSError(
            f"{file} cannot be written ({error.strerror}); what came before it is there. Make "
            "room, or name another folder: OUT=results, or --out results"
        ) from None


def _path(output: str) -> Path:
    container, _, name = output.partition("/")
    return Path(container) / as_path(name)


def _take_away(out: Path, path: Path, known: dict[str, str]) -> None:
    digest = known.get(path.as_posix())
    if digest is not None and (out / path).is_file():
        if _digest((out / path).read_bytes()) != digest:
            return
        (out / path).unlink()
    known.pop(path.as_posix(), None)


def as_path(blob_name: str) -> Path:
    """A blob's name as a path below a folder: a part that would lead out of it is renamed, and one
    that no disk takes is shortened."""
    parts = PurePosixPath(blob_name.replace("\\", "_")).parts
    return Path(*(_short(part) if part not in ("..", "/") else "_" for part in parts))


def _short(part: str) -> str:
    """Of at most `LONGEST` bytes: beginning and ending stay, and what tells it from others."""
    content = part.encode()
    if len(content) <= LONGEST:
        return part
    ending = part[-_ENDING:]
    told = f"~{_digest(content)[:8]}~{ending}"
    return content[: LONGEST - len(told.encode())].decode(errors="ignore") + told


def _may_be_written(file: Path, content: bytes, known: str | None) -> bool:
    if not file.exists():
        return True
    return _digest(file.read_bytes()) in (known, _digest(content))


def _known(out: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode((out / LIST).read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
