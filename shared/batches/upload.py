"""Whoever has no access to the storage gets a link by which one recording can be uploaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from shared.log import event
from shared.ports.blobs import UploadLink, Uploads


class UploadPlace(NamedTuple):
    """What a manifest names the recording by, once it is there."""

    container: str
    blob: str
    link: UploadLink


def offer_upload(
    name: str,
    life: timedelta,
    *,
    uploads: Uploads,
    uploads_container: str,
    new_id: Callable[[], str],
) -> UploadPlace:
    """Under a name that nobody else has. `name` is without a folder."""
    blob = f"{new_id()}/{name}"
    link = uploads.link(uploads_container, blob, life)
    event("upload.offered", container=uploads_container)
    return UploadPlace(uploads_container, blob, link)
