"""Small blobs of ours that change: who writes names the version that is to go."""

from __future__ import annotations

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobClient, ContentSettings

from shared.stores.failures import storage_errors

_JSON = ContentSettings(content_type="application/json")


def read_versioned(blob: BlobClient, what: str) -> tuple[bytes, str] | None:
    """Its content and version; None: there is none. `what` it is stands in errors."""
    with storage_errors(f"read {what}", "list"):
        try:
            found = blob.download_blob()
            return found.readall(), str(found.properties.etag)
        except ResourceNotFoundError:
            return None


def write_versioned(blob: BlobClient, content: bytes, version: str | None, what: str) -> bool:
    """JSON in place of that version, None: of nothing. False: somebody was first."""
    with storage_errors(f"store {what}", "put"):
        try:
            if version is None:
                blob.upload_blob(content, content_settings=_JSON)
            else:
                blob.upload_blob(
                    content,
                    overwrite=True,
                    content_settings=_JSON,
                    etag=version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
            return False
    return True
