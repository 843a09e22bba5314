"""Reads the body of a create call: every documented rule, in the words of each version.

Unknown members are ignored, as far as is known like the service does, but listed in the ledger:
they are how a misspelt option shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.emulators.azure_speech import bodies
from local.emulators.azure_speech.bodies import invalid
from local.emulators.azure_speech.errors import bad_request
from local.emulators.azure_speech.models import BASE_MODELS, LOCALES, NO_MODEL
from local.emulators.azure_speech.time_forms import read_duration_seconds
from local.emulators.azure_speech.transcriptions import (
    LONGEST_LIFE_HOURS,
    Inputs,
    Transcription,
    Wanted,
    new_id,
)
from local.emulators.azure_speech.versions import Version

MOST_CONTENT_URLS = 1000
_MOST_SPEAKERS = 35
_HOUR = 3600
_SHORTEST_LIFE_HOURS = 6
_PUNCTUATION = ("None", "Dictated", "Automatic", "DictatedAndAutomatic")
_PROFANITY = ("None", "Removed", "Tags", "Masked")
_MODEL_PATH = re.compile(r"/models/(?P<base>base/)?(?P<id>[0-9a-f-]{36})/?$", re.IGNORECASE)

_ENTITY = """
    displayName description locale customProperties contentUrls contentContainerUrl dataset
    model project properties self links status createdDateTime lastActionDateTime
"""
_PROPERTIES = """
    wordLevelTimestampsEnabled displayFormWordLevelTimestampsEnabled channels punctuationMode
    profanityFilterMode destinationContainerUrl languageIdentification diarization error
