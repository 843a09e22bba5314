"""The life of a transcription at the Azure Speech emulator, over HTTP, on each version."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from azure.storage.blob import (
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from local.emulators.azure_speech.server import running
from local.stack.azurite import Azurite
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import (
    V3_2,
    V2024,
    V2025,
    VERSIONS,
    Api,
    audio_host,
    last_segment,
    settings,
    until,
)

AUDIO = {"a.wav": b"mono", "s.wav": b"stereo", "quiet.wav": b"silence", "n.txt": b"noise"}
AUDIO |= {"empty.wav": b""}


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with audio_host(AUDIO) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(FakePool(), settings()) as address:
        yield address


@pytest.fixture(params=VERSIONS)
def api(request: pytest.FixtureRequest, url: str) -> Iterator[Api]:
    with Api(url, request.param) as client:
        yield client


@pytest.fixture
def newest(url: str) -> Iterator[Api]:
    with Api(url) as client:
        yield client


SPAN = {"offset": str, "duration": str, "offsetInTicks": float, "durationInTicks": float}
SPAN_MS = {"offsetMilliseconds": int, "durationMilliseconds": int}


def check_shape(body: dict[str, Any], shape: dict[str, type], *optional: str) -> None:
    assert set(shape) <= set(body) <= set(shape) | set(optional)
    for name, kind in shape.items():
        assert type(body[name]) is kind, name


def check_result(body: dict[str, Any], *, dated: bool) -> None:
    """The documented shape of a result file, strictly: nothing missing and nothing more."""
    span = {**SPAN, **(SPAN_MS if dated else {})}
    top = {"source": str, "timestamp": str, "durationInTicks": int, "duration": str}
    top |= {"combinedRecognizedPhrases": list, "recognizedPhrases": list}
    check_shape(body, {**top, **({"durationMilliseconds": int} if dated else {})})
    forms = dict.fromkeys(("lexical", "itn", "maskedITN", "display"), str)
    for combined in body["combinedRecognizedPhrases"]:
        check_shape(combined, {"channel": int, **forms})
    for phrase in body["recognizedPhrases"]:
        shape = {"recognitionStatus": str, "channel": int, "nBest": list, **span}
        check_shape(phrase, shape, "speaker", "locale")
        for best in phrase["nBest"]:
            check_shape(best, {"confidence": float, **forms}, "words", "displayWords")
            for word in best.get("words", []):
                check_shape(word, {"word": str, "confidence": float, **span})
            for word in best.get("displayWords", []):
                check_shape(word, {"displayText": str, **span})


def test_a_transcription_lives_from_creation_to_deletion(api: Api, host: str) -> None:
    answer = api.create(api.body(f"{host}/a.wav?sig=1", customProperties={"mark": "m1"}))
    assert answer.status_code == 201
    entity = answer.json()
    assert entity["status"] == "NotStarted"
    assert entity["self"] == answer.headers["Location"]
    assert entity["links"]["files"] == api.address(
        f"transcriptions/{last_segment(entity['self'])}/files"
    )
    assert entity["customProperties"] == {"mark": "m1"}
    assert "contentUrls" not in entity

    one = last_segment(entity["self"])
    ended = api.ended(one)
    assert ended["status"] == "Succeeded"
    duration = {"duration": "PT1M5.25S"}
    if api.version != V3_2:
        duration = {"durationMilliseconds": 65_250}
    assert duration.items() <= ended["properties"].items()

    result, report = api.files(one)
    assert (result["name"], result["kind"]) == ("contenturl_0.json", "Transcription")
    assert (report["name"], report["kind"]) == ("report.json", "TranscriptionReport")
    content = httpx.get(result["links"]["contentUrl"])
    assert len(content.content) == result["properties"]["size"]
    check_result(content.json(), dated=api.version != V3_2)
    assert content.json()["source"] == f"{host}/a.wav?sig=1"

    changed = api.patch(f"transcriptions/{one}", {"displayName": "new", "customProperties": None})
    assert changed.json()["displayName"] == "new"
    assert "customProperties" not in changed.json()
    for _ in range(2):
        assert api.delete(f"transcriptions/{one}").status_code == 204
    assert api.get(f"transcriptions/{one}").status_code == 404
    assert httpx.get(result["links"]["contentUrl"]).status_code == 404


def test_everything_that_can_be_asked_for_is_in_the_result(api: Api, host: str) -> None:
    asked: dict[str, Any] = {
        "wordLevelTimestampsEnabled": True,
        "displayFormWordLevelTimestampsEnabled": True,
        "languageIdentification": {"candidateLocales": ["en-US", "de-DE"]},
    }
    asked |= (
        {"diarizationEnabled": True}
        if api.version == V3_2
        else {"diarization": {"enabled": True, "maxSpeakers": 3}}
    )
    one = api.created(f"{host}/a.wav", properties=asked)
    assert api.ended(one)["properties"]["languageIdentification"]["mode"] == "Continuous"
    result = api.contents(one)["contenturl_0.json"]
    check_result(result, dated=api.version != V3_2)
    first = result["recognizedPhrases"][0]
    assert (first["speaker"], first["locale"]) == (1, "en-US")
    assert {"words", "displayWords"} <= set(first["nBest"][0])


def test_a_failed_recording_leaves_its_neighbours_alone(newest: Api, host: str) -> None:
    names = ("a.wav", "gone.wav", "empty.wav", "n.txt", "forbidden.wav", "quiet.wav")
    one = newest.created(*(f"{host}/{name}" for name in names))
    assert newest.ended(one)["status"] == "Succeeded"
    contents = newest.contents(one)
    report = contents.pop("report.json")
    assert sorted(contents) == ["contenturl_0.json", "contenturl_5.json"]
    assert contents["contenturl_5.json"]["recognizedPhrases"] == []
    assert (report["successfulTranscriptionsCount"], report["failedTranscriptionsCount"]) == (2, 4)
    assert [line["source"] for line in report["details"]] == [f"{host}/{n}" for n in names]
    failed = [
        (line["errorKind"], line["errorMessage"])
        for line in report["details"]
        if line["status"] == "Failed"
    ]
    assert failed == [
        ("InvalidUri", "The recordings URI is invalid."),
        ("EmptyAudioFile", "The audio file is empty."),
        ("InvalidAudioFormat", "The recordings URI contains invalid data."),
        ("InvalidUri", "Authentication failed for recordings URI."),
    ]


def test_a_job_fails_when_all_its_recordings_do(api: Api, host: str) -> None:
    one = api.created(f"{host}/n.txt", f"{host}/gone.wav")
    ended = api.ended(one)
    assert ended["status"] == "Failed"
    code = "InvalidData" if api.version == V3_2 else "InvalidAudioFormat"
    message = "The recordings URI contains invalid data."
    assert ended["properties"]["error"] == {"code": code, "message": message}
    assert list(api.contents(one)) == ["report.json"]


def test_stereo_is_one_result_and_cannot_be_diarized(newest: Api, host: str) -> None:
    plain = newest.created(f"{host}/s.wav")
    diarized = newest.created(f"{host}/s.wav", properties={"diarization": {"enabled": True}})
    right = newest.created(f"{host}/s.wav", properties={"channels": [1]})
    third = newest.created(f"{host}/s.wav", properties={"channels": [2]})

    def channels(one: str) -> list[int]:
        phrases = newest.contents(one)["contenturl_0.json"]["recognizedPhrases"]
        return [phrase["channel"] for phrase in phrases]

    assert newest.ended(plain)["status"] == newest.ended(right)["status"] == "Succeeded"
    assert channels(plain) == [0, 0, 1, 1]
    assert channels(right) == [1, 1]
    error = newest.ended(diarized)["properties"]["error"]
    assert error["message"] == "The recordings URI contains invalid data."
    assert newest.ended(third)["properties"]["error"]["code"] == "InvalidChannelSpecification"


def test_what_a_newer_version_made_an_older_cannot_read(url: str, host: str) -> None:
    with Api(url, V2025) as new, Api(url, V2024) as old, Api(url, V3_2) as oldest:
        made_by_old, made_by_new = old.created(f"{host}/a.wav"), new.created(f"{host}/a.wav")
        assert new.get(f"transcriptions/{made_by_old}").status_code == 200
        refusal = oldest.get(f"transcriptions/{made_by_new}")
        assert refusal.status_code == 400
        assert refusal.json()["message"] == (
            "The API version cannot be used to access this transcription. "
            "Please use API version 2025-10-15 or higher."
        )
        listed = [last_segment(one["self"]) for one in old.get("transcriptions").json()["values"]]
        assert made_by_old in listed
        assert made_by_new not in listed


def test_a_container_is_listed_and_its_results_named_after_the_blobs(
    newest: Api, azurite: Azurite
) -> None:
    container = new_container(azurite, "emulator-audio")
    for name in ("in box/b.wav", "in box/deep/a&b.wav", "other.wav"):
        container.upload_blob(name, b"mono")
    sas = sas_of(container, "rl")
    one = newest.created(contentUrls=None, contentContainerUrl=f"{container.url}?{sas}")
    assert newest.ended(one)["status"] == "Succeeded"
    contents = newest.contents(one)
    assert contents.pop("report.json")["successfulTranscriptionsCount"] == 3
    assert {name: body["source"] for name, body in contents.items()} == {
        "in box/b.wav.json": "in box/b.wav",
        "in box/deep/a&b.wav.json": "in box/deep/a&b.wav",
        "other.wav.json": "other.wav",
    }
    folder = newest.created(
        contentUrls=None, contentContainerUrl=f"{container.url}/in%20box/?{sas}"
    )
    newest.ended(folder)
    assert len(newest.files(folder)) == 3
    created = {each["id"]: each for each in newest.ledger()["creates"]}
    assert (created[folder]["inputs"], created[folder]["container"]) == (2, True)
    unlisted = newest.created(
        contentUrls=None, contentContainerUrl=f"{container.url}?{sas_of(container, 'r')}"
    )
    error = newest.ended(unlisted)["properties"]["error"]
    assert error["message"] == "Authentication failed for recordings URI."


def test_results_go_to_the_destination_container_where_one_is_given(
    newest: Api, host: str, azurite: Azurite
) -> None:
    container = new_container(azurite, "emulator-results")
    destination = f"{container.url}?{sas_of(container, 'w')}"
    one = newest.created(f"{host}/a.wav", properties={"destinationContainerUrl": destination})
    assert newest.ended(one)["status"] == "Succeeded"
    for file in newest.files(one):
        link = file["links"]["contentUrl"]
        assert link == f"{container.url}/{one}/{file['name']}"
        assert len(container.download_blob(f"{one}/{file['name']}").readall()) > 10


def new_container(azurite: Azurite, name: str) -> ContainerClient:
    return BlobServiceClient.from_connection_string(azurite.connection_string).create_container(
        name
    )


def sas_of(container: ContainerClient, rights: str) -> str:
    return generate_container_sas(
        container.account_name,
        container.container_name,
        account_key=container.credential.account_key,
        permission=ContainerSasPermissions.from_string(rights),
        expiry=datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1),
    )


def test_a_link_to_content_ends_with_its_lifetime(host: str) -> None:
    now = [1_700_000_000.0]
    with running(FakePool(), settings(), clock=lambda: now[0]) as url:
        for version, name, short in (
            (V2025, "sasLifetimeMinutes", 10),
            (V3_2, "sasValidityInSeconds", 600),
        ):
            with Api(url, version) as api:
                one = api.created(f"{host}/a.wav")
                api.ended(one)
                path = f"transcriptions/{one}/files"
                usual = api.files(one)[0]["links"]["contentUrl"]
                brief = api.get(path, **{name: short}).json()["values"][0]["links"]["contentUrl"]
                wrong = api.get(path, **{name: 0})
                assert wrong.json()["innerError"]["code"] == "InvalidSasValidityDuration"
                forged = re.sub("se=2", "se=3", brief)
                assert httpx.get(forged).status_code == 403
                now[0] += 599
                assert httpx.get(brief).status_code == 200
                now[0] += 2
                assert httpx.get(brief).status_code == 403
                assert httpx.get(usual).status_code == 200
                now[0] += 12 * 3600
                assert httpx.get(usual).status_code == 403


def test_a_transcription_is_gone_after_its_time_to_live(host: str) -> None:
    now = [1_700_000_000.0]
    with running(FakePool(), settings(), clock=lambda: now[0]) as url, Api(url) as api:
        one = api.created(f"{host}/a.wav", properties={"timeToLiveHours": 6})
        with Api(url, V3_2) as old:
            kept = old.created(f"{host}/a.wav")
            old.ended(kept)
        api.ended(one)
        now[0] += 6 * 3600 - 1
        assert api.get(f"transcriptions/{one}").status_code == 200
        now[0] += 2
        assert api.get(f"transcriptions/{one}").status_code == 404
        assert api.get(f"transcriptions/{kept}").status_code == 200
        assert [(gone["id"], gone["expired"]) for gone in api.ledger()["deletes"]] == [(one, True)]


def test_a_deleted_job_stops_and_its_neighbour_goes_on(newest: Api, host: str) -> None:
    newest.order("slow_job", seconds=60, match={"displayName": "^slow$"})
    slow = newest.created(f"{host}/a.wav", displayName="slow")
    running_now = until(
        lambda: (
            r if (r := newest.get(f"transcriptions/{slow}")).json()["status"] == "Running" else None
        )
    )
    assert int(running_now.headers["Retry-After"]) >= 1
    assert newest.files(slow) == []
    other = newest.created(f"{host}/a.wav")
    assert newest.ended(other)["status"] == "Succeeded"
    assert newest.delete(f"transcriptions/{slow}").status_code == 204
    assert newest.get(f"transcriptions/{slow}").status_code == 404
