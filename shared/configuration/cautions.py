"""What is no mistake in profiles, and yet not what somebody may expect of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shared.finders.registry import FINDER
from shared.model.names import from_top
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.extras import EXTRAS, hidden_by_nobody, left_out
from shared.model.profile.profile import DEFAULT, Profile


def cautions(
    profiles: Sequence[Profile], limits: Mapping[str, Capabilities], container: str
) -> list[str]:
    """A line each: options that a provider of the profile has not, kinds of personal data that
    only a finder finds for it, and folders that seem to name the `container` of audio. What the
    default profile hands down is told of that alone. `limits` are those of the providers by name,
    without a finder."""
    found: list[str] = []
    handed_down: set[str] = set()
    for profile in profiles:
        told = [*_of(profile, limits), *_of_folders(profile, container)]
        where = f"[{DEFAULT}]" if profile.name == DEFAULT else f"[profile.{profile.name}]"
        found += [f"{where} {line}" for line in told if line not in handed_down]
        if profile.name == DEFAULT:
            handed_down = set(told)
    return found


def _of_folders(profile: Profile, container: str) -> Iterator[str]:
    for prefix in profile.prefixes:
        meant = from_top(container, prefix)
        if prefix != meant or prefix == container:
            instead = (
                f"if {meant!r} is meant, write that" if prefix != meant else "[default] holds all"
            )
            yield (
                f"prefixes: {prefix!r} is a folder in the container {container}, whose own name "
                f"is left out; {instead}"
            )


def _of(profile: Profile, limits: Mapping[str, Capabilities]) -> Iterator[str]:
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
