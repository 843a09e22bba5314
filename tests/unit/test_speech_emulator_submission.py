"""What the Azure Speech emulator takes as the body of a create call, and what it refuses."""

from typing import Any

import pytest

from local.emulators.azure_speech.errors import ServiceError
from local.emulators.azure_speech.models import BASE_MODELS, default_model
from local.emulators.azure_speech.rendering import transcription_body
from local.emulators.azure_speech.submission import read_submission, unknown_fields
from local.emulators.azure_speech.versions import V3_2, V2024, V2025, Version

WHISPER, EXPIRED = (
    next(model.id for model in BASE_MODELS.values() if test(model))
    for test in (lambda model: model.display_only, lambda model: model.is_expired)
)


def body(**changes: Any) -> dict[str, Any]:
    usual = {
        "displayName": "calls",
        "locale": "en-US",
        "contentUrls": ["https://host/a.wav?sig=x"],
        "properties": {"timeToLiveHours": 48},
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def wanting(**properties: Any) -> dict[str, Any]:
    return body(properties={"timeToLiveHours": 48, **properties})


def v3(**properties: Any) -> dict[str, Any]:
    return body(properties=properties)


def refused(given: dict[str, Any], version: Version = V2025) -> str:
    with pytest.raises(ServiceError) as refusal:
        read_submission(given, version, 0)
    assert refusal.value.status == 400
    assert refusal.value.body["code"] == "InvalidRequest"
    return str(refusal.value.body["innerError"]["code"])


def rendered(given: dict[str, Any], made_by: Version, reader: Version) -> dict[str, Any]:
    return transcription_body(read_submission(given, made_by, 0)[0], reader, "http://host")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (body(displayName=...), "InvalidPayload"),
        (body(displayName="  "), "InvalidPayload"),
        (body(displayName=7), "InvalidPayload"),
        (body(locale=...), "InvalidPayload"),
        (body(locale="en-ZZ"), "InvalidLocale"),
        (body(properties=...), "InvalidPayload"),
        (body(properties=[]), "InvalidPayload"),
        (body(contentUrls=...), "OnlyOneOfUrlsOrContainerOrDataset"),
        (body(contentContainerUrl="https://h/c"), "OnlyOneOfUrlsOrContainerOrDataset"),
        (body(contentUrls=[]), "InvalidRecordingsUri"),
        (body(contentUrls=["a.wav"]), "InvalidRecordingsUri"),
        (body(contentUrls=["ftp://host/a.wav"]), "InvalidRecordingsUri"),
        (body(contentUrls=["https://h/a"] * 1001), "ExceededNumberOfRecordingsUris"),
        (body(contentUrls=..., dataset={"self": "https://h/d"}), "InvalidDataset"),
        (body(customProperties={str(n): "" for n in range(11)}), "InvalidPayload"),
        (body(customProperties={"k" * 65: ""}), "InvalidPayload"),
        (body(customProperties={"k": "v" * 257}), "InvalidPayload"),
        (body(customProperties={"k": 1}), "InvalidPayload"),
        (body(model={"self": "https://h/other"}), "InvalidModelUri"),
        (body(model={"self": f"https://h/models/{WHISPER}"}), "InvalidModel"),
        (body(model={"self": f"https://h/models/base/{EXPIRED}"}), "ModelDeprecated"),
        (body(locale="de-DE", model={"self": f"https://h/models/base/{WHISPER}"}), "ModelMismatch"),
        (v3(), "InvalidTimeToLive"),
        (wanting(timeToLiveHours=5), "InvalidTimeToLive"),
        (wanting(timeToLiveHours=745), "InvalidTimeToLive"),
        (wanting(timeToLiveHours="48"), "InvalidTimeToLive"),
        (wanting(channels=[]), "InvalidChannels"),
        (wanting(channels=[0, 0]), "InvalidChannels"),
        (wanting(channels=[-1]), "InvalidChannels"),
        (wanting(punctuationMode="Some"), "InvalidPayload"),
        (wanting(profanityFilterMode="hidden"), "InvalidPayload"),
        (wanting(wordLevelTimestampsEnabled="True"), "InvalidPayload"),
        (wanting(diarization={"enabled": True, "maxSpeakers": 1}), "InvalidPayload"),
        (wanting(diarization={"enabled": True, "maxSpeakers": 36}), "InvalidPayload"),
        (wanting(languageIdentification={"candidateLocales": ["en-US"]}), "InvalidPayload"),
        (wanting(languageIdentification={"candidateLocales": ["en-US"] * 11}), "InvalidPayload"),
        (wanting(languageIdentification={"candidateLocales": ["en-US", "xx"]}), "InvalidLocale"),
        (wanting(destinationContainerUrl="https://h/c"), "InvalidPayload"),
        (wanting(destinationContainerUrl="https://h/c?sr=d&sig=x"), "InvalidPayload"),
    ],
)
def test_a_broken_rule_is_answered_with_its_code(given: dict[str, Any], code: str) -> None:
    assert refused(given) == code


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"timeToLive": "P32D"}, "InvalidTimeToLive"),
        ({"timeToLive": "two days"}, "InvalidTimeToLive"),
        ({"diarization": {"speakers": {"maxCount": 3}}}, "InvalidPayload"),
        ({"diarizationEnabled": True, "diarization": {}}, "InvalidPayload"),
        (
            {"diarizationEnabled": True, "diarization": {"speakers": {"maxCount": 36}}},
            "InvalidPayload",
        ),
        (
            {
                "diarizationEnabled": True,
                "diarization": {"speakers": {"minCount": 4, "maxCount": 3}},
            },
            "InvalidPayload",
        ),
    ],
)
def test_v32_has_rules_of_its_own(properties: dict[str, Any], code: str) -> None:
    assert refused(v3(**properties), V3_2) == code


