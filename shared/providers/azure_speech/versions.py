"""The one place that knows how the versions of the Azure Speech batch API differ.

2025-10-15 and 2024-11-15 carry their version in the query and agree on everything that is used
here; v3.2 carries it in the path and has its own create call, time to live and diarization. Older
versions are retired and are not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from shared.errors import ConfigurationError

JsonObject = dict[str, object]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One API version."""

    name: str
    path: str = "/speechtotext"
    query: Mapping[str, str] = {}
    create: str = "/transcriptions:submit"

    def url(self, path: str, **query: str) -> str:
        """What follows the endpoint: `path`, which is quoted already, and the version with it."""
        pairs = {**query, **self.query}
        return f"{self.path}{path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def time_to_live(self, hours: int) -> JsonObject:
        return {"timeToLiveHours": hours}

    def diarization(self, max_speakers: int) -> JsonObject:
        return {"diarization": {"enabled": True, "maxSpeakers": max_speakers}}


class _Version32(Version, frozen=True, kw_only=True):
    def time_to_live(self, hours: int) -> JsonObject:
        return {"timeToLive": f"PT{hours}H"}

    def diarization(self, max_speakers: int) -> JsonObject:
        speakers = {"minCount": 1, "maxCount": max_speakers}
        return {"diarizationEnabled": True, "diarization": {"speakers": speakers}}


VERSIONS: Mapping[str, Version] = {
    "2025-10-15": Version(name="2025-10-15", query={"api-version": "2025-10-15"}),
    "2024-11-15": Version(name="2024-11-15", query={"api-version": "2024-11-15"}),
    "v3.2": _Version32(
        name="v3.2",
        path="/speechtotext/v3.2",
        create="/transcriptions",
    ),
}
NEWEST = "2025-10-15"
OFFERED = ("2025-10-15", "2024-11-15")
"""Those that a deployment may choose."""
RETIRED: Mapping[str, str] = dict.fromkeys(
    ("v3.0", "v3.1", "v3.2", "v3.2-preview.1", "v3.2-preview.2"), "2026-03-31"
)
"""By the service's page on migrating from v3.0 (of 2025-10-28): the day on which each ended. The
wire still knows v3.2, whose answers look different, for the emulator to be held against."""


def version(name: str) -> Version:
    """The version called `name`. Raises `ConfigurationError` for one that is not offered."""
    try:
        return VERSIONS[name]
    except KeyError:
        offered = ", ".join(VERSIONS)
        problem = f"Azure Speech API version {name!r} is not supported; choose one of {offered}."
        raise ConfigurationError([problem]) from None
