"""Reading JSON bodies: what every kind of entity has in common.

Names of fields and values of enumerations are read in any case, and up to v3.2 booleans may be
texts: that is how Microsoft's own samples write them, in PascalCase with `"True"` and with
`mode: "single"`. Seen with v3.0; README.md says what of it is a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from local.emulators.azure_speech.errors import ServiceError, bad_request

JSON_TYPES = ("application/json", "application/merge-patch+json")
_NAMES = """
    displayName description locale customProperties contentUrls contentContainerUrl dataset model
    project properties self webUrl events secret
    wordLevelTimestampsEnabled displayFormWordLevelTimestampsEnabled channels punctuationMode
    profanityFilterMode destinationContainerUrl languageIdentification diarization error
    timeToLiveHours durationMilliseconds timeToLive email diarizationEnabled duration
    enabled maxSpeakers speakers minCount maxCount candidateLocales speechModelMapping mode
    datasetCreation datasetProcessing datasetCompletion datasetDeletion
    modelCreation modelProcessing modelCompletion modelDeletion
    evaluationCreation evaluationProcessing evaluationCompletion evaluationDeletion
    transcriptionCreation transcriptionProcessing transcriptionCompletion transcriptionDeletion
    endpointCreation endpointProcessing endpointCompletion endpointDeletion ping challenge
""".split()
_BY_FOLDED = {name.casefold(): name for name in _NAMES}
_FLAGS = """
    wordLevelTimestampsEnabled displayFormWordLevelTimestampsEnabled diarizationEnabled
""".split()
_DATA = ("customProperties", "speechModelMapping")  # their names are the caller's


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


def canonical(body: Mapping[str, Any], *, text_flags: bool = False) -> dict[str, Any]:
    """The same with every field under the name that the specification gives it; with `text_flags`
    "True" and "false" are what they say."""
    found: dict[str, Any] = {}
    for given, value in body.items():
        name = _BY_FOLDED.get(given.casefold(), given)
        if isinstance(value, dict) and name not in _DATA:
            value = canonical(value, text_flags=text_flags)
        elif text_flags and name in _FLAGS and str(value).lower() in ("true", "false"):
            value = str(value).lower() == "true"
        found[name] = value
    return found


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
    known = {choice.casefold(): choice for choice in choices}
    if not isinstance(value, str) or value.casefold() not in known:
        raise invalid(name, f"it must be one of {', '.join(choices)}")
    return known[value.casefold()]


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