def test_a_thousand_urls_and_a_null_model_are_fine() -> None:
    new, inputs = read_submission(
        body(contentUrls=["https://h/a"] * 1000, model=None), V2025, 1_700_000_000
    )
    assert len(inputs.content_urls) == 1000
    assert new.status == "NotStarted"
    assert new.created_at == 1_700_000_000


def test_single_language_identification_takes_any_number_of_candidates() -> None:
    languages = {"candidateLocales": ["en-US", "de-DE"] * 6, "mode": "Single"}
    new, _ = read_submission(wanting(languageIdentification=languages), V2025, 0)
    assert len(new.wanted.candidate_locales) == 12


def test_defaults_are_echoed_and_urls_are_not() -> None:
    entity = rendered(body(), V2025, V2025)
    assert entity["properties"] == {
        "wordLevelTimestampsEnabled": False,
        "displayFormWordLevelTimestampsEnabled": False,
        "channels": [0, 1],
        "punctuationMode": "DictatedAndAutomatic",
        "profanityFilterMode": "Masked",
        "timeToLiveHours": 48,
    }
    assert "contentUrls" not in entity
    assert "model" not in entity
    assert entity["self"].endswith("?api-version=2025-10-15")


def test_v32_speaks_of_durations_and_names_the_model_it_chose() -> None:
    given = v3(diarizationEnabled=True, timeToLive="P2D")
    entity = rendered(given, V3_2, V3_2)
    assert entity["properties"]["diarizationEnabled"] is True
    assert "diarization" not in entity["properties"]
    assert entity["properties"]["timeToLive"] == "PT48H"
    model = f"http://host/speechtotext/v3.2/models/base/{default_model('en-US').id}"
    assert entity["model"] == {"self": model}


def test_an_older_transcription_is_told_in_the_words_of_the_newer_reader() -> None:
    entity = rendered(v3(diarizationEnabled=True, timeToLive="PT90M"), V3_2, V2024)
    assert entity["properties"]["timeToLiveHours"] == 2
    assert entity["properties"]["diarization"] == {"enabled": True, "maxSpeakers": 2}


def test_projects_are_unknown_to_2024_and_back_in_2025() -> None:
    given = body(project={"self": "https://h/projects/1"})
    assert rendered(given, V2025, V2025)["project"] == {"self": "https://h/projects/1"}
    assert "project" not in rendered(given, V2024, V2024)
    assert unknown_fields(given, V2024) == ["project"]


def test_fields_of_another_version_or_of_none_are_told() -> None:
    given = {**v3(timeToLive="P1D", enhancedMode={}), "DisplayName": "calls"}
    told = ["DisplayName", "properties.enhancedMode", "properties.timeToLive"]
    assert unknown_fields(given, V2025) == told
    assert unknown_fields(given, V3_2) == ["DisplayName", "properties.enhancedMode"]
