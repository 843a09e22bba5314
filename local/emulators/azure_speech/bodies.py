"""Reading JSON bodies: what every kind of entity has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from local.emulators.azure_speech.errors import ServiceError, bad_request

JSON_TYPES = ("application/json", "application/merge-patch+json")


def read_object(content_type: str, raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises 415 for another media type, 400 for anything else."""
    if content_type.partition(";")[0].strip().lower() not in JSON_TYPES:
        raise ServiceError(415, "UnsupportedMediaType", "The media type is not supported.")
    if not raw.strip():
        raise bad_request("EmptyRequest", "The request has no body.")
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise bad_request("InvalidRequestBodyFormat", "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("InvalidRequestBodyFormat", "The body is not a JSON object.")
    return body


def text(body: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    value = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value.strip()):
        raise invalid(name, "a text is required" if value is None else "it must be a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(name, "it must be valid Unicode") from None
    return value


def flag(body: Mapping[str, Any], name: str, default: bool = False) -> bool:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid(name, "it must be true or false")
    return value


def one_of(body: Mapping[str, Any], name: str, choices: tuple[str, ...], default: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if value not in choices:
        raise invalid(name, f"it must be one of {', '.join(choices)}")
    return str(value)


def number(
    body: Mapping[str, Any], name: str, least: int, most: int, default: int, code: str
) -> int:
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not int or not least <= value <= most:
        raise bad_request(code, f"{name} must be a number from {least} to {most}.", name)
    return value


def child(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object at `name`, empty when it is absent or null."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(name, "it must be an object")
    return value


def custom_properties(body: Mapping[str, Any]) -> dict[str, str] | None:
    """At most 10 texts; keys up to 64 characters, values up to 256."""
    if body.get("customProperties") is None:
        return None
    found = child(body, "customProperties")
    if len(found) > 10:
        raise invalid("customProperties", "at most 10 entries are allowed")
    for key, value in found.items():
        if not isinstance(value, str) or len(key) > 64 or len(value) > 256:
            raise invalid(
                "customProperties",
                "keys of up to 64 characters and texts of up to 256 are allowed",
            )
    return found


def is_web_address(value: object) -> bool:
    """An absolute http or https URL with a host, and nothing that a URL cannot hold."""
    if not isinstance(value, str) or not value.isascii() or any(c <= " " for c in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def reference(body: Mapping[str, Any], name: str, code: str) -> str | None:
    """The `self` of an entity reference, None when it is absent or null."""
    value = child(body, name)
    if body.get(name) is None:
        return None
    if not is_web_address(value.get("self")):
        raise bad_request(code, f"A valid value is required for {name}.self.", name)
    return str(value["self"])


def invalid(name: str, why: str) -> ServiceError:
    return bad_request("InvalidPayload", f"The value of {name} is not valid: {why}.", name)
