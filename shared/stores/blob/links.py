"""Links by which others read what we wrote."""

from __future__ import annotations

from datetime import timedelta

from azure.storage.blob import BlobSasPermissions, BlobServiceClient

from shared.stores.clients import SasSigner
from shared.stores.failures import storage_errors


class SignedOutputLinks:
    """`ports.blobs.OutputLinks`."""

    def __init__(self, service: BlobServiceClient, signer: SasSigner) -> None:
        self._service, self._signer = service, signer

    def link(self, path: str, life: timedelta) -> str:
        container, _, name = path.partition("/")
        with storage_errors("sign output", "list"):
            query = self._signer.sign(container, name, BlobSasPermissions(read=True), life)
        url = str(self._service.get_blob_client(container, name).url).split("?")[0]
        return f"{url}?{query}"
