"""The same unavoidable calls as `floor.py`, as bare HTTP: signed, kept alive, and nothing else.

Signing as in "Authorize with Shared Key" of the Azure Storage REST reference.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from time import monotonic
from typing import NamedTuple

import msgspec
from urllib3 import HTTPConnectionPool
from urllib3.util import parse_url

from benchmarks.sizes import HEAD_BYTES, ROW_BYTES, THREADS, TRANSCRIPT_BYTES, VTT_BYTES

BLOB_VERSION, TABLE_VERSION = "2021-12-02", "2019-02-02"
PARTITION = "bare"


class Service(NamedTuple):
    """One service of the account: where it is, and the key by which requests are signed."""

    pool: HTTPConnectionPool
    path: str
    account: str
    key: bytes

    def blob(
        self, method: str, name: str, headers: dict[str, str], body: bytes | None = None
    ) -> bytes:
        """`name` needs no encoding."""
        sent = {**headers, "x-ms-date": _now(), "x-ms-version": BLOB_VERSION}
        stated = "\n".join(f"{key}:{sent[key]}" for key in sorted(sent) if key.startswith("x-ms-"))
        length = str(len(body)) if body else ""
        unused = "\n" * 8  # MD5, type, date, conditions and range, which are not sent
        text = f"{method}\n\n\n{length}\n{unused}{stated}\n{self._resource(name)}"
        return self._send(method, name, {**sent, "Authorization": self._signed(text)}, body)

    def row(self, table: str, row: dict[str, str]) -> bytes:
        """Inserts it."""
        kind, date = "application/json", _now()
        text = f"POST\n\n{kind}\n{date}\n{self._resource(table)}"
        headers = {
            "Accept": "application/json;odata=nometadata",
            "Authorization": self._signed(text),
            "Content-Type": kind,
            "DataServiceVersion": "3.0",
            "Prefer": "return-no-content",
            "x-ms-date": date,
            "x-ms-version": TABLE_VERSION,
        }
        return self._send("POST", table, headers, msgspec.json.encode(row))

    def _send(self, method: str, name: str, headers: dict[str, str], body: bytes | None) -> bytes:
        answer = self.pool.urlopen(method, f"{self.path}/{name}", body, headers, retries=False)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {name}: {answer.status}")
        return bytes(answer.data)

    def _resource(self, name: str) -> str:
        return f"/{self.account}{self.path}/{name}"

    def _signed(self, text: str) -> str:
        code = b64encode(hmac.digest(self.key, text.encode(), "sha256"))
        return f"SharedKey {self.account}:{code.decode()}"


def run(connection_string: str, names: list[str], container: str, table: str) -> float:
    """Seconds for one ranged GET, one insert and two PUTs for each recording, into places that are
    there."""
    settings = dict(part.split("=", 1) for part in connection_string.split(";") if part)
    blobs, tables = _service(settings, "BlobEndpoint"), _service(settings, "TableEndpoint")
    first = {"x-ms-range": f"bytes=0-{HEAD_BYTES - 1}"}
    stored = {"x-ms-blob-type": "BlockBlob"}

    def arrive(name: str) -> None:
        blobs.blob("GET", f"audio/{name}", first)
        row = {"PartitionKey": PARTITION, "RowKey": name, "row": "x" * ROW_BYTES}
        tables.row(table, row)

    def store(name: str) -> None:
        for end, count in ((".vtt", VTT_BYTES), (".json", TRANSCRIPT_BYTES)):
            blobs.blob("PUT", f"{container}/bare-{name}{end}", stored, b"x" * count)

    started = monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(arrive, names))
        list(pool.map(store, names))
    return monotonic() - started


def _service(settings: dict[str, str], endpoint: str) -> Service:
    url = parse_url(settings[endpoint])
    pool = HTTPConnectionPool(str(url.host), url.port, maxsize=THREADS, block=True)
    key = b64decode(settings["AccountKey"])
    return Service(pool, (url.path or "").rstrip("/"), settings["AccountName"], key)


def _now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)
