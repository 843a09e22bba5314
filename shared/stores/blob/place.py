"""Where a blob lies. The SDK sends a name's dots as they are, so this is the last line: no name is
called that some service could read as that of another blob."""

from __future__ import annotations

from azure.storage.blob import BlobClient, BlobServiceClient

from shared.model.failure_texts import BAD_NAME
from shared.model.names import leads_astray, name_problem


def blob_at(service: BlobServiceClient, container: str, name: str) -> BlobClient:
    """Raises `InputError` (bad_name)."""
    return service.get_blob_client(container, checked(name))


def checked(name: str) -> str:
    """The same name. Raises `InputError` (bad_name)."""
    if leads_astray(name):
        raise BAD_NAME.error(problem=name_problem(name))
    return name
