"""Every difference between the API versions, in one place.

v3.2 carries its version in the path; the dated versions need `?api-version=` on every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from local.emulators.azure_speech.errors import ServiceError, bad_request

ROOT = "/speechtotext"


@dataclass(frozen=True)
class Version:
    """`age` orders the versions: a transcription made by a higher one cannot be read by a
    lower one. `dated` versions know `transcriptions:submit`, timeToLiveHours,
    diarization.enabled, durations in milliseconds, sasLifetimeMinutes, a locales object and an
    error code of their own for a single bad recording."""

    name: str
    age: int
    dated: bool
    has_project: bool

    @property
    def prefix(self) -> str:
        return ROOT if self.dated else f"{ROOT}/{self.name}"

    @property
    def sas_parameter(self) -> str:
        return "sasLifetimeMinutes" if self.dated else "sasValidityInSeconds"

    @property
    def sas_unit_seconds(self) -> int:
        return 60 if self.dated else 1

    def link(self, public_url: str, path: str, query: Mapping[str, str] | None = None) -> str:
        """The absolute address of `path` (such as `transcriptions/{id}`) in this version."""
        parameters = dict(query or {})
        if self.dated:
            parameters["api-version"] = self.name
        tail = "?" + urlencode(parameters, quote_via=quote, safe=":") if parameters else ""
        return f"{public_url}{self.prefix}/{path}{tail}"

    def audio_error(self, code: str) -> str:
        """The codes for single recordings came with 2024-11-15; before, all was InvalidData."""
        return code if self.dated or code in _ALWAYS_KNOWN else "InvalidData"


_ALWAYS_KNOWN = frozenset({"InvalidUri", "InvalidData", "Timeout", "Transient", "Internal"})

V3_2 = Version("v3.2", age=0, dated=False, has_project=True)
V2024 = Version("2024-11-15", age=1, dated=True, has_project=False)
V2025 = Version("2025-10-15", age=2, dated=True, has_project=True)

ALL = {version.name: version for version in (V3_2, V2024, V2025)}
SUPPORTED = ", ".join(name.lstrip("v") for name in ALL)


def version_of_query(query: Mapping[str, str]) -> Version:
    """The dated version that a call asks for. Raises `ServiceError` where it asks for none."""
    name = query.get("api-version", "")
    if not name:
        raise bad_request(
            "InvalidParameterValue", "The query parameter api-version is required.", "api-version"
        )
    version = ALL.get(name)
    if version is None or not version.dated:
        known = " or ".join(v.name for v in ALL.values() if v.dated)
        raise bad_request(
            "InvalidParameterValue",
            f"The api-version is not supported by this service. Use {known}.",
            "api-version",
        )
    return version


def require_readable(made_by: Version, reader: Version, what: str) -> None:
    """Refuse to show an entity of a newer version to an older one."""
    if made_by.age > reader.age:
        raise ServiceError(
            400,
            "InvalidRequest",
            f"The API version cannot be used to access this {what}. "
            f"Please use API version {made_by.name} or higher.",
        )
