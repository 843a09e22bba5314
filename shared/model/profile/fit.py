"""Fits what is asked for to what the audio is and what the provider can do, before any
money is spent: contradictions are resolved with a note for the reader, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from shared.errors import InputError
from shared.model import failure_texts as texts
from shared.model.failure import framed
from shared.model.preparing.channels import Heard
from shared.model.preparing.recipe import LONGEST_MS, Preparation, as_sent, picked, preparation_of
from shared.model.profile.audio import AudioProperties
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.extras import fit_extras
from shared.model.profile.fit_notes import (
    missing_sound,
    no_diarization,
    one_after_the_other,
    other_tracks,
    what_channels_hold,
)
from shared.model.profile.keys import did_you_mean
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile

_PROVIDERS_DEFAULT_CHANNELS = 2
_WHO = ("provider", "mode")
LANGUAGE_KEYS = ("locale", "candidate_locales")


class Fitted(NamedTuple):
    """The profile as it is carried out, notes for the reader, and what is to be done with the audio
    before; None: nothing."""

    profile: Profile
    notes: tuple[str, ...]
    preparation: Preparation | None = None

    @property
    def certain_notes(self) -> tuple[str, ...]:
        """What is noted already: while the channels were not listened to, it may change."""
        is_open = self.preparation is not None and self.preparation.listens
        return () if is_open else self.notes


def asked_before(profile: Profile, fitted: Fitted) -> Options | None:
    """The options before they were fitted, where that may be done once more."""
    may_change = fitted.profile.next_providers or fitted.preparation is not None
    return profile.options if may_change else None


def check_against(
    properties: AudioProperties, options: Options, capabilities: Capabilities
) -> tuple[Options, tuple[str, ...]]:
    """The options as they can be carried out, and a note for each that was changed.

    Raises `InputError` with the codes too_large, unsupported_container, unsupported_codec,
    too_long, channel_missing, no_redaction and too_long_for_diarization.
    """
    capabilities = capabilities.asked_for(options)
    _refuse_what_the_provider_cannot_take(properties, capabilities)
    _refuse_what_it_has_not(options, capabilities)
    options, extra_notes = fit_extras(options, capabilities)
    options, channel_notes = _fit_channels(properties, options, capabilities)
    if capabilities.mixes_channels:
        options, channel_notes = msgspec.structs.replace(options, channels=()), ()
    elif not capabilities.picks_channels:
        options, channel_notes = _all_channels(properties, options, channel_notes)
    options, speaker_notes = _fit_speakers(properties, options, capabilities)
    notes = (
        *missing_sound(properties),
        *other_tracks(properties),
        *extra_notes,
        *channel_notes,
        *speaker_notes,
    )
    return options, notes


def fit(
    properties: AudioProperties,
    profile: Profile,
    capabilities: Mapping[str, Capabilities],
    *,
    is_substitute: bool = False,
    heard: Heard | None = None,
) -> Fitted:
    """The profile as the first provider of its order that takes the recording will carry it out.
    Who was passed over is not in its order any more. `is_substitute` tells that the first of it is
    not the first choice; `heard` is what its channels hold, None where nobody listened.

    Raises `InputError` where none takes it: with what the first one said.
    """
    refusals: list[tuple[str, InputError]] = []
    order = (profile.provider, *profile.next_providers)
    for position, name in enumerate(order):
        candidate = msgspec.structs.replace(
            profile, provider=name, next_providers=order[position + 1 :]
        )
        try:
            fitted, notes, preparation = _fit_to(
                properties, candidate, capabilities[name], heard, is_substitute or position > 0
            )
        except InputError as error:
            refusals.append((name, error))
        else:
            passed = [f"{who} was passed over: {why.reason}" for who, why in refusals]
            return Fitted(fitted, (*passed, *notes), preparation)
    first = refusals[0][1]
    raise first if len(refusals) == 1 else framed(first, texts.NO_OTHER)


def _fit_to(
    properties: AudioProperties,
    profile: Profile,
    limits: Capabilities,
    heard: Heard | None,
    is_substitute: bool,
) -> Fitted:
    """A substitute does it in the mode that it has; the first choice has to have what is asked.
    What does not fit into a lane is done as standard."""
    mode_notes: tuple[str, ...] = ()
    if is_substitute and profile.mode not in (limits.modes or {"standard"}):
        mode_notes = (f"{profile.provider} has no mode {profile.mode}; it was done as standard.",)
        profile = msgspec.structs.replace(profile, mode="standard")
    if profile.mode in limits.in_mode:
        try:
            return fit_as_asked(properties, profile, limits, heard)
        except InputError as error:
            note = f"It was done as standard, not as {profile.mode}. {error.reason}"
            mode_notes = (*mode_notes, note)
            profile = msgspec.structs.replace(profile, mode="standard")
    fitted = fit_as_asked(properties, profile, limits, heard)
    return fitted._replace(notes=(*mode_notes, *fitted.notes))


def fit_as_asked(
    properties: AudioProperties,
    profile: Profile,
    limits: Capabilities,
    heard: Heard | None = None,
) -> Fitted:
    """The same at this provider and in this mode, and nowhere else. Raises `InputError`."""
    for key, text in check_request(profile, limits):
        told = texts.LANGUAGE_NOT_SUPPORTED if key in LANGUAGE_KEYS else texts.NOT_SUPPORTED
        raise told.error(key=key, problem=text).of(key, *_WHO)
    options, notes, preparation = fit_sound(properties, profile, limits.of(profile.mode), heard)
    return Fitted(msgspec.structs.replace(profile, options=options), notes, preparation)


def fit_sound(
    properties: AudioProperties,
    profile: Profile,
    limits: Capabilities,
    heard: Heard | None = None,
) -> tuple[Options, tuple[str, ...], Preparation | None]:
    """The options as they can be carried out on the recording, or on a copy of it. Raises as
    `check_against`, and too_long_to_prepare."""
    preparation = preparation_of(properties, profile, limits, heard)
    recipe = preparation.recipe if preparation is not None else None
    if recipe is not None and (properties.duration_ms or 0) > LONGEST_MS:
        raise texts.TOO_LONG_TO_PREPARE.error(
            duration=_minutes(properties.duration_ms or 0), most=_minutes(LONGEST_MS)
        )
    options = profile.options
    channels = picked(properties, profile, limits, heard)
    if channels:
        options = msgspec.structs.replace(options, channels=channels)
    end_to_end: tuple[str, ...] = ()
    if recipe is not None and recipe.end_to_end:
        end_to_end = one_after_the_other(options, len(recipe.mix))
        options = msgspec.structs.replace(_without_speakers(options), channels=())
    options, notes = check_against(as_sent(properties, recipe), options, limits)
    return options, (*what_channels_hold(heard), *end_to_end, *notes), preparation


def fit_dearest(
    properties: AudioProperties, profile: Profile, limits: Capabilities
) -> tuple[Options, Preparation | None]:
    """The same before anybody listened, of channels that hold what costs most."""
    options, _, preparation = fit_sound(properties, profile, limits)
    if preparation is not None and preparation.listens:
        apart = Heard(kind="apart", channels=tuple(range(properties.channels)))
        options, _, preparation = fit_sound(properties, profile, limits, apart)
    return options, preparation


def check_request(profile: Profile, capabilities: Capabilities) -> list[tuple[str, str]]:
    """(key, what is wrong and what to do) for what the provider cannot do whatever the audio is:
    a mode or a language that it does not have."""
    found = []
    modes, capabilities = capabilities.modes, capabilities.of(profile.mode)
    locales = capabilities.locales
    if modes is not None and profile.mode not in modes:
        text = f"The provider has no mode {profile.mode}. Use {' or '.join(sorted(modes))}."
        found.append(("mode", text))
    if locales is not None:
        found += _strange_locales("locale", (profile.options.locale,), locales)
    identified = capabilities.identified_locales or locales
    if identified is not None and capabilities.identifies_languages:
        candidates = profile.options.candidate_locales  # elsewhere they are left out, with a note
        found += _strange_locales("candidate_locales", candidates, identified)
    return found


def unsupported(profile: Profile, limits: Mapping[str, Capabilities]) -> list[tuple[str, str]]:
    """As `check_request`, of the first provider of the profile's order; nothing where another one
    of it can do it, or nobody knows what it can."""
    first: list[tuple[str, str]] | None = None
    for name in (profile.provider, *profile.next_providers):
        found = check_request(profile, limits[name]) if name in limits else []
        if not found:
            return []
        first = first or found
    return first or []


def _strange_locales(
    key: str, names: tuple[str, ...], known: frozenset[str]
) -> list[tuple[str, str]]:
    strangers = [name for name in names if not {name, name.split("-")[0]} & known]
    if not strangers:
        return []
    regions = {name for name in known if name.split("-")[0] == strangers[0]}
    own = f"{strangers[0]}-{strangers[0].upper()}"
    region = next((one for one in (own, "en-US") if one in regions), min(regions, default=""))
    hint = f", did you mean {region}?" if region else did_you_mean(strangers[0], known)
    verb = "know" if key == "locale" else "tell apart"
    text = f"The provider does not {verb} {', '.join(strangers)}{hint}"
    return [(key, text if hint else f"{text}.")]


def _refuse_what_the_provider_cannot_take(
    properties: AudioProperties, capabilities: Capabilities
) -> None:
    if properties.bytes > capabilities.max_bytes:
        raise texts.TOO_LARGE.error(
            size=_megabytes(properties.bytes), most=_megabytes(capabilities.max_bytes)
        )
    if properties.container not in capabilities.containers:
        raise texts.UNSUPPORTED_CONTAINER.error(name=properties.container)
    if properties.codec not in capabilities.codecs:
        raise texts.UNSUPPORTED_CODEC.error(name=properties.codec)
    longest, duration = capabilities.max_duration_ms, properties.duration_ms
    if longest is not None and duration is not None and duration > longest:
        raise texts.TOO_LONG.error(duration=_minutes(duration), most=_minutes(longest))


def _refuse_what_it_has_not(options: Options, capabilities: Capabilities) -> None:
    if not capabilities.takes_custom_models and (options.model or options.model_by_locale):
        raise texts.NOT_SUPPORTED.error(
            key="model", problem="Custom models are not to be had there."
        ).of("model", *_WHO)
    known = capabilities.models
    if known is not None and not known.issuperset(options.models):
        problem = f"It knows no other models than {', '.join(sorted(known))}."
        raise texts.NOT_SUPPORTED.error(key="models", problem=problem).of("models", *_WHO)
    if options.redact and not capabilities.seals_answers:
        problem = "Answers that are not redacted yet can only be kept sealed, and there is no key."
        raise texts.NOT_SUPPORTED.error(key="redact", problem=problem).of("redact", *_WHO)


def _fit_channels(
    properties: AudioProperties, options: Options, capabilities: Capabilities
) -> tuple[Options, tuple[str, ...]]:
    """Left alone, a provider would hear the first two and drop the rest without a word, or hear all
    as one."""
    usual = 1 if capabilities.merges_channels else _PROVIDERS_DEFAULT_CHANNELS
    if not options.channels and properties.channels > usual:
        every = tuple(range(properties.channels))
        options = msgspec.structs.replace(options, channels=every)
    options, notes = _present_channels(properties, options)
    most = capabilities.most_channels
    if most is not None and len(options.channels) > most:
        problem = f"It takes at most {most} channels."
        raise texts.NOT_SUPPORTED.error(key="channels", problem=problem).of("channels", *_WHO)
    return options, notes


def _present_channels(
    properties: AudioProperties, options: Options
) -> tuple[Options, tuple[str, ...]]:
    asked = options.channels
    present = tuple(channel for channel in asked if channel < properties.channels)
    if present == asked:
        return options, ()
    if not present:
        raise texts.CHANNEL_MISSING.error(asked=_listed(asked), count=properties.channels)
    missing = tuple(channel for channel in asked if channel not in present)
    note = (
        f"The recording has no channel {_listed(missing)}; "
        f"only channel {_listed(present)} was transcribed."
    )
    return msgspec.structs.replace(options, channels=present), (note,)


def _all_channels(
    properties: AudioProperties, options: Options, notes: tuple[str, ...]
) -> tuple[Options, tuple[str, ...]]:
    every = tuple(range(properties.channels)) if properties.channels > 1 else ()
    left_out = tuple(c for c in range(properties.channels) if c not in options.channels)
    if options.channels and left_out:
        notes = (f"The provider hears all channels; channel {_listed(left_out)} is in here, too.",)
    return msgspec.structs.replace(options, channels=every), notes


def _fit_speakers(
    properties: AudioProperties, options: Options, capabilities: Capabilities
) -> tuple[Options, tuple[str, ...]]:
    if not options.tells_speakers:
        return options, ()
    if properties.channels > 1 and not capabilities.diarizes_channels:
        return _without_speakers(options), (no_diarization(options),)
    longest, duration = capabilities.max_diarized_ms, properties.duration_ms
    if longest is not None and duration is not None and duration > longest:
        raise texts.TOO_LONG_FOR_DIARIZATION.error(
            duration=_minutes(duration), most=_minutes(longest)
        )
    return options, ()


def _without_speakers(options: Options) -> Options:
    return msgspec.structs.replace(
        options,
        max_speakers=None,
        expected_speakers=None,
        min_speakers=None,
        finds_speakers=False,
    )


def _listed(channels: tuple[int, ...]) -> str:
    return ", ".join(map(str, channels))


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f}".removesuffix(".0")


def _minutes(duration_ms: int) -> str:
    return f"{duration_ms / 60_000:.1f}".removesuffix(".0")
