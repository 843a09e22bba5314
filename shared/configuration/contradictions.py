"""Settings that do not go together, and such as nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from shared.configuration.addresses import form_prefixes
from shared.configuration.known import FORMS, NAMED_KEYS, SETTINGS, all_settings
from shared.finders.registry import FINDER
from shared.model.profile.keys import did_you_mean
from shared.prompters.registry import PROMPTER
from shared.providers.registry import OFFERS
from shared.searchers.registry import SEARCHER

_OURS = (
    "DATA_STORAGE",
    "DROPSCRIBE_",
    "WEBHOOK_",
    "COALESCE_",
    "POLL_",
    "SWEEP_",
    "SAS_",
    f"{FINDER.prefix}_",
    f"{PROMPTER.prefix}_",
    f"{SEARCHER.prefix}_",
    *form_prefixes(OFFERS),
)


_CLOSE = 0.88


def contradictions(found: Mapping[str, Any], allow_http: bool) -> list[str]:
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
    return (
        problems
        + _of_service(FINDER.prefix, found["of_finder"], allow_http)
        + _of_service(PROMPTER.prefix, found["of_prompter"], allow_http)
        + _of_service(SEARCHER.prefix, found["of_searcher"], allow_http)
        + _of_prompter(found)
        + _two_ways_to_read(found)
        + _shared_containers(found)
    )


def _of_prompter(found: Mapping[str, Any]) -> list[str]:
    own, prefix = found["of_prompter"], PROMPTER.prefix
    problems = []
    if own["endpoint"] is not None and own["model"] is None:
        problems.append(f"{prefix}_MODEL: is not set, expected one where {prefix}_ENDPOINT is set")
    if (own["price_in"] is None) != (own["price_out"] is None):
        problems.append(f"{prefix}_PRICE_IN: goes with {prefix}_PRICE_OUT, expected both")
    return problems


def _of_service(prefix: str, own: Mapping[str, Any], allow_http: bool) -> list[str]:
    name = f"{prefix}_ENDPOINT"
    if own["endpoint"] is None:
        wanted = f"{prefix}_KEY: is set without {name}, expected both"
        return [wanted] if own["key"] is not None else []
    if own["endpoint"].startswith("http://") and not allow_http:
        return [f"{name}: is not encrypted, expected an https:// address"]
    return []


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


def strangers(given: Mapping[str, str]) -> list[str]:
    """Names under our prefixes, or all but equal to one of ours, that nothing reads."""
    known = {*FORMS, *(setting.name for setting in all_settings())}
    return [
        f"{name}: there is no such setting{did_you_mean(name, known) or ', expected a known one'}"
        for name in sorted(set(given) - known)
        if not name.startswith(NAMED_KEYS)
        and (name.startswith(_OURS) or difflib.get_close_matches(name, known, 1, _CLOSE))
    ]
