"""The deployment's settings: the only place where the environment is read.

Each setting is one row of `SETTINGS`; docs/settings.md is tested against that table. All problems
are reported at once, so that a deployment is put right in one go.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.configuration.addresses import data_storage, endpoints, form_prefixes
from shared.configuration.contradictions import contradictions, strangers
from shared.configuration.known import (
    FINDER_SETTINGS,
    FORMS,
    PROMPTER_SETTINGS,
    PROVIDER_SETTINGS,
    SEARCHER_SETTINGS,
    SETTINGS,
    all_settings,
)
from shared.errors import ConfigurationError
from shared.finders.registry import FINDER
from shared.model.access.roles import TRANSCRIBE
from shared.model.address import Network
from shared.model.job.lane import in_lane
from shared.model.policy import Policy
from shared.model.reference import NOT_RESOLVED, is_reference
from shared.model.setting import DataStorage, Endpoint, Invalid, Secret, Setting
from shared.prompters.registry import PROMPTER
from shared.providers.registry import OFFERS
from shared.searchers.registry import SEARCHER


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a deployment sets; units as the names say.

    `policy` is how patient, how large and how often the use-cases are. `webhook_base_url` is None
    where the provider is only polled. `prices` is by
    "provider/mode", per hour of audio in `price_currency`. `of_provider` holds each provider's
    own settings, named without the provider's prefix and in lower case, `of_finder`, `of_prompter`
    and `of_searcher` those of finder, prompter and searcher, whose "endpoint" is None where there
    is none.
    `unknown` says of each name that nothing reads, though it looks like one of ours, what it may
    have been meant for: while one release takes over from another, settings of the newer one stand
    before the older.
    """

    data_storage: DataStorage
    endpoints: tuple[Endpoint, ...]
    of_provider: dict[str, dict[str, Any]]
    of_finder: dict[str, Any]
    of_prompter: dict[str, Any]
    of_searcher: dict[str, Any]
    policy: Policy
    azure_client_id: str | None
    audio_container: str
    transcripts_container: str
    reports_container: str
    errors_container: str
    corrected_container: str
    prepared_container: str
    listening_container: str
    redacted_audio_container: str
    unredacted_container: str
    revisions_container: str
    manifests_container: str
    batches_container: str
    uploads_container: str
    subscriptions_container: str
    dead_letters_container: str
    audit_container: str
    search_container: str
    exports_container: str
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
        name: _of_one(OFFERS[name].form.prefix, own, given, problems)
        for name, own in PROVIDER_SETTINGS.items()
    }
    found["of_finder"] = _of_one(FINDER.prefix, FINDER_SETTINGS, given, problems)
    found["of_prompter"] = _of_one(PROMPTER.prefix, PROMPTER_SETTINGS, given, problems)
    found["of_searcher"] = _of_one(SEARCHER.prefix, SEARCHER_SETTINGS, given, problems)
    allow_http = bool(found.get("allow_http"))
    found["data_storage"] = data_storage(given, allow_http, problems)
    found["endpoints"] = endpoints(given, OFFERS, allow_http, problems)
    told = {line.partition(":")[0] for line in problems}
    problems += [p for p in contradictions(found, allow_http) if p.partition(":")[0] not in told]
    if problems:
        raise ConfigurationError(problems)
    of_policy = {s.policy: found.pop(s.name.lower()) for s in SETTINGS if s.policy}
    policy = _policy(of_policy, found["of_provider"])
    if "COALESCE_SECONDS" not in given:
        policy = msgspec.structs.replace(policy, coalesce_of=usual_windows())
    return Settings(**found, policy=policy, unknown=tuple(strangers(given)))


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


def _of_one(
    prefix: str, settings: Iterable[Setting], given: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    """Those of a provider, or of another service, without its prefix."""
    found = _single_values(settings, given, problems)
    return {key.removeprefix(f"{prefix}_".lower()): value for key, value in found.items()}


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
