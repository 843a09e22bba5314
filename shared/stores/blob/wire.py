"""The two calls that every recording makes to Blob Storage, on the wire: its first bytes read, an
output stored.

Through the SDK's clients and models each costs several times what it costs here
(docs/performance.md). The text is ours; signing, retries and the connection stay the SDK's.
Formats: "Get Blob" and "Put Blob" of the Blob Storage REST reference.

Both raise what the SDK's own would: `HttpResponseError` and its kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.storage.blob import BlobServiceClient
from azure.storage.blob._shared.response_handlers import process_storage_error

from shared.stores.blob.place import checked

_META = "x-ms-meta-"


class Begun(NamedTuple):
    """The first bytes of a blob, and the headers that came with them. Only in names of metadata
    their case matters."""

    data: bytes
    headers: Mapping[str, str]

    @property
    def metadata(self) -> dict[str, str]:
        return {
            name[len(_META) :]: value
            for name, value in self.headers.items()
            if name.lower().startswith(_META)
        }

    @property
    def total_bytes(self) -> int:
        return int(self.headers["content-range"].rpartition("/")[2])


def begin(service: BlobServiceClient, container: str, name: str, most: int) -> Begun:
    """At most so many bytes."""
    headers = {"x-ms-range": f"bytes=0-{most - 1}"}
    answer = _send(service, "GET", container, name, headers)
    return Begun(answer.read(), answer.headers)


def put(
    service: BlobServiceClient,
    container: str,
    name: str,
    content: bytes,
    media_type: str,
    metadata: Mapping[str, str],
) -> None:
    """Where nothing is yet."""
    headers = {
        "x-ms-blob-type": "BlockBlob",
        "x-ms-blob-content-type": media_type,
        "If-None-Match": "*",
        **{f"{_META}{key}": value for key, value in metadata.items()},
    }
    _send(service, "PUT", container, name, headers, content)


def _send(
    service: BlobServiceClient,
    method: str,
    container: str,
    name: str,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> Any:
    url = f"{service.url.rstrip('/')}/{container}/{quote(checked(name), safe='~/')}"
    stated = {
        "Accept": "application/xml",
        "Content-Type": "application/octet-stream",
        "x-ms-version": service.api_version,
        **headers,
    }
    request = HttpRequest(method, url, headers=stated, content=content)
    # The SDK's own way to its pipeline; there is no public one.
    answer = service._client._client.send_request(request, stream=content is None)
    if answer.status_code >= 400:
        answer.read()
        process_storage_error(HttpResponseError(response=answer))
    return answer
