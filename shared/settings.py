"""The deployment's settings: the only place where the environment is read.

Each setting is one row of `SETTINGS`; docs/settings.md is tested against that table. All problems
are reported at once, so that a deployment is put right in one go.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from shared import setting_values as values
from shared.errors import ConfigurationError
from shared.model.profile_keys import did_you_mean
from shared.setting_addresses import (
    NAMED_KEY,
    SPEECH_FORMS,
    STORAGE_FORMS,
    DataStorage,
    SpeechEndpoint,
    data_storage,
    speech_endpoints,
)
from shared.setting_values import Invalid, Secret, Setting

_MINUTE, _FIVE_MINUTES = "0 * * * * *", "0 */5 * * * *"
_OURS = (
    "DATA_STORAGE",
    "DROPSCRIBE_",
    "SPEECH_",
    "WEBHOOK_",
    "COALESCE_",
    "POLL_",
    "SWEEP_",
    "SAS_",
)
_CLOSE = 0.88

SETTINGS: tuple[Setting, ...] = (
    Setting("AZURE_CLIENT_ID", values.text, None),
    Setting("AUDIO_CONTAINER", values.container, "audio"),
    Setting("TRANSCRIPTS_CONTAINER", values.container, "transcripts"),
    Setting("REPORTS_CONTAINER", values.container, "reports"),
    Setting("ERRORS_CONTAINER", values.container, "errors"),
    Setting("MANIFESTS_CONTAINER", values.container, "manifests"),
    Setting("STATE_TABLE", values.table, "dropscribe"),
    Setting("SPEECH_API_VERSION", values.one_of("2025-10-15", "2024-11-15", "v3.2"), "2025-10-15"),
    Setting("SPEECH_READS_AUDIO", values.one_of("sas", "identity"), "sas"),
    Setting("SPEECH_MAX_ACTIVE_JOBS", values.number(1, 1000), 40),
    Setting("SAS_HOURS", values.number(6, 168), 48),
    Setting("WEBHOOK_BASE_URL", values.base_url, None),
    Setting("WEBHOOK_SECRET", values.webhook_secret, None),
    Setting("COALESCE_SECONDS", values.number(1, 3600), 60),
    Setting("POLL_SCHEDULE", values.schedule, _MINUTE),
    Setting("SWEEP_SCHEDULE", values.schedule, _FIVE_MINUTES),
    Setting("POLL_MIN_SECONDS", values.number(1, 3600), 60),
    Setting("POLL_MAX_SECONDS", values.number(1, 86_400), 600),
    Setting("RESOLVE_AFTER_SECONDS", values.number(5, 3600), 180),
    Setting("STUCK_AFTER_SECONDS", values.number(5, 86_400), 600),
    Setting("RELIST_SECONDS", values.number(5, 86_400), 600),
    Setting("EVENT_PATIENCE_SECONDS", values.number(1, 86_400), 120),
    Setting("ORPHANS_SECONDS", values.number(5, 604_800), 3600),
    Setting("ORPHAN_AGE_SECONDS", values.number(5, 604_800), 3600),
    Setting("ENDPOINT_PAUSE_SECONDS", values.number(1, 600), 30),
    Setting("REFETCH_SECONDS", values.number(1, 3600), 20),
    Setting("MAX_ATTEMPTS", values.number(1, 10), 3),
    Setting("SLICE_SIZE", values.number(1, 90), 50),
    Setting("WRITE_CONCURRENCY", values.number(1, 32), 8),
    Setting("PROFILES_FILE", values.path, Path("profiles.toml")),
    Setting("PRICES", values.prices, {}),
    Setting("PRICE_CURRENCY", values.currency, "USD"),
    Setting("ALLOW_HTTP", values.switch, False),
)
"""The settings of one value each. Storage and speech endpoints have forms of their own."""

FORMS = (*STORAGE_FORMS, *SPEECH_FORMS)
"""The names of the settings with forms of their own, beside `SPEECH_KEY_<NAME>`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a deployment sets; units as the names say.

    `webhook_base_url` is None where the provider is only polled. `prices` is by
    "provider/mode", per hour of audio in `price_currency`. `speech_reads_audio` tells whether
    the provider gets links with a SAS, or plain ones that its own identity may read.
    """

    data_storage: DataStorage
    speech_endpoints: tuple[SpeechEndpoint, ...]
    azure_client_id: str | None
    audio_container: str
    transcripts_container: str
    reports_container: str
    errors_container: str
    manifests_container: str
    state_table: str
    speech_api_version: str
    speech_reads_audio: str
    speech_max_active_jobs: int
    sas_hours: int
    webhook_base_url: str | None
    webhook_secret: Secret | None
    coalesce_seconds: int
    poll_schedule: str
    sweep_schedule: str
    poll_min_seconds: int
    poll_max_seconds: int
    resolve_after_seconds: int
    stuck_after_seconds: int
    relist_seconds: int
    event_patience_seconds: int
    orphans_seconds: int
    orphan_age_seconds: int
    endpoint_pause_seconds: int
    refetch_seconds: int
    max_attempts: int
    slice_size: int
    write_concurrency: int
    profiles_file: Path
    prices: dict[str, float]
    price_currency: str
    allow_http: bool


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment`, by default that of the process. An empty value counts as
    not set. Raises `ConfigurationError` with every problem, one line each; no secret is shown."""
    source = os.environ if environment is None else environment
    given = {name: value.strip() for name, value in source.items() if value.strip()}
    problems: list[str] = []
    found = _single_values(given, problems)
    allow_http = bool(found.get("allow_http"))
    found["data_storage"] = data_storage(given, allow_http, problems)
    found["speech_endpoints"] = speech_endpoints(given, allow_http, problems)
    problems += _contradictions(found, allow_http) + _strangers(given)
    if problems:
        raise ConfigurationError(problems)
    return Settings(**found)


