"""Single rows of Table Storage on the wire.

The SDK lays every call out in several models and gives each value of a row a type of its own, which
costs more than the call (docs/performance.md). Here the text is ours; signing, retries and the
connection stay the SDK's. Formats: "Query Entities", "Insert Entity", "Update Entity" and "Payload
format for Table service operations" of the Table Storage REST reference.

Every function raises what the SDK's own would: `HttpResponseError` and its kinds.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.data.tables import TableClient, TableEntity
from azure.data.tables._error import _process_table_error
from azure.data.tables._serialize import _parameter_filter_substitution

from shared.stores.table.transaction import encode_row

_HEADERS = {"Accept": "application/json;odata=minimalmetadata", "DataServiceVersion": "3.0"}
_WITH_ROW = {"Content-Type": "application/json"}
_NEXT = ("NextPartitionKey", "NextRowKey")
_TYPES: Mapping[str, Callable[[str], Any]] = {
    "Edm.Int64": int,
    "Edm.DateTime": datetime.fromisoformat,
    "Edm.Binary": b64decode,
    "Edm.Double": float,
}


class _Answer(Protocol):
    status_code: int
    headers: Mapping[str, str]

    def read(self) -> bytes: ...


def get(table: TableClient, partition: str, key: str) -> TableEntity:
    return _entity(msgspec.json.decode(_send(table, "GET", _url(table, partition, key)).read()))


def query(
    table: TableClient,
    where: str,
    values: Mapping[str, Any],
    select: Sequence[str] = (),
    page: int | None = None,
) -> Iterator[TableEntity]:
    """Row by row; each page is one call of at most `page` rows."""
    asked = {"$filter": _parameter_filter_substitution(dict(values), where)}
    if select:
        asked["$select"] = ",".join(select)
    if page is not None:
        asked["$top"] = str(page)
    following: dict[str, str] = {}
    while True:
        text = urlencode({**asked, **following}, quote_via=quote)
        answer = _send(table, "GET", f"{_url(table)}()?{text}")
        content = answer.read()
        following = {
            name: answer.headers[f"x-ms-continuation-{name}"]
            for name in _NEXT
            if answer.headers.get(f"x-ms-continuation-{name}")
        }
        yield from map(_entity, msgspec.json.decode(content)["value"])
        if not following:
            return


def insert(table: TableClient, row: Mapping[str, Any]) -> str:
    """The version of the new row."""
    return _version(_send(table, "POST", _url(table), row, {"Prefer": "return-no-content"}))


def put(table: TableClient, row: Mapping[str, Any], version: str | None = None) -> str:
    """Replace the row that has this version; without one, insert or replace. Returns the new
    version."""
    url = _url(table, row["PartitionKey"], row["RowKey"])
    return _version(_send(table, "PUT", url, row, {} if version is None else {"If-Match": version}))


def _send(
    table: TableClient,
    method: str,
    url: str,
    row: Mapping[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> _Answer:
    headers = {**_HEADERS, "x-ms-version": table.api_version, **(more or {})}
    content = None
    if row is not None:
        headers, content = {**headers, **_WITH_ROW}, encode_row(row)
    request = HttpRequest(method, url, headers=headers, content=content)
    # The SDK's own way to its pipeline; there is no public one. Of an answer that is no stream it
    # would read the JSON, and so would we.
    answer: Any = table._client._client.send_request(request, stream=row is None)
    if answer.status_code >= 400:
        answer.read()
        _process_table_error(HttpResponseError(response=answer))  # type: ignore[no-untyped-call]
    found: _Answer = answer
    return found


def _version(answer: _Answer) -> str:
    return answer.headers["etag"]


def _url(table: TableClient, partition: str | None = None, key: str = "") -> str:
    where = f"{table.url}/{table.table_name}"
    if partition is None:
        return where
    return f"{where}(PartitionKey='{_quoted(partition)}',RowKey='{_quoted(key)}')"


def _quoted(key: str) -> str:
    return quote(key.replace("'", "''"), safe="")


def _entity(found: dict[str, Any]) -> TableEntity:
    """With values of Python's own types, and the version as the SDK keeps it. A column that was
    asked for and is not there comes as null."""
    row = TableEntity()
    for name, value in found.items():
        if value is None or "odata." in name or name == "Timestamp":
            continue
        kind = _TYPES.get(found.get(f"{name}@odata.type", ""))
        row[name] = value if kind is None else kind(value)
    row._metadata = {"etag": found.get("odata.etag") or _version_of(found), "timestamp": None}
    return row


def _version_of(found: Mapping[str, Any]) -> str:
    """Where the answer does not tell it, which is the case with some forms of it."""
    return f"W/\"datetime'{quote(found.get('Timestamp', ''))}'\""
