"""The deployment's settings: the only place where the environment is read.

Each setting is one row of `SETTINGS`; docs/settings.md is tested against that table. All problems
are reported at once, so that a deployment is put right in one go.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.configuration.addresses import (
    STORAGE_FORMS,
    data_storage,
    endpoints,
    form_prefixes,
)
from shared.errors import ConfigurationError
from shared.model import setting as values
from shared.model.access.roles import TRANSCRIBE
from shared.model.address import Network
from shared.model.batch.lane import in_lane
from shared.model.batch.policy import Policy
from shared.model.profile.keys import did_you_mean
from shared.model.reference import NOT_RESOLVED, is_reference
from shared.model.setting import DataStorage, Endpoint, Invalid, Secret, Setting
from shared.providers.registry import OFFERS

_MINUTE, _FIVE_MINUTES = "0 * * * * *", "0 */5 * * * *"
_OURS = (
    "DATA_STORAGE",
    "DROPSCRIBE_",
    "WEBHOOK_",
    "COALESCE_",
    "POLL_",
    "SWEEP_",
    "SAS_",
    *form_prefixes(OFFERS),
)
_CLOSE = 0.88


def _of_policy(name: str, field: str, least: int, most: int) -> Setting:
    """A number of the policy, which alone knows its default."""
    return Setting(name, values.number(least, most), getattr(Policy(), field), field)


SETTINGS: tuple[Setting, ...] = (
    Setting("AZURE_CLIENT_ID", str, None),
    Setting("AUDIO_CONTAINER", values.container, "audio"),
    Setting("TRANSCRIPTS_CONTAINER", values.container, "transcripts"),
    Setting("REPORTS_CONTAINER", values.container, "reports"),
    Setting("ERRORS_CONTAINER", values.container, "errors"),
    Setting("CORRECTED_CONTAINER", values.container, "corrected"),
    Setting("REVISIONS_CONTAINER", values.container, "revisions"),
    Setting("PREPARED_CONTAINER", values.container, "prepared"),
    Setting("MANIFESTS_CONTAINER", values.container, "manifests"),
    Setting("BATCHES_CONTAINER", values.container, "batches"),
    Setting("UPLOADS_CONTAINER", values.container, "uploads"),
    Setting("SUBSCRIPTIONS_CONTAINER", values.container, "subscriptions"),
    Setting("DEAD_LETTERS_CONTAINER", values.container, "dead-letters"),
    Setting("AUDIT_CONTAINER", values.container, "audit"),
    Setting("SEARCH_CONTAINER", values.container, "search"),
    Setting("SEARCH", values.switch, True),
    Setting("ANSWERS_CONTAINER", values.container, "answers"),
    Setting("MANIFEST_SOURCES", values.containers, ()),
    Setting("STATE_TABLE", values.table, "dropscribe"),
    Setting("SAS_HOURS", values.number(6, 168), 48),
    Setting("WEBHOOK_BASE_URL", values.base_url, None),
    Setting("WEBHOOK_SECRET", values.webhook_secret, None),
    Setting("EVENTS_SECRET", values.signing_secrets, ()),
    Setting("OUTBOUND_NETWORKS", values.networks, ()),
    _of_policy("DELIVERIES_DAYS", "deliveries_days", 1, 365),
    _of_policy("REUSE_DAYS", "reuse_days", 1, 3650),
    _of_policy("PREPARED_DAYS", "prepared_days", 1, 7),
    _of_policy("COALESCE_SECONDS", "coalesce_seconds", 1, 3600),
    Setting("POLL_SCHEDULE", values.schedule, _MINUTE),
    Setting("SWEEP_SCHEDULE", values.schedule, _FIVE_MINUTES),
    _of_policy("POLL_MIN_SECONDS", "poll_min_seconds", 1, 3600),
    _of_policy("POLL_MAX_SECONDS", "poll_max_seconds", 1, 86_400),
    _of_policy("RESOLVE_AFTER_SECONDS", "resolve_after_seconds", 5, 3600),
    _of_policy("STUCK_AFTER_SECONDS", "stuck_after_seconds", 5, 86_400),
    _of_policy("RELIST_SECONDS", "relist_seconds", 5, 86_400),
    _of_policy("EVENT_PATIENCE_SECONDS", "event_patience_seconds", 1, 86_400),
    _of_policy("RELIST_ALL_SECONDS", "relist_all_seconds", 5, 86_400),
    _of_policy("STILL_SECONDS", "still_seconds", 1, 86_400),
    _of_policy("BLOB_PATIENCE_SECONDS", "blob_patience_seconds", 5, 72_000),
    _of_policy("STORAGE_PAUSE_SECONDS", "storage_pause_seconds", 1, 600),
    _of_policy("ORPHANS_SECONDS", "orphans_seconds", 5, 604_800),
    _of_policy("ORPHAN_AGE_SECONDS", "orphan_age_seconds", 5, 604_800),
    _of_policy("ENDPOINT_PAUSE_SECONDS", "endpoint_pause_seconds", 1, 600),
    _of_policy("SUBMITTED_SECONDS", "submitted_seconds", 3600, 2_592_000),
    _of_policy("GIVE_UP_SECONDS", "give_up_seconds", 60, 2_592_000),
    _of_policy("FALL_OVER_SECONDS", "fall_over_seconds", 60, 604_800),
    _of_policy("REFETCH_SECONDS", "refetch_seconds", 1, 3600),
    _of_policy("MAX_ATTEMPTS", "max_attempts", 1, 10),
    _of_policy("SLICE_SIZE", "slice_size", 1, 90),
    _of_policy("WRITE_CONCURRENCY", "write_threads", 1, 32),
    Setting("PROFILES_FILE", Path, Path("profiles.toml")),
    Setting("PRICES", values.prices, {}),
    Setting("PRICE_CURRENCY", values.currency, "USD"),
    Setting("MOST_COST_PER_DAY", values.amount, None),
    Setting("MOST_AUDIO_HOURS_PER_DAY", values.amount, None),
    Setting("STOPPED", values.scopes, ()),
    Setting("ALLOW_HTTP", values.switch, False),
    Setting("API_AUTH", values.one_of("keys", "entra", "own"), "keys"),
    Setting("API_ROLE", str, TRANSCRIBE),
    Setting("OWNER_KEY", values.api_key, None),
    Setting("SEALING_KEY", values.sealing_key, None),
)
"""The settings of one value each. Storage and endpoints have forms of their own."""

PROVIDER_SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    name: offer.settings for name, offer in OFFERS.items()
}
"""The settings of one value that are of one provider each."""

FORMS = (*STORAGE_FORMS, *(name for offer in OFFERS.values() for name in offer.form.settings))
"""The names of the settings with forms of their own, beside those of `NAMED_KEYS`."""

NAMED_KEYS = tuple(offer.form.named_key for offer in OFFERS.values())


def all_settings() -> tuple[Setting, ...]:
    """Every setting of one value."""
    return (*SETTINGS, *(setting for own in PROVIDER_SETTINGS.values() for setting in own))


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a deployment sets; units as the names say.

    `policy` is how patient, how large and how often the use-cases are. `webhook_base_url` is None
    where the provider is only polled. `prices` is by
    "provider/mode", per hour of audio in `price_currency`. `of_provider` holds each provider's
    own settings, named without the provider's prefix and in lower case. `unknown` says of each name
    that nothing reads, though it looks like one of ours, what it may have been meant for: while one
    release takes over from another, settings of the newer one stand before the older.
    """

    data_storage: DataStorage
    endpoints: tuple[Endpoint, ...]
    of_provider: dict[str, dict[str, Any]]
    policy: Policy
    azure_client_id: str | None
    audio_container: str
    transcripts_container: str
    reports_container: str
    errors_container: str
    corrected_container: str
    prepared_container: str
    revisions_container: str
    manifests_container: str
    batches_container: str
    uploads_container: str
    subscriptions_container: str
    dead_letters_container: str
    audit_container: str
    search_container: str
    search: bool
    answers_container: str
    manifest_sources: tuple[str, ...]
    state_table: str
    sas_hours: int
    webhook_base_url: str | None
    webhook_secret: Secret | None
    events_secret: tuple[Secret, ...]
    outbound_networks: tuple[Network, ...]
    poll_schedule: str
    sweep_schedule: str
    profiles_file: Path
    prices: dict[str, float]
    price_currency: str
    most_cost_per_day: float | None
    most_audio_hours_per_day: float | None
    stopped: tuple[str, ...]
    allow_http: bool
    api_auth: str
    api_role: str
    owner_key: Secret | None
    sealing_key: Secret | None
    unknown: tuple[str, ...] = ()


