"""What is asked for a single recording, by the metadata of its blob or by a request, laid over its
profile. All that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import InputError
from shared.model.failure_texts import (
    BAD_METADATA,
    BAD_OPTIONS,
    STRANGE_METADATA,
    STRANGE_OPTIONS,
)
from shared.model.profile import keys
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import unsupported
from shared.model.profile.profile import (
    METADATA_PREFIX,
    Profile,
    choose,
    contradictions,
    keeping,
    override,
    own_entries,
)


def chosen(
    profiles: Sequence[Profile],
    name: str,
    metadata: Mapping[str, str],
    limits: Mapping[str, Capabilities],
) -> Profile:
    """As `choose`, which names the first mistake alone: what else is wrong with the metadata is
    told with it. `limits` are what the providers can do. Raises `InputError`."""
    try:
        return choose(profiles, name, metadata)
    except InputError as error:
        _, others = _by_metadata(choose(profiles, name), metadata, limits)
        if not others:
            raise
        first = f"{METADATA_PREFIX}profile: {_as_part(error.reason)}; {_as_part(error.advice)}"
        raise _bad([first, *others], METADATA_PREFIX) from None


def with_metadata(
    profile: Profile, metadata: Mapping[str, str], limits: Mapping[str, Capabilities]
) -> Profile:
    """The profile with the `dropscribe_*` entries of a blob's metadata laid over it. Others are
    left alone. Raises `InputError` (bad_metadata) that lists every problem; what the providers
    cannot do is one of them only beside others, for alone it is told when the recording is
    fitted."""
    result, problems = _by_metadata(profile, metadata, {})
    if problems:
        raise _bad(_by_metadata(profile, metadata, limits)[1], METADATA_PREFIX)
    return keeping(profile, result)


def with_fields(profile: Profile, fields: Mapping[str, object]) -> Profile:
    """The profile with the fields of a manifest entry or an API item laid over it; the names are
    those of `RECORDING_KEYS`. Raises `InputError` (bad_options) that lists every problem."""
    problems: list[str] = []
    result = _overridden(profile, fields, problems, "", {})
    if problems:
        raise _bad(problems, "")
    return keeping(profile, result)


def _by_metadata(
    profile: Profile, metadata: Mapping[str, str], limits: Mapping[str, Capabilities]
) -> tuple[Profile, list[str]]:
    fields: dict[str, Any] = {}
    problems: list[str] = []
    for key, text in own_entries(metadata).items():
        if key == "on_request" and text.strip().lower() not in ("true", "false"):
            problems.append(f"{METADATA_PREFIX}{key}: is {text!r}, expected true or false")
        if key in keys.LABEL_KEYS:
            continue
        value = keys.value_of_text(key, text, METADATA_PREFIX)
        if isinstance(value, keys.Problem):
            problems.append(f"{METADATA_PREFIX}{key}: {value.text}")
        else:
            fields[key] = value
    return _overridden(profile, fields, problems, METADATA_PREFIX, limits), problems


def _overridden(
    profile: Profile,
    fields: Mapping[str, object],
    problems: list[str],
    prefix: str,
    limits: Mapping[str, Capabilities],
) -> Profile:
    """Adds to the problems. With no limits nobody asks what the providers can do."""
    values: dict[str, Any] = {}
    for key, raw in fields.items():
        value = keys.value_of(key, raw, keys.RECORDING_KEYS)
        if isinstance(value, keys.Problem):
            problems.append(f"{prefix}{key}: {value.text}")
        else:
            values[key] = value
    result = override(profile, values)
    if values:
        problems += [f"{prefix}{key}: {text}" for key, text in contradictions(result)]
    beyond = unsupported(result, limits) if limits else []
    problems += [f"{prefix}{key}: {_as_part(text)}" for key, text in beyond if key in values]
    return result


def _bad(problems: Sequence[str], prefix: str) -> InputError:
    """What is known is listed only where nobody can tell what was meant."""
    told = "; ".join(problems)
    told = told if told.endswith("?") else f"{told}."
    bad, strange = (BAD_METADATA, STRANGE_METADATA) if prefix else (BAD_OPTIONS, STRANGE_OPTIONS)
    if not any(problem.endswith(keys.NO_SUCH_KEY) for problem in problems):
        return bad.error(problems=told)
    known = ", ".join(prefix + key for key in keys.RECORDING_KEYS)
    return strange.error(problems=told, known=known)


def _as_part(sentence: str) -> str:
    """Of a longer one."""
    return f"{sentence[:1].lower()}{sentence[1:]}".removesuffix(".")
