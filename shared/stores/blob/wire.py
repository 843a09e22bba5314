"""The calls that every recording makes to Blob Storage, on the wire: its first bytes read, its name
seen in a listing, an output stored; and a range read, of which a search may need a thousand.

Through the SDK's clients and models each costs several times what it costs here
(docs/performance.md). The text is ours; signing, retries and the connection stay the SDK's.
Formats: "Get Blob", "List Blobs" and "Put Blob" of the Blob Storage REST reference.

All raise what the SDK's own would: `HttpResponseError` and its kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode
from xml.etree.ElementTree import Element, fromstring

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
    answer = _ranged(service, container, name, 0, most)
    return Begun(answer.read(), answer.headers)


def part(service: BlobServiceClient, container: str, name: str, offset: int, length: int) -> bytes:
    """Fewer bytes where the blob ends before."""
    content: bytes = _ranged(service, container, name, offset, length).read()
    return content


def page(
    service: BlobServiceClient, container: str, prefix: str, marker: str, most: int
) -> tuple[list[Element], str]:
    """The `Blob` elements of one page of a flat listing, with metadata and copies, and the marker
    of the next page; "" at the end."""
    asked = {"restype": "container", "comp": "list", "include": "metadata,copy"}
    given = {"prefix": prefix, "marker": marker, "maxresults": str(most)}
    said = {**asked, **{name: value for name, value in given.items() if value}}
    query = urlencode(said, quote_via=quote)  # a plus would be a plus to who checks the signature
    answer = _send(service, "GET", f"{container}?{query}", {})
    root = fromstring(answer.read())
    return list(root.iter("Blob")), root.findtext("NextMarker") or ""


def name_of(blob: Element) -> str:
    """Where a name holds what XML cannot, it comes percent-encoded and says so."""
    found = blob.find("Name")
    assert found is not None
    name = found.text or ""
    return unquote(name) if found.get("Encoded", "").lower() == "true" else name


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
        "Content-Type": "application/octet-stream",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-blob-content-type": media_type,
        "If-None-Match": "*",
        **{f"{_META}{key}": value for key, value in metadata.items()},
    }
    _send(service, "PUT", _place(container, name), headers, content)


def address(service: BlobServiceClient, container: str, name: str) -> str:
    """Where a blob lies, as the SDK writes it, unsigned. Raises `InputError` (bad_name)."""
    return f"{_base(service)}/{_place(container, name)}"


def _base(service: BlobServiceClient) -> str:
    return str(service.url).split("?")[0].rstrip("/")


def _ranged(service: BlobServiceClient, container: str, name: str, offset: int, length: int) -> Any:
    headers = {"x-ms-range": f"bytes={offset}-{offset + length - 1}"}
    return _send(service, "GET", _place(container, name), headers)


def _place(container: str, name: str) -> str:
    return f"{container}/{quote(checked(name), safe='~/')}"


def _send(
    service: BlobServiceClient,
    method: str,
    place: str,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> Any:
    url = f"{_base(service)}/{place}"
    stated = {"Accept": "application/xml", "x-ms-version": service.api_version, **headers}
    request = HttpRequest(method, url, headers=stated, content=content)
    # The SDK's own way to its pipeline; there is no public one.
    answer = service._client._client.send_request(request, stream=content is None)
    if answer.status_code >= 400:
        answer.read()
        process_storage_error(HttpResponseError(response=answer))
    return answer
