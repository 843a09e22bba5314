"""The insights in a file of profiles, and what profiles may ask for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.finders.registry import FINDER
from shared.model.insights.insight import BUILT_IN, Insight, read_insight
from shared.model.profile.keys import did_you_mean
from shared.model.profile.profile import DEFAULT, Profile
from shared.prompters.registry import PROMPTER

TABLE = "insight"


def insights_in(text: str) -> dict[str, Insight]:
    """Those of a file that was checked, and those that the app brings along; a file may have its
    own of their names."""
    tables = tomllib.loads(text.removeprefix("\ufeff")).get(TABLE, {})
    found = (read_insight(name, table).insight for name, table in tables.items())
    return {**BUILT_IN, **{one.name: one for one in found if one is not None}}


def insight_problems(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The table, and what is wrong with it."""
    tables = document.get(TABLE, {})
    if not isinstance(tables, dict):
        yield f"[[{TABLE}]]", "is a list, expected a table for each: [insight.NAME]"
        return
    for name, table in tables.items():
        for problem in read_insight(name, table).problems:
            yield f"[{TABLE}.{name}]", problem


def names_in(document: Mapping[str, Any]) -> frozenset[str]:
    """What profiles of this file may ask for."""
    tables = document.get(TABLE, {})
    return frozenset(BUILT_IN) | frozenset(tables if isinstance(tables, dict) else ())


def insight_faults(profile: Profile, known: frozenset[str]) -> Iterator[str]:
    """What is wrong with what a profile asks for."""
    for name in profile.insights:
        if name not in known:
            hint = did_you_mean(name, known) or f", expected some of {', '.join(sorted(known))}"
            yield f"insights: {name!r} is not known{hint}"
    if len(set(profile.insights)) < len(profile.insights):
        yield "insights: names one twice"
    if len(set(profile.translations)) < len(profile.translations):
        yield "translations: names one twice"


def found_by_analysts(text: str) -> frozenset[str]:
    """The insights that a service for language finds by itself, of a file that was checked: one of
    its own that is called so is asked of a prompter."""
    known = insights_in(text)
    return frozenset(name for name in FINDER.analyses if known[name] == BUILT_IN[name])


def asked_of_nobody(
    profiles: Iterable[Profile], file: str, text: str, *, has_analysts: bool
) -> list[str]:
    """A line for each profile that asks for insights or translations which nobody makes where the
    settings name no prompter. `text` is that of the file; without `has_analysts` they name no
    finder either."""
    found = found_by_analysts(text)
    problems = []
    for profile in profiles:
        missed = [name for name in profile.insights if not (has_analysts and name in found)]
        if missed:
            wanted = f"{PROMPTER.prefix}_ENDPOINT"
            if found.issuperset(missed):
                wanted = f"{FINDER.prefix}_ENDPOINT or {wanted}"
            problems.append(
                f"{file}: {place_of(profile)} insights: there is nobody to ask for "
                f"{', '.join(missed)}, expected {wanted} in the settings"
            )
        if profile.translations:
            problems.append(
                f"{file}: {place_of(profile)} translations: there is nobody to ask, expected "
                f"{PROMPTER.prefix}_ENDPOINT in the settings"
            )
    return problems


def place_of(profile: Profile) -> str:
    """The table of the file that it is in."""
    return f"[{DEFAULT}]" if profile.name == DEFAULT else f"[profile.{profile.name}]"