def _single_values(given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """Field name -> value; a wrong one is reported and stands at its default."""
    found: dict[str, Any] = {}
    for setting in SETTINGS:
        value = setting.default
        if setting.name in given:
            try:
                value = setting.parse(given[setting.name])
            except Invalid as error:
                problems.append(f"{setting.name}: {error}")
        found[setting.name.lower()] = value
    return found


def _contradictions(found: Mapping[str, Any], allow_http: bool) -> list[str]:
    problems = []
    if found["poll_min_seconds"] > found["poll_max_seconds"]:
        problems.append("POLL_MIN_SECONDS: is longer than POLL_MAX_SECONDS, expected it to be less")
    base, secret = found["webhook_base_url"], found["webhook_secret"]
    if base and not secret:
        problems.append(
            "WEBHOOK_SECRET: is not set, expected at least 16 characters "
            "where WEBHOOK_BASE_URL is set"
        )
    if base and base.startswith("http://") and not allow_http:
        problems.append("WEBHOOK_BASE_URL: is not encrypted, expected an https:// address")
    return problems + _shared_containers(found)


def _shared_containers(found: Mapping[str, Any]) -> list[str]:
    """Outputs that land in the audio container would be taken for audio, and so on."""
    owner: dict[str, str] = {}
    problems = []
    for setting in (s.name for s in SETTINGS if s.name.endswith("_CONTAINER")):
        name = found[setting.lower()]
        if name in owner:
            problems.append(
                f"{setting}: {name} is {owner[name]} already, expected a container of its own"
            )
        owner.setdefault(name, setting)
    return problems


def _strangers(given: Mapping[str, str]) -> list[str]:
    """Names under our prefixes, or all but equal to one of ours, that nothing reads."""
    known = {*FORMS, *(setting.name for setting in SETTINGS)}
    return [
        f"{name}: there is no such setting{did_you_mean(name, known) or ', expected a known one'}"
        for name in sorted(set(given) - known)
        if not name.startswith(NAMED_KEY)
        and (name.startswith(_OURS) or difflib.get_close_matches(name, known, 1, _CLOSE))
    ]
