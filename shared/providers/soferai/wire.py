"""What the answers of Sofer.ai mean, in our types. No I/O.

Shapes are those of the API description of 2026-07-31; only what gives an answer its meaning has
to be there. Statuses are compared without case, and one that is not known counts as running. The
readers raise `Undecodable`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from shared.model.failure import Failure
from shared.ports.provider import RemoteStatus, ResultFile
from shared.providers.decoding import Undecodable, decode, decode_status
from shared.providers.redaction import redacted
from shared.providers.soferai import calls
from shared.providers.soferai.failures import CANCELLED, DEADLINE, DEADLINE_PASSED, FAILED
from shared.providers.soferai.labels import Label, read_label

_REUSED = timedelta(hours=6)  # a manifest is used for that long

State = Literal["completed", "failed", "cancelled", "insufficient_funds", "running", "late"]
_OVER: tuple[State, ...] = ("completed", "failed", "cancelled", "insufficient_funds")
_FAILURES: dict[State, Failure] = {
    "failed": FAILED,
    "cancelled": CANCELLED,
    "late": DEADLINE_PASSED,
}


class _Info(msgspec.Struct, frozen=True):
    """A TranscriptionInfo, and a TranscriptionSummary."""

    id: str
    status: str
    title: str | None = None
    client_item_id: str | None = None
    created_at: datetime | None = None
    hebrew_word_format: tuple[str, ...] | None = None
    model: str | None = None


class _Batch(msgspec.Struct, frozen=True):
    status: str
    transcriptions: tuple[_Info, ...]
    total_count: int | None = None
    pending_count: int | None = None


class _Created(msgspec.Struct, frozen=True):
    batch_id: str


class _Manifest(msgspec.Struct, frozen=True):
    """`id` where it is listed or asked about, `batch_file_id` where it was uploaded."""

    status: str
    id: str | None = None
    batch_file_id: str | None = None
    title: str | None = None
    created_at: datetime | None = None
    validation_errors: tuple[str, ...] | None = None


class _Manifests(msgspec.Struct, frozen=True):
    files: tuple[_Manifest, ...]


class _Balance(msgspec.Struct, frozen=True):
    available_balance: float


_info = msgspec.json.Decoder(_Info)
_infos = msgspec.json.Decoder(tuple[_Info, ...])
_batch = msgspec.json.Decoder(_Batch)
_created = msgspec.json.Decoder(_Created)
_manifest = msgspec.json.Decoder(_Manifest)
_manifests = msgspec.json.Decoder(_Manifests)
_balance = msgspec.json.Decoder(_Balance)


class Manifest(NamedTuple):
    """`status` is valid, invalid or anything else, which is not known yet; `faults` say why it is
    invalid."""

    id: str
    status: str
    faults: tuple[str, ...] = ()


class Item(NamedTuple):
    """One transcription of ours."""

    id: str
    label: Label
    state: State
    scripts: tuple[str, ...]
    model: str | None = None


class Items(NamedTuple):
    """The transcriptions of a job, as far as the service tells of them. `is_over`: there will be
    no more news of those that it does not tell of."""

    found: tuple[Item, ...]
    provider_status: str
    is_over: bool


# --- manifests and batches ------------------------------------------------------------------


def read_manifest(body: bytes) -> Manifest:
    return _manifest_of(decode(_manifest, body))


def read_listed_manifest(body: bytes, title: str, now: datetime) -> Manifest | None:
    """The first manifest of that title in the list, unless the links in it may be too old."""
    for found in decode(_manifests, body).files:
        made_at = found.created_at
        is_old = made_at is not None and made_at.tzinfo is not None and now - made_at > _REUSED
        if found.title == title and not is_old:
            return _manifest_of(found)
    return None


def read_created_id(body: bytes) -> str:
    return decode(_created, body).batch_id


def read_balance_cents(body: bytes) -> float:
    """What new transcriptions may cost, in cents of a US dollar."""
    return decode(_balance, body).available_balance


def _manifest_of(found: _Manifest) -> Manifest:
    manifest_id = found.batch_file_id or found.id
    if not manifest_id:
        raise Undecodable("a manifest without an id")
    faults = tuple(redacted(fault) for fault in found.validation_errors or ())
    return Manifest(manifest_id, found.status.lower(), faults)


# --- what became of a job -------------------------------------------------------------------


def read_batch(body: bytes, now: datetime) -> Items:
    """The transcriptions of a batch. One that is late is not waited for any more.

    A batch is over when all of its transcriptions are; what it says of itself counts only for
    those that it does not list. One in which nothing is known to be ours is never over."""
    batch = decode_status(_batch, body)
    found, told = _items(batch.transcriptions, now), len(batch.transcriptions)
    is_under_way = any(_state(info, now) == "running" for info in batch.transcriptions)
    rest_is_over = batch.pending_count == 0 and batch.status.lower() in ("completed", "failed")
    is_over = bool(found) and not is_under_way and (rest_is_over or told == batch.total_count)
    return Items(found, batch.status, is_over)


def read_list(body: bytes, mark: str) -> Items:
    """The transcriptions with that mark among all of the account. While one is not listed, it is
    waited for."""
    mine = [info for info in decode(_infos, body) if mark in (info.title or "")]
    found = tuple(item for item in _items(mine, None) if item.label.mark == mark)
    is_whole = bool(found) and len(found) == found[0].label.inputs
    return Items(found, "", is_whole and all(item.state != "running" for item in found))


def read_item(body: bytes) -> tuple[str, bool, tuple[str, ...]]:
    """The id of a transcription, whether it is completed, and the scripts that it has."""
    info = decode_status(_info, body)
    return info.id, info.status.lower() == "completed", info.hebrew_word_format or ()


def _items(infos: tuple[_Info, ...] | list[_Info], now: datetime | None) -> tuple[Item, ...]:
    labelled = ((info, read_label(info.client_item_id, info.title)) for info in infos)
    return tuple(
        Item(info.id, label, _state(info, now), info.hebrew_word_format or (), info.model)
        for info, label in labelled
        if label is not None
    )


def _state(info: _Info, now: datetime | None) -> State:
    for over in _OVER:
        if over == info.status.lower():
            return over
    created_at = info.created_at
    if now is None or created_at is None or created_at.tzinfo is None:
        return "running"
    return "late" if now - created_at > DEADLINE else "running"


def status_of(items: Items, batch_id: str | None) -> RemoteStatus:
    """The job as a whole, with its files. It failed where every one of its transcriptions did."""
    first = items.found[0] if items.found else None
    failures = [_FAILURES[item.state] for item in items.found if item.state in _FAILURES]
    is_failed = items.is_over and bool(failures) and len(failures) == len(items.found)
    if is_failed and first is not None:
        is_failed = len(failures) == first.label.inputs
    return RemoteStatus(
        state="failed" if is_failed else "succeeded" if items.is_over else "running",
        provider_status=items.provider_status,
        mark=first.label.mark if first else None,
        model=first.model if first else None,
        failure=failures[0] if is_failed else None,
        files=files_of(items, batch_id) if items.is_over else None,
    )


def files_of(items: Items, batch_id: str | None) -> tuple[ResultFile, ...]:
    """A result for each that is completed; what the others are instead, if they are over. What
    the status of a batch leaves out is to be asked for by `client_item_id`."""
    told = tuple(file for item in items.found if (file := _file_of(item)) is not None)
    return told + (_untold(items, batch_id) if batch_id is not None else ())


def _untold(items: Items, batch_id: str) -> tuple[ResultFile, ...]:
    if not items.found:
        return ()
    mark, _, inputs = items.found[0].label
    told = {item.label.position for item in items.found}
    labels = [Label(mark, at, inputs) for at in range(inputs) if at not in told]
    return tuple(_result(label, calls.item_path(batch_id, label)) for label in labels)


def _file_of(item: Item) -> ResultFile | None:
    position, name = item.label.position, str(item.label)
    if item.state == "completed":
        path = calls.transcription_path(item.id, item.scripts)
        return _result(item.label, path)
    if item.state == "insufficient_funds":
        return ResultFile(kind="unfunded", name=name, url="", index=position)
    failure = _FAILURES.get(item.state)
    if failure is None:
        return None
    return ResultFile(kind="failure", name=name, url="", index=position, failure=failure)


def _result(label: Label, url: str) -> ResultFile:
    return ResultFile(kind="result", name=str(label), url=url, index=label.position)
