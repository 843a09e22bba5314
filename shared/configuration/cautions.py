"""What is no mistake in profiles, and yet not what somebody may expect of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from shared.configuration.insights import place_of
from shared.finders.registry import FINDER
from shared.model.profile import keys
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.extras import EXTRAS, hidden_by_nobody, left_out
from shared.model.profile.profile import DEFAULT, Profile
from shared.prompters.registry import PROMPTER

AUDIO = "audio"
"""The container that audio is dropped into, where the settings do not say another."""
_SOUND = re.compile(rf"{keys.SOUND}$")


def cautions(profiles: Sequence[Profile], limits: Mapping[str, Capabilities]) -> list[str]:
    """A line each: options that a provider of the profile has not, kinds of personal data that only
    a finder finds for it, folders that are hardly meant so, and patterns that leave nothing. What
    the default profile hands down is told of that alone. `limits` are those of the providers by
    name, without a finder."""
    found: list[str] = []
    handed_down: set[str] = set()
    for profile in profiles:
        told = list(_of(profile, limits))
        found += [f"{place_of(profile)} {line}" for line in told if line not in handed_down]
        if profile.name == DEFAULT:
            handed_down = set(told)
    return found


def _of(profile: Profile, limits: Mapping[str, Capabilities]) -> Iterator[str]:
    yield from _of_what_is_meant(profile)
    yield from _of_insights(profile)
    options = profile.options
    for name in (profile.provider, *profile.next_providers):
        if name not in limits:
            continue
        own = limits[name].of(profile.mode)
        for key in left_out(options, own.asked_for(options)):
            yield f"{key}: {name} has {EXTRAS[key]}; it will be left out, with a note"
        missed = hidden_by_nobody(options, own)
        if missed:
            kinds = ", ".join(missed)
            yield f"redact: with {name} only a finder finds {kinds} ({FINDER.prefix}_ENDPOINT)"


def _of_insights(profile: Profile) -> Iterator[str]:
    """What a service for language finds has to be asked of a model where that does not know the
    language, and from some day on."""
    options = profile.options
    locales = (options.locale, *options.candidate_locales)
    for name in profile.insights:
        finds = FINDER.analyses.get(name)
        if finds is None:
            continue
        unknown = [locale for locale in locales if not finds.knows(locale)]
        needs = f"({PROMPTER.prefix}_ENDPOINT)"
        if unknown:
            spoken = " and ".join(unknown)
            yield f"insights: {name} in {spoken} only a language model makes {needs}"
        elif finds.until is not None:
            yield f"insights: {name} after {finds.until} only a language model makes {needs}"


def _of_what_is_meant(profile: Profile) -> Iterator[str]:
    for prefix in profile.prefixes:
        if prefix.partition("/")[0] == AUDIO:
            yield (
                f"prefixes: {prefix} is a folder {AUDIO} in the container; the name of the "
                "container is no part of it"
            )
        if _SOUND.search(prefix):
            yield f"prefixes: {prefix} is a folder; of a single recording, say it in its metadata"
    if {"*", "**", "**/*"} & set(profile.ignore):
        yield "ignore: leaves nothing that is taken"
