"""Links by which others upload audio."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azure.storage.blob import BlobSasPermissions, BlobServiceClient

from shared.ports.blobs import UploadLink
from shared.stores.blob.place import blob_at
from shared.stores.clients import SasSigner
from shared.stores.failures import storage_errors

_HEADERS = {"x-ms-blob-type": "BlockBlob"}


class SignedUploads:
    """`ports.blobs.Uploads`. A link creates or writes the blob that it names: with leave to create
    alone, nothing could be sent in blocks."""

    def __init__(self, service: BlobServiceClient, signer: SasSigner) -> None:
        self._service, self._signer = service, signer

    def link(self, container: str, name: str, life: timedelta) -> UploadLink:
        expires_at = datetime.now(UTC) + life
        permission = BlobSasPermissions(create=True, write=True)
        with storage_errors("sign upload", "list"):
            query = self._signer.sign(container, name, permission, life)
        url = str(blob_at(self._service, container, name).url).split("?")[0]
        return UploadLink(url=f"{url}?{query}", headers=dict(_HEADERS), expires_at=expires_at)
