"""Reads the file of profiles. All of its problems are reported at once: file, table, key, what is
wrong and what is meant instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.configuration.insights import TABLE, insight_faults, insight_problems, names_in
from shared.configuration.not_toml import why_not_toml
from shared.errors import ConfigurationError
from shared.model.profile import keys
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.extras import hidden_by_nobody
from shared.model.profile.fit import check_request
from shared.model.profile.locks import LOCKABLE
from shared.model.profile.profile import (
    DEFAULT,
    Profile,
    contradictions,
    has_strange_kinds,
    override,
)

_BYTE_ORDER_MARK = "\ufeff"  # some editors begin a file with it
# Part of batch ids, and so of row keys and blob names.
_NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){0,39}")


def read_file(path: Path) -> str:
    """The text of a file of profiles. Raises `ConfigurationError`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError([f"{path.name}: cannot be read ({reason})"]) from None


def parse_profiles(
    text: str,
    *,
    file: str,
    providers: Collection[str],
    sas_hours: int | None = None,
    endpoints: Mapping[str, str] | None = None,
    capabilities: Mapping[str, Capabilities] | None = None,
    hides_all: bool = True,
) -> tuple[Profile, ...]:
    """The profiles in the TOML text of that `file`, the default one first.

    `providers` are the names that a profile may use. `sas_hours` is how long links for providers
    live, None where they need none. `endpoints` maps those that there are to their providers; None:
    nobody knows. With `capabilities` of the providers, one of a profile has to know its languages
    and its mode; and where it `hides_all`, what is to be hidden has to be found by one of them or
    by others. Raises `ConfigurationError`.
    """
    try:
        document = tomllib.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{file}: {why_not_toml(text, str(error))}"]) from None
    reader = _Reader(file, providers, sas_hours, endpoints, capabilities, hides_all)
    profiles = reader.profiles(document)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return profiles


