"""Blob containers: listing the recordings in one, writing results to another.

Both are addressed by a URL with a SAS. A host that is a number or `localhost` (Azurite) has
the account as first segment of the path.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

import httpx

from local.emulators.azure_speech.recordings import Recording, RecordingFailed, unfetched
from local.emulators.common.audio import Unfetched, check_status

_MOST_BLOBS = 10_000
_MOST_BYTES = 5 * 10**9
_PATH_STYLE = re.compile(r"[\d.]+|\[?[0-9a-f:]+\]?|localhost")


class Container:
    """`url` may go on into a folder: only blobs under it count, named from the root."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        segments = parts.path.strip("/").split("/")
        depth = 2 if _PATH_STYLE.fullmatch(parts.hostname or "") else 1
        root = "/" + "/".join(segments[:depth])
        self._sas = parts.query
        self._root = urlunsplit((parts.scheme, parts.netloc, root, "", ""))
        self.prefix = unquote("/".join(segments[depth:]))
        if self.prefix and parts.path.endswith("/"):
            self.prefix += "/"

    def plain_url(self, name: str) -> str:
        return f"{self._root}/{quote(name)}"

    def blob_url(self, name: str) -> str:
        return f"{self.plain_url(name)}?{self._sas}" if self._sas else self.plain_url(name)

    async def recordings(self, client: httpx.AsyncClient) -> list[Recording]:
        """All blobs, in the order of the listing. Raises `RecordingFailed` where it cannot be
        listed, is empty or is too large."""
        names: list[str] = []
        size, marker = 0, ""
        while True:
            page = await self._page(client, marker)
            for blob in page.iter("Blob"):
                names.append(blob.findtext("Name") or "")
                size += int(blob.findtext("Properties/Content-Length") or 0)
            if len(names) > _MOST_BLOBS or size > _MOST_BYTES:
                raise RecordingFailed("InvalidData", "The container holds too much data.")
            marker = page.findtext("NextMarker") or ""
            if not marker:
                break
        if not names:
            raise RecordingFailed("InvalidData", "The container holds no recordings.")
        return [
            Recording(position, name, self.blob_url(name), f"{name}.json")
            for position, name in enumerate(names)
        ]

    async def _page(self, client: httpx.AsyncClient, marker: str) -> ElementTree.Element:
        query = {"restype": "container", "comp": "list"}
        query |= {"prefix": self.prefix} if self.prefix else {}
        query |= {"marker": marker} if marker else {}
        url = f"{self._root}?{urlencode(query)}"
        try:
            response = await client.get(f"{url}&{self._sas}" if self._sas else url)
            check_status(response.status_code)
            return ElementTree.fromstring(response.content)
        except Unfetched as error:
            raise unfetched(error) from None
        except (httpx.HTTPError, httpx.InvalidURL, ElementTree.ParseError):
            raise RecordingFailed("InvalidUri", "The recordings URI is invalid.") from None

    async def write(self, client: httpx.AsyncClient, name: str, content: bytes) -> str:
        """Put a blob and return its URL without the SAS. Raises `RecordingFailed`."""
        try:
            response = await client.put(
                self.blob_url(name),
                content=content,
                headers={"x-ms-blob-type": "BlockBlob", "Content-Type": "application/json"},
            )
            check_status(response.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, Unfetched):
            raise RecordingFailed(
                "InaccessibleCustomerStorage", "The destination container cannot be written to."
            ) from None
        return self.plain_url(name)
