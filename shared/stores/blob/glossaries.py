"""Glossaries as blobs of ours, beside the revisions that they were learnt from."""

from __future__ import annotations

from urllib.parse import quote

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.stores.failures import storage_errors


class BlobGlossaries:
    """`ports.blobs.Glossaries`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container

    def read(self, profile: str) -> tuple[bytes, str] | None:
        with storage_errors("read glossary", "list"):
            try:
                found = self._blob(profile).download_blob()
                return found.readall(), str(found.properties.etag)
            except ResourceNotFoundError:
                return None

    def write(self, profile: str, content: bytes, version: str | None) -> bool:
        settings = ContentSettings(content_type="application/json")
        blob = self._blob(profile)
        with storage_errors("store glossary", "put"):
            try:
                if version is None:
                    blob.upload_blob(content, content_settings=settings)
                else:
                    blob.upload_blob(
                        content,
                        overwrite=True,
                        content_settings=settings,
                        etag=version,
                        match_condition=MatchConditions.IfNotModified,
                    )
            except (ResourceExistsError, ResourceModifiedError):
                return False
        return True

    def _blob(self, profile: str) -> BlobClient:
        """No batch has an id that begins so."""
        name = f"-glossary/{quote(profile, safe='')}.json"
        return self._service.get_blob_client(self._container, name)
