"""All that a deployment is configured by, read in one go: before anything starts, and at its start.
Who asks here learns what the app itself would say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shared.configuration.profiles import load_profiles
from shared.configuration.settings import Settings, read_settings
from shared.errors import ConfigurationError
from shared.model.profile.profile import Profile

ROOT = Path(__file__).resolve().parents[2]


class Configuration(NamedTuple):
    """The default profile is the first."""

    settings: Settings
    profiles: tuple[Profile, ...]


def read_configuration(environment: Mapping[str, str] | None = None) -> Configuration:
    """The settings in `environment`, by default that of the process, and the profiles in the file
    that they name. Raises `ConfigurationError` with every problem of the one or of the other. A
    name that nothing reads is one: a person is there to mend it."""
    settings = read_settings(environment)
    if settings.unknown:
        raise ConfigurationError(settings.unknown)
    return Configuration(settings, read_profiles(settings))


def read_profiles(settings: Settings) -> tuple[Profile, ...]:
    """As they are good for the endpoints of these settings. Raises `ConfigurationError`."""
    return load_profiles(
        ROOT / settings.profiles_file,
        providers={endpoint.provider for endpoint in settings.endpoints},
        sas_hours=settings.sas_hours if signs_links(settings) else None,
        endpoints={endpoint.name: endpoint.provider for endpoint in settings.endpoints},
    )


def signs_links(settings: Settings) -> bool:
    """Whether links to the audio carry a SAS; without, the provider's own identity reads."""
    used = {endpoint.provider for endpoint in settings.endpoints}
    return all(settings.of_provider[name].get("reads_audio", "sas") == "sas" for name in used)
