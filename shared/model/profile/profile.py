"""Profiles: what is to be done with a kind of audio, and which recordings are of that kind.

A recording's settings are its manifest entry over its blob metadata over the profile with the
longest matching prefix over the default profile. Everything here is pure; the file is read by
`shared/configuration/profiles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from shared.model.failure_texts import (
    OPTION_LOCKED,
    PROFILE_NOT_OFFERED,
    UNKNOWN_PROFILE,
)
from shared.model.profile import keys, locks
from shared.model.profile.letters import as_meant
from shared.model.profile.naming import pattern_problem
from shared.model.profile.options import (
    Format,
    Listening,
    Mode,
    NoSpeech,
    Options,
    Prepare,
    Priority,
    SpeakerStyle,
)
from shared.model.profile.spread import NOW
from shared.model.redaction.kinds import KINDS, PRESETS, kinds_of

DEFAULT = "default"
KEPT_PROFILES = "profiles"
"""The name under which the file that is in force is kept."""
GIVEN_PROFILES = "profiles-given"
"""The name of the file that an owner gave in place of that of the release; empty: none."""
METADATA_PREFIX = "dropscribe_"


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a kind of audio is transcribed and what comes of it.

    `prefixes` are folders in the audio container, without a slash at the end; the default
    profile has "", which holds everything. `next_providers` are whom a recording goes to, in
    this order, where `provider` cannot take it or cannot be had. `roles` names the speaker of a
    channel.
    `formats` are written beside the JSON transcript. `caption_speakers` is how captions show a
    change of speaker where there are several. What is heard with a confidence below
    `review_below` is marked for review; None marks nothing. `coalesce_seconds` overrides the
    setting of that name. With `container_jobs` a batch that is the whole content of its
    container goes to the provider as one job over the container. With `reuse` the same audio is
    not paid for again under another name; with `every_version` it is under its own, though
    nothing but metadata was changed. What is urgent goes before what is normal, and bulk
    last, as far as it waits for its provider; `send` is when it goes there: now, or spread over
    some hours. `prepare` is whether a provider gets a copy of what it does not read as it is,
    `no_speech` what becomes of a recording without any,
    `listening` whether people get one to hear, by themselves or once somebody asks.
    With `keep_unredacted` a transcript is also kept as it was before anything was hidden in it,
    apart from all else and for owners alone.
    With `shares_jobs` recordings of several batches may go to it in one call.
    `keep_rows_days` after it was finished a batch goes
    from the table, and what was written for it as well unless `keep_outputs`. Audio and outputs of
    a recording go `keep_audio_days` and `keep_outputs_days` after it came in. With `export` its
    rows stand in the tables for analysis for as long as its outputs are there. `insights` are
    asked of its transcript, by name, once that is stored, and `translations` are the languages
    that it is translated into. Beyond
    `most_per_day`, in the currency of the deployment, and `most_hours_per_day` of audio its
    recordings wait for the next day.

    `only` and `ignore` are patterns of what is taken in its folders and of what is not.
    `companions` are patterns of the names of files that describe a recording, `companion_fields`
    where in them what lies; for one that is not there yet a recording waits
    `companion_wait_seconds`. `name_pattern` says what the name of a recording tells. `endpoints`
    are those that may do its work, () for all of its providers. `locked` are keys that whoever
    drops or asks may make stricter, and no looser. One that may not be asked for is had in its
    folders only.
    """

    name: str = DEFAULT
    prefixes: tuple[str, ...] = ("",)
    provider: str = "azure-speech"
    next_providers: tuple[str, ...] = ()
    mode: Mode = "standard"
    options: Options = Options()
    roles: dict[int, str] = {}
    formats: tuple[Format, ...] = ("vtt",)
    caption_speakers: SpeakerStyle = "names"
    review_below: float | None = 0.6
    coalesce_seconds: int | None = None
    keep_provider_copy: bool = False
    accept_truncated: bool = False
    reuse: bool = False
    prepare: Prepare = "auto"
    no_speech: NoSpeech = "send"
    listening: Listening = "auto"
    keep_unredacted: bool = False
    every_version: bool = False
    priority: Priority = "normal"
    send: str = NOW
    shares_jobs: bool = True
    keep_rows_days: int | None = None
    keep_outputs: bool = True
    keep_audio_days: int | None = None
    keep_outputs_days: int | None = None
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    companion_wait_seconds: int = 60
    companion_fields: dict[str, str] = {}
    name_pattern: str | None = None
    endpoints: tuple[str, ...] = ()
    container_jobs: bool = False
    most_per_day: float | None = None
    most_hours_per_day: float | None = None
    locked: tuple[str, ...] = ()
    may_be_asked_for: bool = True
    export: bool = False
    insights: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote on a recording that changes nothing about how it is transcribed.

    `metadata` is handed through to the transcript and the report as it is.
    """

    title: str | None = None
    client_item_id: str | None = None
    metadata: dict[str, str] = {}


def choose(
    profiles: Sequence[Profile], name: str, metadata: Mapping[str, str] | None = None
) -> Profile:
    """The profile of the blob `name`: the one that its metadata asks for, else the one with the
    longest matching prefix. The default profile has the prefix "", which matches every blob.
    Raises `InputError` (unknown_profile, profile_not_offered, option_locked)."""
    wanted = own_entries(metadata or {}).get("profile")
    if wanted is not None:
        return asked_for(profiles, name, wanted)
    matches = [(len(prefix), p) for p in profiles for prefix in p.prefixes if _in(name, prefix)]
    return max(matches, key=lambda match: match[0])[1]


def asked_for(profiles: Sequence[Profile], name: str, wanted: str) -> Profile:
    """The profile called `wanted`, of which the blob `name` is to be, whatever its folder says.
    Raises `InputError` (unknown_profile, profile_not_offered, option_locked)."""
    own, asked = choose(profiles, name), named(profiles, wanted)
    if asked.name == own.name:
        return asked
    if not asked.may_be_asked_for:
        raise PROFILE_NOT_OFFERED.error(name=asked.name)
    if locks.locks(own, "profile"):
        raise OPTION_LOCKED.error(keys="profile", name=own.name)
    return keeping(own, asked)


def keeping(own: Profile, asked: Profile) -> Profile:
    """`asked`, which loosens nothing that `own` locks. Raises `InputError` (option_locked)."""
    found = locks.loosened(own, asked)
    if found:
        raise OPTION_LOCKED.error(keys=", ".join(found), name=own.name)
    return asked


def said_of(metadata: Mapping[str, str]) -> frozenset[str]:
    """The options that a blob's metadata sets."""
    return frozenset(own_entries(metadata)) & frozenset(keys.RECORDING_KEYS)


