"""Manifests as bodies of requests."""

from __future__ import annotations

from shared.api.http import Request
from shared.api.problems import Refused
from shared.model.manifest.files import kind_of

MANIFEST_TYPES = ("application/json", "application/jsonl", "application/x-ndjson", "text/csv")


def kind_of_body(request: Request) -> str:
    """By its media type; JSON where there is none. Raises `Refused`."""
    kind = kind_of("", request.header("content-type") or MANIFEST_TYPES[0])
    if kind is None:
        known = ", ".join(MANIFEST_TYPES)
        raise Refused(415, "unsupported_media_type", f"Send the manifest as one of: {known}.")
    return kind
