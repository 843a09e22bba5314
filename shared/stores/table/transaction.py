"""Transactions of Table Storage on the wire: up to 100 changes of one partition, all or none.

The SDK takes a transaction apart into messages of the e-mail kind and puts each through a pipeline
of its own, which costs half a millisecond a row (docs/performance.md). Here the body is text from
the start; signing, retries and the connection stay the SDK's. Formats: "Performing entity group
transactions" and "Payload format for Table service operations" of the Table Storage REST reference.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.data.tables import EntityProperty, TableClient

_STATUS = re.compile(rb"^HTTP/1\.1 (\d{3})", re.MULTILINE)
_ETAG = re.compile(rb"^ETag: *(\S+)", re.MULTILINE | re.IGNORECASE)
_ANY = "*"
_LINE_ENDS = ((b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"))  # Azurite splits there
_NAMES = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


class Change(NamedTuple):
    """One row of a transaction, and its ETag as it has to be: None for no condition."""

    method: str
    row: Mapping[str, Any]
    version: str | None = None


class TransactionFailed(HttpResponseError):
    """One of the changes was refused, with `status_code`, so none was made."""

    def __init__(self, status: int) -> None:
        super().__init__("a change was refused")
        self.status_code = status


def insert(row: Mapping[str, Any]) -> Change:
    """It must not be there yet."""
    return Change("POST", row)


def write(row: Mapping[str, Any], version: str) -> Change:
    """Insert a row that has no version yet; replace another one if it still has this one."""
    return Change("PUT", row, version) if version else insert(row)


def put(row: Mapping[str, Any]) -> Change:
    """Insert or replace, whatever was there."""
    return Change("PUT", row)


def remove(row: Mapping[str, Any], version: str = _ANY) -> Change:
    """It must be there, in this version or in whatever. Only its keys are looked at."""
    return Change("DELETE", row, version)


def transact(table: TableClient, changes: Sequence[Change]) -> list[str]:
    """The new versions, "" of a row that was removed. Raises `TransactionFailed`, and what the
    SDK's pipeline raises."""
    boundary = uuid4().hex
    request = HttpRequest(
        "POST",
        f"{table.url}/$batch",
        headers={
            "Content-Type": f"multipart/mixed; boundary=batch_{boundary}",
            "Accept": "application/json",
            "DataServiceVersion": "3.0",
            "MaxDataServiceVersion": "3.0;NetFx",
            "x-ms-version": table.api_version,
        },
        content=encode(changes, f"{table.url}/{table.table_name}", boundary),
    )
    # The SDK's own way to its pipeline; there is no public one. Not as a stream, it would want to
    # decode what it does not know.
    answer = table._client.send_request(request, stream=True)
    content = answer.read()
    if answer.status_code != 202:
        raise HttpResponseError(response=answer)
    versions = read_versions(content)
    if len(versions) != len(changes):  # cut off on the way: whether it was carried out shows later
        raise TransactionFailed(500)
    return versions


def encode(changes: Sequence[Change], table_url: str, boundary: str) -> bytes:
    """The body. `boundary` must not be part of any row."""
    parts = [
        f"--batch_{boundary}\r\n"
        f"Content-Type: multipart/mixed; boundary=changeset_{boundary}\r\n\r\n".encode()
    ]
    for number, change in enumerate(changes):
        parts += (
            f"--changeset_{boundary}\r\nContent-Type: application/http\r\n"
            f"Content-Transfer-Encoding: binary\r\nContent-ID: {number}\r\n\r\n"
            f"{change.method} {_url(change, table_url)} HTTP/1.1\r\n"
            "DataServiceVersion: 3.0\r\nAccept: application/json;odata=minimalmetadata\r\n"
            "Content-Type: application/json\r\n".encode(),
            _conditions(change).encode(),
            b"\r\n",
            b"" if change.method == "DELETE" else encode_row(change.row),
            b"\r\n",
        )
    parts.append(f"--changeset_{boundary}--\r\n--batch_{boundary}--\r\n".encode())
    return b"".join(parts)


def encode_row(row: Mapping[str, Any]) -> bytes:
    """A row as JSON, with the types that JSON does not have. `EntityProperty` is a 64-bit integer
    here."""
    properties: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, EntityProperty):
            properties[name], kind = str(value.value), "Edm.Int64"
        elif isinstance(value, datetime):
            properties[name] = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
            kind = "Edm.DateTime"
        elif isinstance(value, float):
            properties[name], kind = value if isfinite(value) else _NAMES[str(value)], "Edm.Double"
        elif isinstance(value, bytes):  # as text it would take more than a column may hold
            properties[name], kind = b64encode(value).decode(), "Edm.Binary"
        else:
            properties[name] = value
            continue
        properties[f"{name}@odata.type"] = kind
    text = msgspec.json.encode(properties)
    for char, escaped in _LINE_ENDS:
        text = text.replace(char, escaped)
    return text


def read_versions(answer: bytes) -> list[str]:
    """The answer holds one part for each change or, if one was refused, that one alone."""
    statuses = [int(status) for status in _STATUS.findall(answer)]
    refused = next((status for status in statuses if status >= 300), None)
    if refused is not None or not statuses:
        raise TransactionFailed(refused or 500)
    parts = _STATUS.split(answer)[2::2]
    etags = (_ETAG.search(part) for part in parts)
    return [etag[1].decode() if etag else "" for etag in etags]


def _url(change: Change, table_url: str) -> str:
    if change.method == "POST":
        return table_url
    return f"{table_url}(PartitionKey='{_key(change, 0)}',RowKey='{_key(change, 1)}')"


def _key(change: Change, which: int) -> str:
    return quote(change.row[("PartitionKey", "RowKey")[which]].replace("'", "''"), safe="")


def _conditions(change: Change) -> str:
    if change.method == "POST":
        return "Prefer: return-no-content\r\n"
    return "" if change.version is None else f"If-Match: {change.version}\r\n"