EARLY_SECONDS = 4  # long enough for what is dropped together to be seen together


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment`, by default that of the process. An empty value counts as
    not set. Raises `ConfigurationError` with every problem, one line each; no secret is shown."""
    source = os.environ if environment is None else environment
    given = {name: value.strip() for name, value in source.items() if value.strip()}
    problems = _not_resolved(given)
    unresolved = {line.partition(":")[0] for line in problems}
    given = {name: value for name, value in given.items() if name not in unresolved}
    found = _single_values(SETTINGS, given, problems)
    found["of_provider"] = {
        name: {
            key.removeprefix(f"{OFFERS[name].form.prefix}_".lower()): value
            for key, value in _single_values(own, given, problems).items()
        }
        for name, own in PROVIDER_SETTINGS.items()
    }
    allow_http = bool(found.get("allow_http"))
    found["data_storage"] = data_storage(given, allow_http, problems)
    found["endpoints"] = endpoints(given, OFFERS, allow_http, problems)
    told = {line.partition(":")[0] for line in problems}
    problems += [p for p in _contradictions(found, allow_http) if p.partition(":")[0] not in told]
    if problems:
        raise ConfigurationError(problems)
    of_policy = {s.policy: found.pop(s.name.lower()) for s in SETTINGS if s.policy}
    policy = _policy(of_policy, found["of_provider"])
    if "COALESCE_SECONDS" not in given:
        policy = msgspec.structs.replace(policy, coalesce_of=usual_windows())
    return Settings(**found, policy=policy, unknown=tuple(_strangers(given)))


def _not_resolved(given: Mapping[str, str]) -> list[str]:
    """References in the place of values. With that of a provider's key its endpoint fails alone."""
    ours = {*FORMS, *(setting.name for setting in all_settings())}
    ours -= {f"{prefix}KEY" for prefix in form_prefixes(OFFERS)}
    return [
        f"{name}: {NOT_RESOLVED}"
        for name, value in sorted(given.items())
        if name in ours and is_reference(value)
    ]


def usual_windows() -> dict[str, int]:
    """Seconds by provider and mode, where a provider is at its best with others than most."""
    return {
        f"{name}/{mode}": seconds
        for name, offer in OFFERS.items()
        for mode, seconds in offer.limits.usual_window.items()
    }


def _policy(chosen: Mapping[str, Any], of_provider: Mapping[str, Mapping[str, Any]]) -> Policy:
    """A create call has to start and to end before anybody looks for what became of it: a quarter
    and a half of that time are left for these."""
    policy = Policy(
        **chosen,
        max_active_of={name: own["max_active_jobs"] for name, own in of_provider.items()}
        | _active_in_lanes(of_provider),
    )
    return msgspec.structs.replace(
        policy,
        settle_seconds=min(policy.settle_seconds, policy.coalesce_seconds),
        early_seconds=EARLY_SECONDS,
        submit_within_seconds=min(policy.submit_within_seconds, policy.resolve_after_seconds // 4),
    )


def _active_in_lanes(of_provider: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    return {
        in_lane(name, mode): of_provider[name][f"max_active_{mode}"]
        for name, offer in OFFERS.items()
        for mode in offer.lanes
    }


class ApiAccess(NamedTuple):
    """Whether callers of the API come with tokens of Entra ID, or with keys of ours alone, instead
    of keys of the host; whether App Service checks the tokens (it says so in a variable of its
    own), and the app role that stands for the everyday ones."""

    by_entra: bool
    by_own: bool
    is_checked: bool
    role: str


def read_api_access(environment: Mapping[str, str] | None = None) -> ApiAccess:
    """Triggers are declared by it before anything else is read, so what is wrong here is reported
    later."""
    source = os.environ if environment is None else environment
    auth = source.get("API_AUTH", "").strip()
    return ApiAccess(
        by_entra=auth == "entra",
        by_own=auth == "own",
        is_checked=source.get("WEBSITE_AUTH_ENABLED", "").strip().lower() == "true",
        role=source.get("API_ROLE", "").strip() or TRANSCRIBE,
    )


def _single_values(
    settings: Iterable[Setting], given: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    """Field name -> value; a wrong one is reported and stands at its default."""
    found: dict[str, Any] = {}
    for setting in settings:
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
    return problems + _two_ways_to_read(found) + _shared_containers(found)


def _two_ways_to_read(found: Mapping[str, Any]) -> list[str]:
    """Links are made in one way for all providers; plain ones serve only who has an identity."""
    used = {endpoint.provider for endpoint in found["endpoints"]}
    plain = {p for p in used if found["of_provider"][p].get("reads_audio") == "identity"}
    return [
        f"{OFFERS[provider].form.prefix}_READS_AUDIO: is identity, expected sas where other "
        "providers are used, too"
        for provider in sorted(plain)
        if used - plain
    ]


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
    audio = ("AUDIO_CONTAINER", "UPLOADS_CONTAINER")
    for name in found["manifest_sources"]:
        if owner.get(name, audio[0]) not in audio:
            problems.append(
                f"MANIFEST_SOURCES: {name} is {owner[name]}, expected containers of audio"
            )
    return problems


def _strangers(given: Mapping[str, str]) -> list[str]:
    """Names under our prefixes, or all but equal to one of ours, that nothing reads."""
    known = {*FORMS, *(setting.name for setting in all_settings())}
    return [
        f"{name}: there is no such setting{did_you_mean(name, known) or ', expected a known one'}"
        for name in sorted(set(given) - known)
        if not name.startswith(NAMED_KEYS)
        and (name.startswith(_OURS) or difflib.get_close_matches(name, known, 1, _CLOSE))
    ]