def is_on_request(metadata: Mapping[str, str]) -> bool:
    """Whether whoever put a blob there says that a request will name it: then its arrival alone is
    no reason to transcribe it."""
    return own_entries(metadata).get("on_request", "").strip().lower() == "true"


def named(profiles: Sequence[Profile], name: str) -> Profile:
    """The profile called `name`. Raises `InputError` (unknown_profile)."""
    for profile in profiles:
        if profile.name == name:
            return profile
    known = [profile.name for profile in profiles]
    raise UNKNOWN_PROFILE.error(
        name=name, hint=keys.did_you_mean(name, known), known=", ".join(known)
    )


def labels(metadata: Mapping[str, str]) -> Labels:
    """Title, client item id and foreign entries of a blob's metadata."""
    ours = own_entries(metadata)
    foreign = {
        key: as_meant(text)
        for key, text in metadata.items()
        if not key.lower().startswith(METADATA_PREFIX)
    }
    return Labels(
        title=ours.get("title"), client_item_id=ours.get("client_item_id"), metadata=foreign
    )


def override(profile: Profile, values: Mapping[str, Any]) -> Profile:
    """The profile with checked `values` in place of its own; options are named like the rest. A
    `provider` stands alone, `providers` are an order of preference."""
    options = {k: v for k, v in values.items() if k in keys.OPTION_NAMES}
    rest = {k: v for k, v in values.items() if k not in keys.OPTION_NAMES}
    order = rest.pop("providers", None) or (rest.get("provider"),)
    if order[0] is not None:
        rest["provider"], rest["next_providers"] = order[0], tuple(order[1:])
    if options:
        rest["options"] = msgspec.structs.replace(profile.options, **options)
    return msgspec.structs.replace(profile, **rest)


