"""What a fast transcription is asked for: `TranscribeDefinition` of the API description 2025-10-15,
and what its pages and the maker's own client add to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from local.emulators.azure_speech import bodies
from local.emulators.azure_speech.bodies import invalid
from local.emulators.azure_speech.errors import bad_request
from local.emulators.azure_speech.models import LOCALES
from local.emulators.azure_speech.versions import Version

_PROFANITY = ("None", "Removed", "Tags", "Masked")
_TASKS = ("transcribe", "translate")
_MOST_CHANNELS, _MOST_SPEAKERS, _LONGEST_PROMPT = 2, 35, 4_096
_KNOWN = frozenset("locales models profanityFilterMode diarization channels".split())
_SINCE_2025 = frozenset("audioUrl phraseList enhancedMode".split())


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`channels` empty: all are heard as one. `locales` empty: whatever is spoken. `is_enhanced`:
    by a large language model; `target_language`: and translated."""

    locales: tuple[str, ...] = ()
    profanity: str = "Masked"
    channels: tuple[int, ...] = ()
    tells_speakers: bool = False
    is_enhanced: bool = False
    target_language: str | None = None
    audio_url: str | None = None
    phrases: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()


def read_definition(text: str | None, version: Version) -> Asked:
    """Raises 400 for what the service refuses."""
    body = _object(text)
    known = _KNOWN | (_SINCE_2025 if version.has_project else frozenset())
    asked = {name: value for name, value in body.items() if name in known}
    channels = _channels(asked)
    tells_speakers = _tells_speakers(bodies.child(asked, "diarization"))
    if tells_speakers and len(channels) > 1:
        raise _refused("InvalidChannels", "Diarization is not to be had with two channels.")
    phrases = _phrases(bodies.child(asked, "phraseList"))
    enhanced = bodies.child(asked, "enhancedMode")
    is_enhanced = _is_enhanced(enhanced)
    if is_enhanced and phrases:
        raise _refused("InvalidParameterValue", "The enhanced mode takes no phrase list.")
    return Asked(
        is_enhanced=is_enhanced,
        target_language=_target_language(enhanced),
        locales=_locales(asked),
        profanity=bodies.one_of(asked, "profanityFilterMode", _PROFANITY, "Masked"),
        channels=channels,
        tells_speakers=tells_speakers,
        audio_url=_address(asked),
        phrases=phrases,
        unknown_fields=tuple(sorted(set(body) - known)),
    )


def _object(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        body = msgspec.json.decode(text)
    except msgspec.MsgspecError:
        raise _refused("InvalidRequestBodyFormat", "The definition is not JSON.") from None
    if not isinstance(body, dict):
        raise _refused("InvalidRequestBodyFormat", "The definition is not an object.")
    return body


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = body.get(name) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise invalid(name, "it must be a list of texts")
    return tuple(value)


def _locales(body: Mapping[str, Any]) -> tuple[str, ...]:
    found = _texts(body, "locales")
    known = {locale.casefold(): locale for locale in LOCALES}
    for locale in found:
        if locale.casefold() not in known:
            raise _refused("InvalidLocale", f"The locale {locale} is not supported.")
    return tuple(known[locale.casefold()] for locale in found)


def _channels(body: Mapping[str, Any]) -> tuple[int, ...]:
    value = body.get("channels") or []
    if not isinstance(value, list) or not all(type(one) is int and one >= 0 for one in value):
        raise invalid("channels", "it must be a list of numbers")
    if len(set(value)) != len(value) or len(value) > _MOST_CHANNELS:
        raise _refused("InvalidChannels", f"At most {_MOST_CHANNELS} channels can be named.")
    return tuple(value)


def _tells_speakers(body: Mapping[str, Any]) -> bool:
    """Its number alone switches it on: the maker's client sends no `enabled`."""
    most = bodies.number(body, "maxSpeakers", 2, _MOST_SPEAKERS, 0, "InvalidParameterValue")
    return bodies.flag(body, "enabled", default=bool(most))


def _address(body: Mapping[str, Any]) -> str | None:
    value = body.get("audioUrl")
    if value is not None and not bodies.is_web_address(value):
        raise _refused("InvalidRecordingsUri", "audioUrl is not an address.")
    return value


def _is_enhanced(body: Mapping[str, Any]) -> bool:
    if sum(map(len, _texts(body, "prompt"))) > _LONGEST_PROMPT:
        raise _refused("InvalidParameterValue", "The prompt is too long.")
    return bodies.flag(body, "enabled", default=bool(body))


def _target_language(body: Mapping[str, Any]) -> str | None:
    if bodies.one_of(body, "task", _TASKS, "transcribe") == "transcribe":
        return None
    return bodies.text(body, "targetLanguage", required=True)


def _phrases(body: Mapping[str, Any]) -> tuple[str, ...]:
    weight = body.get("biasingWeight")
    if weight is not None and not (isinstance(weight, int | float) and 0 <= weight <= 2):
        raise invalid("biasingWeight", "it must be a number from 0 to 2")
    return _texts(body, "phrases")


def _refused(inner: str, message: str) -> Exception:
    return bad_request(inner, message)
