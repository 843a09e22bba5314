"""Glossaries as blobs of ours, beside the revisions that they were learnt from."""

from __future__ import annotations

from urllib.parse import quote

from azure.storage.blob import BlobClient, BlobServiceClient

from shared.stores.blob.versioned import read_versioned, write_versioned


class BlobGlossaries:
    """`ports.blobs.Glossaries`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container

    def read(self, profile: str) -> tuple[bytes, str] | None:
        return read_versioned(self._blob(profile), "glossary")

    def write(self, profile: str, content: bytes, version: str | None) -> bool:
        return write_versioned(self._blob(profile), content, version, "glossary")

    def _blob(self, profile: str) -> BlobClient:
        """No batch has an id that begins so."""
        name = f"-glossary/{quote(profile, safe='')}.json"
        return self._service.get_blob_client(self._container, name)
