"""Transactions on the wire: what is sent, written out whole, and what is read from the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from azure.data.tables import EdmType, EntityProperty

from shared.stores.table.transaction import (
    TransactionFailed,
    encode,
    encode_row,
    insert,
    put,
    read_versions,
    remove,
    write,
)

TABLE = "https://x.table.core.windows.net/state"
ROW = {"PartitionKey": "it's/50%", "RowKey": "recording-1", "said": "grüße"}
KEYS = {"PartitionKey": "p", "RowKey": "r"}


def test_every_kind_of_change_is_written_as_the_service_wants_it() -> None:
    changes = [insert(ROW), write(ROW, 'W/"1"'), put(KEYS), remove(KEYS)]
    assert encode(changes, TABLE, "B").decode() == SENT.replace("\n", "\r\n")


def test_a_row_without_a_version_is_inserted() -> None:
    assert write(ROW, "") == insert(ROW)


def test_types_that_json_does_not_have_are_named() -> None:
    noon = datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    row = {
        "text": "a",
        "yes": True,
        "small": 7,
        "large": EntityProperty(2**40, EdmType.INT64),
        "share": 1.0,
        "at": noon,
    }
    assert encode_row(row) == (
        b'{"text":"a","yes":true,"small":7,"large":"1099511627776","large@odata.type":"Edm.Int64",'
        b'"share":1.0,"share@odata.type":"Edm.Double",'
        b'"at":"2026-03-02T10:00:00.000005Z","at@odata.type":"Edm.DateTime"}'
    )


def test_times_are_told_in_utc() -> None:
    assert b"2026-03-02T00:00:00.000000Z" in encode_row({"at": datetime(2026, 3, 2, tzinfo=UTC)})


def test_the_new_versions_come_in_the_order_of_the_changes() -> None:
    assert read_versions(answer("204 No Content", "201 Created")) == ['W/"v0"', 'W/"v1"']


def test_what_was_removed_has_no_version() -> None:
    gone = b"HTTP/1.1 204 No Content\r\nDataServiceVersion: 3.0;\r\n\r\n\r\n"
    assert read_versions(answer("204 No Content") + gone) == ['W/"v0"', ""]


@pytest.mark.parametrize("status", [404, 409, 412, 413, 503])
def test_one_change_that_is_refused_fails_the_whole(status: int) -> None:
    with pytest.raises(TransactionFailed) as failed:
        read_versions(answer(f"{status} No"))
    assert failed.value.status_code == status


@pytest.mark.parametrize("content", [b"", b"<html>HTTP/1.1 200 OK</html>", b"--batch\r\n"])
def test_an_answer_that_tells_of_no_change_is_a_failure(content: bytes) -> None:
    with pytest.raises(TransactionFailed):
        read_versions(content)


def answer(*statuses: str) -> bytes:
    parts = [
        f"--changesetresponse_1\r\nContent-Type: application/http\r\n\r\n"
        f'HTTP/1.1 {status}\r\nX-Content-Type-Options: nosniff\r\nETag: W/"v{i}"\r\n\r\n\r\n'
        for i, status in enumerate(statuses)
    ]
    return "".join(parts).encode()


SENT = """\
--batch_B
Content-Type: multipart/mixed; boundary=changeset_B

--changeset_B
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 0

POST https://x.table.core.windows.net/state HTTP/1.1
DataServiceVersion: 3.0
Accept: application/json;odata=minimalmetadata
Content-Type: application/json
Prefer: return-no-content

{"PartitionKey":"it's/50%","RowKey":"recording-1","said":"grüße"}
--changeset_B
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

PUT https://x.table.core.windows.net/state(PartitionKey='it%27%27s%2F50%25',RowKey='recording-1') \
HTTP/1.1
DataServiceVersion: 3.0
Accept: application/json;odata=minimalmetadata
Content-Type: application/json
If-Match: W/"1"

{"PartitionKey":"it's/50%","RowKey":"recording-1","said":"grüße"}
--changeset_B
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 2

PUT https://x.table.core.windows.net/state(PartitionKey='p',RowKey='r') HTTP/1.1
DataServiceVersion: 3.0
Accept: application/json;odata=minimalmetadata
Content-Type: application/json

{"PartitionKey":"p","RowKey":"r"}
--changeset_B
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 3

DELETE https://x.table.core.windows.net/state(PartitionKey='p',RowKey='r') HTTP/1.1
DataServiceVersion: 3.0
Accept: application/json;odata=minimalmetadata
Content-Type: application/json
If-Match: *


--changeset_B--
--batch_B--
"""
