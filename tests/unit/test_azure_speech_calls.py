"""What is sent to Azure Speech, in each version of its API."""

import json
from typing import Any

import pytest

from shared.errors import ConfigurationError
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.azure_speech import calls
from shared.providers.azure_speech.versions import VERSIONS, version

NEWEST, OLDER, V32 = (version(name) for name in ("2025-10-15", "2024-11-15", "v3.2"))
URLS = ("https://a.example/1.wav?sig=x", "https://a.example/2.wav?sig=y")


def body(options: Options | None = None, api: str = "2025-10-15", **request: Any) -> dict[str, Any]:
    wanted = {"content_urls": URLS, **request}
    job = JobRequest(mark="b-1", display_name="Calls", options=options or Options(), **wanted)
    return json.loads(calls.create_body(job, version(api)))


def properties(options: Options, api: str = "2025-10-15") -> dict[str, Any]:
    return body(options, api)["properties"]


def test_a_plain_job_is_written_whole() -> None:
    assert body() == {
        "displayName": "b-1",
        "description": "Calls",
        "customProperties": {"dropscribe": "b-1"},
        "locale": "en-US",
        "contentUrls": list(URLS),
        "properties": {
            "wordLevelTimestampsEnabled": True,
            "displayFormWordLevelTimestampsEnabled": True,
            "punctuationMode": "DictatedAndAutomatic",
            "profanityFilterMode": "Masked",
            "timeToLiveHours": 48,
        },
    }


def test_a_container_job_names_the_container_alone() -> None:
    written = body(content_urls=(), container_url="https://a.example/c?sig=x")
    assert written["contentContainerUrl"] == "https://a.example/c?sig=x"
    assert "contentUrls" not in written


@pytest.mark.parametrize("container", [None, "https://a.example/c"])
def test_a_job_has_files_or_a_container_and_not_both(container: str | None) -> None:
    with pytest.raises(ValueError, match="either"):
        body(content_urls=URLS if container else (), container_url=container)


@pytest.mark.parametrize(
    ("mode", "written"),
    [
        ("none", "None"),
        ("dictated", "Dictated"),
        ("automatic", "Automatic"),
        ("dictated_and_automatic", "DictatedAndAutomatic"),
    ],
)
def test_punctuation_modes_have_their_own_names(mode: Any, written: str) -> None:
    assert properties(Options(punctuation=mode))["punctuationMode"] == written


@pytest.mark.parametrize("mode", ["none", "removed", "tags", "masked"])
def test_profanity_modes_have_their_own_names(mode: Any) -> None:
    assert properties(Options(profanity=mode))["profanityFilterMode"] == mode.capitalize()


def test_switches_channels_and_model_are_passed_on() -> None:
    options = Options(
        locale="de-DE",
        word_times=False,
        display_word_times=False,
        channels=(0, 3),
        model="https://a.example/models/1",
    )
    written = body(options)
    assert written["locale"] == "de-DE"
    assert written["model"] == {"self": "https://a.example/models/1"}
    assert written["properties"]["channels"] == [0, 3]
    assert written["properties"]["wordLevelTimestampsEnabled"] is False
    assert written["properties"]["displayFormWordLevelTimestampsEnabled"] is False


def test_language_identification_names_candidates_mode_and_models() -> None:
    options = Options(
        locale="fr-FR",
        candidate_locales=("fr-FR", "nl-NL"),
        language_mode="single",
        model_by_locale={"nl-NL": "https://a.example/models/2"},
    )
    assert properties(options)["languageIdentification"] == {
        "candidateLocales": ["fr-FR", "nl-NL"],
        "mode": "Single",
        "speechModelMapping": {"nl-NL": {"self": "https://a.example/models/2"}},
    }


def test_the_candidates_always_include_the_locale_of_the_job() -> None:
    options = Options(locale="fr-FR", candidate_locales=("nl-NL", "de-DE"))
    assert properties(options)["languageIdentification"] == {
        "candidateLocales": ["fr-FR", "nl-NL", "de-DE"],
        "mode": "Continuous",
    }


@pytest.mark.parametrize("api", ["2025-10-15", "2024-11-15"])
def test_newer_versions_count_hours_and_most_speakers(api: str) -> None:
    written = properties(Options(max_speakers=5, time_to_live_hours=6), api)
    assert written["timeToLiveHours"] == 6
    assert written["diarization"] == {"enabled": True, "maxSpeakers": 5}
    assert "diarizationEnabled" not in written


def test_v3_2_writes_a_duration_and_a_range_of_speakers() -> None:
    written = properties(Options(max_speakers=5, time_to_live_hours=6), "v3.2")
    assert written["timeToLive"] == "PT6H"
    assert written["diarizationEnabled"] is True
    assert written["diarization"] == {"speakers": {"minCount": 1, "maxCount": 5}}
    assert "timeToLiveHours" not in written


def test_the_version_stands_in_the_query_or_in_the_path() -> None:
    assert calls.create_path(NEWEST) == (
        "/speechtotext/transcriptions:submit?api-version=2025-10-15"
    )
    assert calls.create_path(OLDER) == (
        "/speechtotext/transcriptions:submit?api-version=2024-11-15"
    )
    assert calls.create_path(V32) == "/speechtotext/v3.2/transcriptions"
    assert calls.transcription_path("a b", V32) == "/speechtotext/v3.2/transcriptions/a%20b"


def test_result_links_live_as_long_as_the_service_makes_them() -> None:
    assert calls.files_path("1", NEWEST) == (
        "/speechtotext/transcriptions/1/files?api-version=2025-10-15"
    )
    assert calls.files_path("1", V32) == "/speechtotext/v3.2/transcriptions/1/files"


def test_a_mark_is_looked_up_by_both_names_with_its_quotes_doubled() -> None:
    assert calls.find_path("o'b", NEWEST) == (
        "/speechtotext/transcriptions?filter=displayName+eq+%27o%27%27b%27"
        "+or+description+eq+%27o%27%27b%27&api-version=2025-10-15"
    )


def test_a_version_that_is_not_offered_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError) as caught:
        version("v3.0")
    assert all(name in str(caught.value) for name in ("v3.0", *VERSIONS))
