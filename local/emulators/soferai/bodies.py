"""Reads the JSON of a call, field by field; a wrong one is refused in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from local.emulators.soferai.errors import bad_request

Json = Mapping[str, Any]


def read_object(body: bytes) -> Json:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise bad_request("The body is not JSON") from None
    return as_object(found, "The body")


def as_object(found: Any, name: str) -> Json:
    if not isinstance(found, dict):
        raise bad_request(f"{name} must be an object")
    return found


def text(body: Json, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise bad_request(f"{name} must be a string")
    return value


def one_of(body: Json, name: str, allowed: Iterable[str], default: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise bad_request(f"{name} must be one of {', '.join(allowed)}")
    return str(value)


def identifier(body: Json, name: str) -> str | None:
    value = text(body, name)
    try:
        return None if value is None else str(uuid.UUID(value))
    except ValueError:
        raise bad_request(f"{name} must be a UUID") from None


def web_address(value: Any) -> str:
    """A URL of the web. Raises 400."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("audio_url must be a direct link to a file")
    return str(value)


def unknown(body: Json, known: Iterable[str], prefix: str = "") -> list[str]:
    """The names of what nobody asked for, for the ledger."""
    return sorted(f"{prefix}{name}" for name in set(body) - set(known))