"""
_KNOWN = frozenset(_ENTITY.split())
_KNOWN_PROPERTIES = frozenset(_PROPERTIES.split())
_OWN_PROPERTIES = {
    True: frozenset({"timeToLiveHours", "durationMilliseconds"}),
    False: frozenset({"timeToLive", "email", "diarizationEnabled", "duration"}),
}


def read_submission(
    body: Mapping[str, Any], version: Version, now: int
) -> tuple[Transcription, Inputs]:
    """The transcription that a create call asks for. Raises `ServiceError`."""
    body = bodies.canonical(body, text_flags=not version.dated)
    name = bodies.text(body, "displayName", required=True)
    locale = _locale(bodies.text(body, "locale", required=True))
    inputs = _inputs(body)
    if body.get("properties") is None and version.dated:
        raise invalid("properties", "it is required")
    new = Transcription(
        id=new_id(),
        version=version,
        display_name=name or "",
        description=bodies.text(body, "description") or "",
        locale=locale,
        custom_properties=bodies.custom_properties(body),
        project=bodies.reference(body, "project", "InvalidProject")
        if version.has_project
        else None,
        created_at=now,
        last_action_at=now,
        wanted=_wanted(bodies.child(body, "properties"), version, locale, _model(body, locale)),
    )
    return new, inputs


def unknown_fields(body: Mapping[str, Any], version: Version) -> list[str]:
    """What the version has no such field for, `properties.` before nested ones; also what is
    written in another case, which nobody promises to read."""
    known = _KNOWN if version.has_project else _KNOWN - {"project"}
    own = _KNOWN_PROPERTIES | _OWN_PROPERTIES[version.dated]
    nested = set(bodies.child(body, "properties")) - own
    return sorted(set(body) - known) + sorted(f"properties.{field}" for field in nested)


def _inputs(body: Mapping[str, Any]) -> Inputs:
    given = [
        field
        for field in ("contentUrls", "contentContainerUrl", "dataset")
        if body.get(field) is not None
    ]
    if len(given) != 1:
        raise bad_request(
            "OnlyOneOfUrlsOrContainerOrDataset",
            "Exactly one of contentUrls, contentContainerUrl and dataset is required.",
        )
    if given == ["dataset"]:
        raise bad_request("InvalidDataset", "The dataset cannot be found.", "dataset")
    if given == ["contentContainerUrl"]:
        return Inputs(container_url=_address(body["contentContainerUrl"], given[0]))
    urls = body["contentUrls"]
    if not isinstance(urls, list) or not urls:
        raise bad_request("InvalidRecordingsUri", "contentUrls must be a list of URLs.", given[0])
    if len(urls) > MOST_CONTENT_URLS:
        raise bad_request(
            "ExceededNumberOfRecordingsUris",
            f"contentUrls can hold at most {MOST_CONTENT_URLS} URLs.",
            given[0],
        )
    return Inputs(content_urls=tuple(_address(url, given[0]) for url in urls))


def _address(value: Any, name: str) -> str:
    if not bodies.is_web_address(value):
        raise bad_request(
            "InvalidRecordingsUri",
            f"Only absolute URIs with a scheme, an authority and a path are allowed for {name}.",
            name,
        )
    return str(value)


def _locale(value: str | None, name: str = "locale") -> str:
    if value not in LOCALES:
        raise bad_request("InvalidLocale", f"The value of {name} is not a supported locale.", name)
    return value


def _model(body: Mapping[str, Any], locale: str) -> str | None:
    uri = bodies.reference(body, "model", "InvalidModelUri")
    return None if uri is None else _known_model(uri, locale)


def _known_model(uri: str, locale: str) -> str:
    """The id of the model at `uri`. Custom ones were made elsewhere: whatever is no base model's
    id is taken for that of one, which hears like the base model of the locale."""
    found = _MODEL_PATH.search(urlsplit(uri).path)
    if found is None:
        raise bad_request("InvalidModelUri", "The model is not the URI of a model.", "model")
    model_id = found["id"].lower()
    model = BASE_MODELS.get(model_id)
    if model is None and not found["base"] and model_id != NO_MODEL:
        return model_id
    if model is None or not found["base"]:
        raise bad_request("InvalidModel", "The model cannot be found.", "model")
    if model.is_expired:
        raise bad_request("ModelDeprecated", "The model is no longer available.", "model")
    if model.locale != locale:
        raise bad_request("ModelMismatch", "The model is not made for the locale.", "model")
    return model.id


def _wanted(
    properties: Mapping[str, Any], version: Version, locale: str, model: str | None
) -> Wanted:
    fewest, most, simple = _speakers(properties, version)
    candidates, mode, models = _languages(properties)
    return Wanted(
        word_times=bodies.flag(properties, "wordLevelTimestampsEnabled"),
        display_word_times=bodies.flag(properties, "displayFormWordLevelTimestampsEnabled"),
        channels=_channels(properties),
        punctuation=bodies.one_of(properties, "punctuationMode", _PUNCTUATION, _PUNCTUATION[-1]),
        profanity=bodies.one_of(properties, "profanityFilterMode", _PROFANITY, _PROFANITY[-1]),
        time_to_live_seconds=_time_to_live(properties, version),
        fewest_speakers=fewest,
        most_speakers=most,
        simple_diarization=simple,
        candidate_locales=candidates,
        locale_mode=mode,
        locale_models=models,
        model=model,
        destination_url=_destination(properties),
    )


def _channels(properties: Mapping[str, Any]) -> tuple[int, ...]:
    value = properties.get("channels")
    if value is None:
        return (0, 1)
    numbers = value if isinstance(value, list) else []
    fine = all(type(channel) is int and 0 <= channel < 256 for channel in numbers)
    if not numbers or not fine or len(set(numbers)) < len(numbers):
        raise bad_request(
            "InvalidChannels", "channels must be a list of different channel numbers.", "channels"
        )
    return tuple(numbers)


def _time_to_live(properties: Mapping[str, Any], version: Version) -> int | None:
    if version.dated:
        if properties.get("timeToLiveHours") is None:
            raise bad_request(
                "InvalidTimeToLive", "properties.timeToLiveHours is required.", "timeToLiveHours"
            )
        hours = bodies.number(
            properties,
            "timeToLiveHours",
            _SHORTEST_LIFE_HOURS,
            LONGEST_LIFE_HOURS,
            0,
            "InvalidTimeToLive",
        )
        return hours * _HOUR
    written = bodies.text(properties, "timeToLive")
    if written is None:
        return None
    seconds = read_duration_seconds(written)
    if seconds is None or seconds > LONGEST_LIFE_HOURS * _HOUR:
        raise bad_request(
            "InvalidTimeToLive", "timeToLive must be a duration of up to 31 days.", "timeToLive"
        )
    return int(seconds) or None


def _speakers(properties: Mapping[str, Any], version: Version) -> tuple[int, int | None, bool]:
    """(fewest, most or None without diarization, whether it is v3.x's simple one)."""
    given = bodies.child(properties, "diarization")
    if version.dated:
        most = bodies.number(given, "maxSpeakers", 2, _MOST_SPEAKERS, 2, "InvalidPayload")
        return 1, most if bodies.flag(given, "enabled") else None, False
    enabled = bodies.flag(properties, "diarizationEnabled")
    if properties.get("diarization") is None:
        return 1, 2 if enabled else None, True
    if not enabled:
        raise invalid("diarization", "diarizationEnabled must be true")
    if given.get("speakers") is None:
        raise invalid("diarization", "speakers is required")
    speakers = bodies.child(given, "speakers")
    fewest = bodies.number(speakers, "minCount", 1, _MOST_SPEAKERS, 1, "InvalidPayload")
    most = bodies.number(speakers, "maxCount", 1, _MOST_SPEAKERS, max(2, fewest), "InvalidPayload")
    if fewest > most:
        raise invalid("diarization", "minCount is greater than maxCount")
    return fewest, most, False


def _languages(properties: Mapping[str, Any]) -> tuple[tuple[str, ...], str, dict[str, str]]:
    given = bodies.child(properties, "languageIdentification")
    if properties.get("languageIdentification") is None:
        return (), "Continuous", {}
    mode = bodies.one_of(given, "mode", ("Continuous", "Single"), "Continuous")
    candidates = given.get("candidateLocales")
    if not isinstance(candidates, list) or len(candidates) < 2:
        raise invalid("candidateLocales", "at least 2 locales are required")
    if mode == "Continuous" and len(candidates) > 10:
        raise invalid("candidateLocales", "at most 10 locales are allowed")
    locales = tuple(_locale(locale, "candidateLocales") for locale in candidates)
    models = bodies.child(given, "speechModelMapping")
    if set(models) - set(locales):
        raise invalid("speechModelMapping", "every locale must be a candidate")
    chosen = {
        locale: _known_model(bodies.reference(models, locale, "InvalidModelUri") or "", locale)
        for locale in models
    }
    return locales, mode, chosen


def _destination(properties: Mapping[str, Any]) -> str | None:
    """A container with an ad hoc SAS; a folder or a plain URL is refused in the service's
    own words (Azure-Samples/cognitive-services-speech-sdk issue 1483)."""
    value = properties.get("destinationContainerUrl")
    if value is None:
        return None
    query = parse_qs(urlsplit(value).query) if bodies.is_web_address(value) else {}
    if "sig" not in query or query.get("sr", ["c"]) != ["c"] or "si" in query:
        raise bad_request(
            "InvalidPayload",
            "The property transcription.properties.DestinationContainerUrl is not a SAS URL "
            "for a container.",
            "destinationContainerUrl",
        )
    return str(value)
