"""All that a deployment is configured by, read in one go: before anything starts, and at its start.
Who asks here learns what the app itself would say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from shared.configuration.insights import asked_of_nobody
from shared.configuration.offered import capabilities_by
from shared.configuration.profiles import parse_profiles, read_file
from shared.configuration.settings import Settings, read_settings
from shared.errors import ConfigurationError, DropscribeError
from shared.model.profile.profile import KEPT_PROFILES, Profile

Origin = Literal["release", "given", "kept"]
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


class InForce(NamedTuple):
    """`text` is that of the file, `origin` whose it is. `problems` is why that of this release, or
    the one that was given, is not in force, but one of before."""

    profiles: tuple[Profile, ...]
    text: str
    problems: tuple[str, ...] = ()
    origin: Origin = "release"


def profiles_in_force(
    settings: Settings, recall: Callable[[str], bytes | None], given: str | None = None
) -> InForce:
    """The profiles that were given, else those of this release; where they have mistakes, the last
    ones that had none, as `recall` gives what is kept under a name, or in the end those of the
    release. Raises `ConfigurationError` where there are none."""
    try:
        if given is not None:
            return InForce(parsed(given, settings), given, origin="given")
        return _of_release(settings)
    except ConfigurationError as error:
        before = _before(settings, recall)
        if before is None and given is not None:
            before = _of_release(settings)
        if before is None:
            raise
        return before._replace(problems=tuple(error.problems))


def _of_release(settings: Settings) -> InForce:
    text = read_file(ROOT / settings.profiles_file)
    return InForce(parsed(text, settings), text)


def _before(settings: Settings, recall: Callable[[str], bytes | None]) -> InForce | None:
    try:
        content = recall(KEPT_PROFILES)
        text = (content or b"").decode("utf-8")
        found = parsed(text, settings, is_kept=True) if text else ()
        return InForce(found, text, origin="kept") if text else None
    except (DropscribeError, UnicodeDecodeError):
        return None


def read_profiles(settings: Settings) -> tuple[Profile, ...]:
    """As they are good for the endpoints of these settings. Raises `ConfigurationError`."""
    return parsed(read_file(ROOT / settings.profiles_file), settings)


def parsed(
    text: str, settings: Settings, *, is_new: bool = False, is_kept: bool = False
) -> tuple[Profile, ...]:
    """The profiles in the text of a file, as they are good for these settings. One that `is_new`
    must not want hidden what nobody finds; what was in force before is not stopped by that. What
    `is_kept` is not stopped by what its providers do not know either: its recordings are told so.
    Raises `ConfigurationError`."""
    file = Path(settings.profiles_file).name
    profiles = parse_profiles(
        text,
        file=file,
        providers={endpoint.provider for endpoint in settings.endpoints},
        sas_hours=settings.sas_hours if signs_links(settings) else None,
        endpoints={endpoint.name: endpoint.provider for endpoint in settings.endpoints},
        capabilities=None if is_kept else capabilities_by(settings),
        hides_all=is_new,
    )
    if settings.of_prompter["endpoint"] is None and not is_kept:
        has_analysts = settings.of_finder["endpoint"] is not None
        problems = asked_of_nobody(profiles, file, text, has_analysts=has_analysts)
        if problems:
            raise ConfigurationError(problems)
    return profiles


def signs_links(settings: Settings) -> bool:
    """Whether links to the audio carry a SAS; without, the provider's own identity reads."""
    used = {endpoint.provider for endpoint in settings.endpoints}
    return all(settings.of_provider[name].get("reads_audio", "sas") == "sas" for name in used)