def contradictions(profile: Profile) -> list[tuple[str, str]]:
    """(key, what is wrong) for values that are right alone but not together."""
    options = profile.options
    found = [
        *_locale_contradictions(options),
        *_strange_kinds(options),
        *_sound_contradictions(options),
        *_unredacted_contradictions(profile),
        *_repetitions(profile),
        *_speaker_contradictions(options),
        *_keeping_contradictions(profile),
    ]
    if len(options.channels) > 1:
        text = "cannot go with several channels; the channels separate the speakers"
        asked = {"max_speakers": options.max_speakers, "finds_speakers": options.finds_speakers}
        found += [(key, text) for key, value in asked.items() if value]
    strangers = sorted(set(profile.roles) - set(options.channels)) if options.channels else []
    if strangers:
        listed = ", ".join(map(str, strangers))
        found.append(("roles", f"names channel {listed}, which channels leaves out"))
    problem = pattern_problem(profile.name_pattern) if profile.name_pattern else None
    return [*found, ("name_pattern", problem)] if problem else found


def _locale_contradictions(options: Options) -> list[tuple[str, str]]:
    candidates, found = options.candidate_locales, []
    if len(candidates) == 1:
        found.append(("candidate_locales", "needs at least 2 locales; for one, set locale instead"))
    if len(candidates) > 10 and options.language_mode == "continuous":
        found.append(
            ("candidate_locales", 'holds more than 10 locales; only language_mode "single" may')
        )
    if candidates and options.locale not in candidates:
        text = f"has to be one of candidate_locales: add {options.locale} to them"
        found.append(("locale", text))
    for locale in options.model_by_locale:
        if locale not in candidates:
            text = f"names {locale}, which is not among candidate_locales"
            found.append(("model_by_locale", text))
    return found


def has_strange_kinds(options: Options) -> bool:
    """Whether `redact` names what is no kind of personal data."""
    return bool(_strange_kinds(options))


def _strange_kinds(options: Options) -> list[tuple[str, str]]:
    known = {*KINDS, *PRESETS}
    one_of = f", expected kinds such as person_name, or presets: {', '.join(sorted(PRESETS))}"
    hints = {name: keys.did_you_mean(name, known) or one_of for name in options.redact}
    return [
        ("redact", f"{name!r} is no kind of personal data{hints[name]}")
        for name in options.redact
        if name not in known
    ]


def _sound_contradictions(options: Options) -> list[tuple[str, str]]:
    if options.redact_audio == "keep" or options.redact:
        return []
    return [("redact_audio", "hides in the sound what redact names; redact names nothing")]


def _unredacted_contradictions(profile: Profile) -> list[tuple[str, str]]:
    """Security codes of cards may be kept by nobody: PCI DSS, requirement 3.3.1."""
    if not profile.keep_unredacted:
        return []
    if not profile.options.redact:
        return [("keep_unredacted", "keeps what redact hides; redact names nothing")]
    if "credit_card_cvv" in kinds_of(profile.options.redact):
        text = "cannot go with credit_card_cvv, which pci holds: nobody may keep security codes"
        return [("keep_unredacted", text)]
    return []


def _speaker_contradictions(options: Options) -> list[tuple[str, str]]:
    least, most = options.min_speakers, options.max_speakers
    if options.expected_speakers is not None and (least is not None or most is not None):
        return [("expected_speakers", "cannot go with min_speakers or max_speakers")]
    if least is not None and most is not None and least > most:
        return [("min_speakers", f"{least} is more than max_speakers")]
    return []


def _keeping_contradictions(profile: Profile) -> list[tuple[str, str]]:
    rows = profile.keep_rows_days
    kept = {
        "keep_audio_days": profile.keep_audio_days,
        "keep_outputs_days": profile.keep_outputs_days,
    }
    text = "is more than keep_rows_days; what no row tells of any more stays for good"
    return [(key, text) for key, days in kept.items() if rows and days and days > rows]


def _repetitions(profile: Profile) -> list[tuple[str, str]]:
    lists = {
        "candidate_locales": profile.options.candidate_locales,
        "channels": profile.options.channels,
        "formats": profile.formats,
        "providers": (profile.provider, *profile.next_providers),
    }
    twice = {key: [one for one in all_ if all_.count(one) > 1] for key, all_ in lists.items()}
    return [(key, f"names {found[0]} twice") for key, found in twice.items() if found]


def own_entries(metadata: Mapping[str, str]) -> dict[str, str]:
    """Our own entries without their prefix. Storage compares metadata names without case."""
    return {
        key.lower().removeprefix(METADATA_PREFIX): as_meant(value)
        for key, value in metadata.items()
        if key.lower().startswith(METADATA_PREFIX)
    }


def _in(name: str, prefix: str) -> bool:
    return not prefix or name.startswith(prefix + "/")


def version_of(text: str) -> str:
    """Twelve hex digits, which tell a file of profiles from any other."""
    return sha256(text.encode()).hexdigest()[:12]
