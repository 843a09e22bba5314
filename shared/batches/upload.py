"""Whoever has no access to the storage gets a link by which one recording can be uploaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from shared.log import event
from shared.ports.blobs import UploadLink, Uploads


class UploadPlace(NamedTuple):
    """What a manifest names the recording by, once it is there."""

    container: str
    blob: str
    link: UploadLink


@dataclass(frozen=True, kw_only=True)
class OfferUpload:
    """Under a name that nobody else has."""

    uploads: Uploads
    uploads_container: str
    new_id: Callable[[], str]

    def __call__(self, name: str, life: timedelta, folder: str = "") -> UploadPlace:
        """`name` is without a folder; the link works for as long as `life`. In a `folder` it is of
        the profile of that folder."""
        blob = "/".join(part for part in (folder, self.new_id(), name) if part)
        link = self.uploads.link(self.uploads_container, blob, life)
        event("upload.offered", container=self.uploads_container)
        return UploadPlace(self.uploads_container, blob, link)
