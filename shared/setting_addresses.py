"""The settings that say where things are: the storage account and the speech endpoints.

Each takes several settings together, in one of two forms. Problems are added to a list, one line
each; addresses and keys are not repeated in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from shared.setting_values import Invalid, Secret, base_url, shortened

STORAGE_FORMS = (
    "DATA_STORAGE",
    "DATA_STORAGE__blobServiceUri",
    "DATA_STORAGE__queueServiceUri",
    "DATA_STORAGE__tableServiceUri",
    "DATA_STORAGE__clientId",
    "DATA_STORAGE__credential",
)
SPEECH_FORMS = ("SPEECH_ENDPOINTS", "SPEECH_ENDPOINT", "SPEECH_REGION", "SPEECH_KEY")
NAMED_KEY = "SPEECH_KEY_"  # followed by an endpoint's name
_PART = "DATA_STORAGE__"
_ENDPOINT_NAME = re.compile(r"[a-z0-9](-?[a-z0-9])*")


class DataStorage(msgspec.Struct, frozen=True, kw_only=True):
    """The account that holds audio, outputs and state: addresses to be used with an identity, or
    a connection string. Exactly one of the two forms."""

    connection_string: Secret | None = None
    blob_service_uri: str | None = None
    queue_service_uri: str | None = None
    table_service_uri: str | None = None
    client_id: str | None = None


class SpeechEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A Speech resource. Without a key the identity of the app is used."""

    name: str
    url: str
    key: Secret | None = None


def data_storage(
    given: Mapping[str, str], allow_http: bool, problems: list[str]
) -> DataStorage | None:
    """The storage account in either of its forms; problems are added to `problems`."""
    parts = {k.removeprefix(_PART): v for k, v in given.items() if k.startswith(_PART)}
    connection = given.get("DATA_STORAGE")
    if connection and parts:
        problems.append(
            "DATA_STORAGE: is set beside DATA_STORAGE__..., expected only one of the two forms"
        )
    elif connection:
        return _from_connection_string(connection, problems)
    elif not parts:
        problems.append(
            "DATA_STORAGE__blobServiceUri: is not set, expected the address of the blob service, "
            "with DATA_STORAGE__queueServiceUri and DATA_STORAGE__tableServiceUri beside it"
        )
    else:
        return _from_addresses(parts, allow_http, problems)
    return None


def _from_connection_string(value: str, problems: list[str]) -> DataStorage | None:
    if "UseDevelopmentStorage=true" not in value and "AccountName=" not in value:
        problems.append(
            "DATA_STORAGE: is not a connection string, "
            "expected UseDevelopmentStorage=true or one with AccountName="
        )
    return DataStorage(connection_string=Secret(value))


def _from_addresses(
    parts: Mapping[str, str], allow_http: bool, problems: list[str]
) -> DataStorage | None:
    addresses: dict[str, str | None] = {}
    for service in ("blob", "queue", "table"):
        name = f"{service}ServiceUri"
        if name in parts:
            addresses[service] = _encrypted(_PART + name, parts[name], allow_http, problems)
        else:
            problems.append(
                f"{_PART}{name}: is not set, expected https://<account>.{service}.core.windows.net"
            )
    if parts.get("credential", "managedidentity") != "managedidentity":
        problems.append(
            f"{_PART}credential: {shortened(parts['credential'])} is not known, "
            "expected managedidentity or nothing"
        )
    return DataStorage(
        blob_service_uri=addresses.get("blob"),
        queue_service_uri=addresses.get("queue"),
        table_service_uri=addresses.get("table"),
        client_id=parts.get("clientId"),
    )


def speech_endpoints(
    given: Mapping[str, str], allow_http: bool, problems: list[str]
) -> tuple[SpeechEndpoint, ...]:
    """One endpoint or several, with their keys; problems are added to `problems`."""
    many, one = given.get("SPEECH_ENDPOINTS"), given.get("SPEECH_ENDPOINT")
    if many and one:
        problems.append(
            "SPEECH_ENDPOINT: is set beside SPEECH_ENDPOINTS, expected only one of them"
        )
        return ()
    if not many and not one:
        problems.append(
            "SPEECH_ENDPOINT: is not set, expected the address of a Speech resource, "
            "https://<name>.cognitiveservices.azure.com"
        )
        return ()
    if one:
        entries, setting = [(given.get("SPEECH_REGION", "speech"), one)], "SPEECH_ENDPOINT"
    else:
        pairs = (entry.partition("=") for entry in (many or "").split())
        entries, setting = [(name, url) for name, _, url in pairs], "SPEECH_ENDPOINTS"
    endpoints = []
    for name, address in entries:
        if not _ENDPOINT_NAME.fullmatch(name):
            where = "SPEECH_REGION" if one else setting
            problems.append(
                f"{where}: has an entry without a usable name, expected lower-case letters, digits "
                "and hyphens" + ("" if one else " before the =, as in name=https://host")
            )
            continue
        url = _encrypted(setting, address, allow_http, problems)
        key = given.get(_key_name(name)) or given.get("SPEECH_KEY")
        endpoints.append(SpeechEndpoint(name=name, url=url, key=Secret(key) if key else None))
    names = [endpoint.name for endpoint in endpoints]
    if len(set(names)) < len(names):
        problems.append(f"{setting}: names an endpoint twice, expected a name of its own for each")
    _check_key_names(given, names, problems)
    return tuple(endpoints)


def _check_key_names(given: Mapping[str, str], names: list[str], problems: list[str]) -> None:
    known = [_key_name(name) for name in names]
    for setting in sorted(given):
        if setting.startswith(NAMED_KEY) and setting not in known:
            problems.append(
                f"{setting}: there is no endpoint of that name, expected one of {', '.join(known)}"
            )


def _key_name(endpoint: str) -> str:
    return NAMED_KEY + endpoint.upper().replace("-", "_")


def _encrypted(setting: str, value: str, allow_http: bool, problems: list[str]) -> str:
    try:
        url = base_url(value)
    except Invalid as error:
        problems.append(f"{setting}: {error}")
        return value
    if url.startswith("http://") and not allow_http:
        problems.append(f"{setting}: is not encrypted, expected an https:// address")
    return url