class _Reader:
    """Goes through one file and remembers what is wrong with it."""

    def __init__(
        self,
        file: str,
        providers: Collection[str],
        sas_hours: int | None,
        endpoints: Mapping[str, str] | None,
        capabilities: Mapping[str, Capabilities] | None,
        hides_all: bool,
    ) -> None:
        self._file, self._providers, self._sas_hours = file, providers, sas_hours
        self._endpoints, self._capabilities = endpoints, capabilities
        self._hides_all = hides_all
        self._insights: frozenset[str] = frozenset()
        self.problems: list[str] = []

    def profiles(self, document: Mapping[str, Any]) -> tuple[Profile, ...]:
        for name in sorted(document.keys() - {DEFAULT, "profile", TABLE}):
            if isinstance(document[name], dict):
                hint = keys.did_you_mean(name, [DEFAULT, "profile", TABLE])
                hint = hint or f"; a profile of that name is [profile.{name}]"
                self._report(f"[{name}]", f"there is no such table{hint}")
            else:
                self._report(name, "stands outside of a table; put it under [default]")
        self._insights = names_in(document)
        for where, problem in insight_problems(document):
            self._report(where, problem)
        default = self._profile(f"[{DEFAULT}]", document.get(DEFAULT, {}), Profile(), DEFAULT)
        tables = document.get("profile", {})
        if isinstance(tables, dict):
            named = self._all_named(tables, default)
        else:
            self._report("[[profile]]", "is a list, expected a table per profile: [profile.NAME]")
            named = self._listed(tables if isinstance(tables, list) else [], default)
        self._check_prefixes(named)
        return (default, *named)

    def _listed(self, tables: Sequence[object], default: Profile) -> list[Profile]:
        """What tables of a list were to be, so that what else is wrong with them is told at once.
        The profiles that stand below one in the file are within it."""
        found: list[Profile] = []
        for table in tables:
            if not isinstance(table, dict):
                continue
            within = {
                key: value
                for key, value in table.items()
                if isinstance(value, dict) and key not in keys.PROFILE_KEYS
            }
            name = str(table.get("name", ""))
            own = {k: v for k, v in table.items() if k != "name" and k not in within}
            where = f"[profile.{name}]" if name else "[[profile]]"
            found.append(self._profile(where, own, default, name))
            found += self._all_named(within, default)
        return found

    def _all_named(self, tables: Mapping[str, object], default: Profile) -> list[Profile]:
        return [
            self._named(name, table, default)
            for name, table in tables.items()
            if self._is_profile(name, table)
        ]

    def _is_profile(self, name: str, table: object) -> bool:
        """Whether it is meant as one."""
        if name == DEFAULT:
            self._report(f"[profile.{name}]", f"is called [{DEFAULT}]")
            return False
        if name not in keys.PROFILE_KEYS or isinstance(table, dict):
            return True
        self._report("[profile]", f"{name}: stands under no name; put it under a [profile.NAME]")
        return False

    def _named(self, name: str, table: object, default: Profile) -> Profile:
        where = f"[profile.{name}]"
        if not _NAME.fullmatch(name):
            self._report(
                where, "is no usable name, expected up to 40 lower-case letters, digits, hyphens"
            )
        profile = self._profile(where, table, default, name)
        if isinstance(table, dict) and "prefixes" not in table:
            self._report(where, "prefixes: is missing; [] makes a profile used only by its name")
        return profile

    def _profile(self, where: str, table: object, base: Profile, name: str) -> Profile:
        """`base` with the table's values laid over it."""
        if isinstance(table, list):
            self._report(where, f"is a list, expected a table: {where}, in single brackets")
            return [self._profile(where, one, base, name) for one in table or [{}]][-1]
        if not isinstance(table, dict):
            self._report(where, "is a value, expected a table")
            return base
        known = keys.DEFAULT_KEYS if name == DEFAULT else keys.PROFILE_KEYS
        values: dict[str, Any] = {"name": name}
        for key, raw in table.items():
            value = keys.value_of(key, raw, known)
            if name == DEFAULT and key in keys.PROFILE_KEYS.keys() - keys.DEFAULT_KEYS.keys():
                self._report(where, f"{key}: belongs to a [profile.NAME]; {where} holds elsewhere")
            elif isinstance(value, keys.Problem):
                self._report(where, f"{key}: {_of_table(where, key, raw) or value.text}")
            else:
                values[key] = value
        if name != DEFAULT:
            values["prefixes"] = tuple(p.strip("/") for p in values.get("prefixes", ()))
        if "provider" in values and "providers" in values:
            self._report(where, "providers: cannot go with provider; name them all in providers")
        profile = override(base, values)
        inherited = self._faults(base)
        for fault in self._faults(profile):
            if fault not in inherited:
                self._report(where, fault)
        return profile

    def _faults(self, profile: Profile) -> list[str]:
        """What is wrong with the values of a profile taken together."""
        found = [f"{key}: {text}" for key, text in contradictions(profile)]
        for key in profile.locked:
            if key not in LOCKABLE:
                found.append(f"locked: {key!r} cannot be locked{keys.did_you_mean(key, LOCKABLE)}")
        for name in (profile.provider, *profile.next_providers):
            if name not in self._providers:
                key = "providers" if profile.next_providers else "provider"
                found.append(f"{key}: {self._stranger(name)}")
        hours = profile.options.time_to_live_hours
        if self._sas_hours is not None and hours > self._sas_hours:
            found.append(
                f"time_to_live_hours: {hours} is longer than the links to the audio live, "
                f"expected at most {self._sas_hours} (the setting SAS_HOURS)"
            )
        return [
            *found,
            *insight_faults(profile, self._insights),
            *self._endpoint_faults(profile),
            *self._request_faults(profile),
            *(self._hiding_faults(profile) if self._hides_all else ()),
        ]

    def _stranger(self, name: str) -> str:
        one_of = f"expected one of {', '.join(sorted(self._providers))}"
        if name in (self._capabilities or {}):
            return f"{name!r} has no endpoint here, {one_of}"
        return f"{name!r} is not known{keys.did_you_mean(name, self._providers) or f', {one_of}'}"

    def _known_limits(self, profile: Profile) -> list[Capabilities]:
        limits = self._capabilities or {}
        order = (profile.provider, *profile.next_providers)
        return [limits[name] for name in order if name in limits]

    def _request_faults(self, profile: Profile) -> Iterator[str]:
        """Some provider of the profile has to have its mode and to know its languages."""
        verdicts = [check_request(profile, one) for one in self._known_limits(profile)]
        if verdicts and all(verdicts):
            yield from (f"{key}: {_as_part(text)}" for key, text in verdicts[0])

    def _hiding_faults(self, profile: Profile) -> Iterator[str]:
        """Some provider of the profile, or who looks after it, has to find all that is to be
        hidden in the languages that the profile names."""
        options, known = profile.options, self._known_limits(profile)
        if not known or options.redact_unsupported == "net" or has_strange_kinds(options):
            return
        missed = [hidden_by_nobody(options, one.of(profile.mode)) for one in known]
        if all(missed):
            locales = " and ".join((options.locale, *options.candidate_locales))
            yield (
                f"redact: nobody finds {', '.join(missed[0])} in {locales}, expected another "
                'provider, fewer kinds, or redact_unsupported = "net"'
            )

    def _endpoint_faults(self, profile: Profile) -> Iterator[str]:
        """Each provider of the profile needs one that may do its work."""
        if self._endpoints is None or not profile.endpoints:
            return
        for name in profile.endpoints:
            if name not in self._endpoints:
                known = ", ".join(sorted(self._endpoints))
                hint = keys.did_you_mean(name, self._endpoints) or f", expected some of {known}"
                yield f"endpoints: {name!r} is not known{hint}"
        theirs = {self._endpoints.get(name) for name in profile.endpoints}
        for provider in (profile.provider, *profile.next_providers):
            if provider not in theirs:
                yield f"endpoints: names none of {provider}, which the profile uses"

    def _check_prefixes(self, named: Sequence[Profile]) -> None:
        owner: dict[str, str] = {}
        for profile in named:
            for prefix in profile.prefixes:
                where = f"[profile.{profile.name}]"
                if not prefix:
                    self._report(where, "prefixes: an empty one is what [default] is for")
                elif prefix in owner:
                    self._report(where, f"prefixes: {prefix!r} belongs to {owner[prefix]} already")
                owner.setdefault(prefix, where)

    def _report(self, where: str, text: str) -> None:
        self.problems.append(f"{self._file}: {where} {text}")


def _of_table(where: str, key: str, raw: object) -> str:
    """What is wrong with a table within one, where no key is called so; "" for nothing."""
    if key == "profile":
        return "each profile is a table of its own: [profile.NAME]"
    if not isinstance(raw, dict) or key in keys.PROFILE_KEYS:
        return ""
    return f"there is no such key; names of profiles have no dots, write {where[:-1]}-{key}]"


def _as_part(sentence: str) -> str:
    """Of a longer one."""
    return f"{sentence[:1].lower()}{sentence[1:]}".removesuffix(".")
