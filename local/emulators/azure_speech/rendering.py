"""Transcriptions and files as a version writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from local.emulators.azure_speech import bodies
from local.emulators.azure_speech.bodies import invalid
from local.emulators.azure_speech.files import StoredFile
from local.emulators.azure_speech.models import default_model, model_path
from local.emulators.azure_speech.time_forms import iso_duration, utc
from local.emulators.azure_speech.transcriptions import LONGEST_LIFE_HOURS, Transcription, Wanted
from local.emulators.azure_speech.versions import Version


def transcription_body(one: Transcription, version: Version, public_url: str) -> dict[str, Any]:
    """The entity. Content and destination URLs are never echoed; v3.2 names the base model it
    chose, later versions only a model that was asked for."""
    path = f"transcriptions/{one.id}"
    body: dict[str, Any] = {
        "self": version.link(public_url, path),
        "displayName": one.display_name,
        "description": one.description or None,
        "customProperties": one.custom_properties,
        "locale": one.locale,
        "createdDateTime": utc(one.created_at),
        "lastActionDateTime": utc(one.last_action_at),
        "model": _model(one, version, public_url),
        "links": {"files": version.link(public_url, f"{path}/files")},
        "properties": _properties(one, version, public_url),
        "status": one.status,
    }
    if version.has_project and one.project:
        body["project"] = {"self": one.project}
    return _without_nulls(body)


def _model(one: Transcription, version: Version, public_url: str) -> dict[str, str] | None:
    model = one.wanted.model or (None if version.dated else default_model(one.locale).id)
    return {"self": version.link(public_url, model_path(model))} if model else None


def _properties(one: Transcription, version: Version, public_url: str) -> dict[str, Any]:
    wanted = one.wanted
    common = {
        "wordLevelTimestampsEnabled": wanted.word_times,
        "displayFormWordLevelTimestampsEnabled": wanted.display_word_times,
        "channels": list(wanted.channels),
        "punctuationMode": wanted.punctuation,
        "profanityFilterMode": wanted.profanity,
    }
    own = _dated_properties(one) if version.dated else _v3_properties(one)
    error = {"code": one.error_code, "message": one.error_message} if one.error_code else None
    languages = _languages(wanted, version, public_url)
    return _without_nulls({**common, **own, "languageIdentification": languages, "error": error})


def _dated_properties(one: Transcription) -> dict[str, Any]:
    seconds, most = one.wanted.time_to_live_seconds, one.wanted.most_speakers
    return {
        # What was made through v3.2 may live for ever or for minutes; hours are rounded up. The
        # field is required, so for ever has a number, too; which is a guess: the longest.
        "timeToLiveHours": LONGEST_LIFE_HOURS if seconds is None else -(-seconds // 3600),
        "diarization": None if most is None else {"enabled": True, "maxSpeakers": most},
        "durationMilliseconds": one.duration_ms,
    }


def _v3_properties(one: Transcription) -> dict[str, Any]:
    wanted = one.wanted
    seconds, most = wanted.time_to_live_seconds, wanted.most_speakers
    speakers = {"minCount": wanted.fewest_speakers, "maxCount": most}
    return {
        "diarizationEnabled": most is not None,
        "diarization": None
        if most is None or wanted.simple_diarization
        else {"speakers": speakers},
        "timeToLive": None if seconds is None else iso_duration(seconds * 1000),
        "duration": None if one.duration_ms is None else iso_duration(one.duration_ms),
    }


def _languages(wanted: Wanted, version: Version, public_url: str) -> dict[str, Any] | None:
    if not wanted.candidate_locales:
        return None
    mapping = {
        locale: {"self": version.link(public_url, model_path(model))}
        for locale, model in wanted.locale_models.items()
    }
    return _without_nulls(
        {
            "candidateLocales": list(wanted.candidate_locales),
            "speechModelMapping": mapping or None,
            "mode": wanted.locale_mode,
        }
    )


def file_body(
    file: StoredFile, version: Version, public_url: str, content_url: str
) -> dict[str, Any]:
    path = f"transcriptions/{file.transcription_id}/files/{file.id}"
    return {
        "self": version.link(public_url, path),
        "name": file.name,
        "kind": file.kind,
        "links": {"contentUrl": content_url},
        "properties": {"size": file.size},
        "createdDateTime": utc(file.created_at),
    }


def with_update(one: Transcription, patch: dict[str, Any], version: Version) -> Transcription:
    """`one` changed by a merge patch; fields that cannot be changed are left alone."""
    changes: dict[str, Any] = {}
    if "displayName" in patch:
        changes["display_name"] = bodies.text(patch, "displayName", required=True)
    if "description" in patch:
        changes["description"] = bodies.text(patch, "description") or ""
    if "customProperties" in patch:
        changes["custom_properties"] = bodies.custom_properties(patch)
    if "project" in patch:
        if not version.has_project:
            raise invalid("project", "this API version has no projects")
        changes["project"] = bodies.reference(patch, "project", "InvalidProject")
    return msgspec.structs.replace(one, **changes)


def _without_nulls(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
