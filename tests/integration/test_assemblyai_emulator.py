"""The AssemblyAI emulator: what it answers, what it refuses, what can be ordered of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.emulators.assemblyai.server import running
from tests.assemblyai_emulator import KEY, OTHER_KEY, AssemblyApi, settings
from tests.fakes.recogniser import FakePool
from tests.soferai_emulator import ReadingPool
from tests.speech_emulator import Receiver, audio_host, until, webhook_receiver

SAID = "good morning mary\nthe doctor is in london on monday"


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    files = {
        "a.wav": b"mono",
        "stereo.wav": b"stereo",
        "noise.wav": b"noise",
        "quiet.wav": b"silence",
    }
    with audio_host(files | {"said.wav": SAID.encode(), "empty.wav": b""}) as url:
        yield url


@pytest.fixture
def api() -> Iterator[AssemblyApi]:
    with running(FakePool(), settings()) as url, AssemblyApi(url) as client:
        yield client


@pytest.fixture(scope="module")
def reader() -> Iterator[AssemblyApi]:
    """An emulator that hears what a file says."""
    with running(ReadingPool(), settings()) as url, AssemblyApi(url) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as found:
        yield found


# --- what is made of a recording ------------------------------------------------------------


def test_a_transcript_holds_words_in_milliseconds_and_echoes_what_was_asked(
    api: AssemblyApi, audio: str
) -> None:
    url = f"{audio}/a.wav?sig=secret"
    body = api.transcribed(url, language_code="en_us", filter_profanity=True)
    assert (body["status"], body["audio_url"]) == ("completed", url)
    assert body["filter_profanity"] is True and body["punctuate"] is True
    assert body["utterances"] is None
    assert body["text"] == " ".join(word["text"] for word in body["words"])
    assert all(isinstance(word["start"], int) for word in body["words"])
    assert body["speech_model_used"] == "universal-2"


def test_channels_are_counted_from_one_and_carry_their_own_speakers(
    api: AssemblyApi, audio: str
) -> None:
    plain = api.transcribed(f"{audio}/stereo.wav", multichannel=True)
    assert plain["audio_channels"] == 2
    assert {(u["channel"], u["speaker"]) for u in plain["utterances"]} == {("1", "1"), ("2", "2")}
    both = api.transcribed(f"{audio}/stereo.wav", multichannel=True, speaker_labels=True)
    assert {u["speaker"] for u in both["utterances"]} == {"1A", "2A"}
    mixed = api.transcribed(f"{audio}/stereo.wav", speaker_labels=True)
    assert {(u["channel"], u["speaker"]) for u in mixed["utterances"]} == {(None, "A")}


def test_silence_is_a_success_and_has_no_captions(api: AssemblyApi, audio: str) -> None:
    body = api.transcribed(f"{audio}/quiet.wav")
    assert (body["status"], body["text"], body["words"]) == ("completed", "", [])
    refused = api.get(f"transcript/{body['id']}/srt")
    assert (refused.status_code, refused.json()) == (400, {"error": "Transcript text is empty"})


def test_redaction_reaches_the_text_and_nothing_else(reader: AssemblyApi, audio: str) -> None:
    asked = {"redact_pii": True, "redact_pii_policies": ["person_name", "location"]}
    body = reader.transcribed(f"{audio}/said.wav", **asked, entity_detection=True)
    assert body["text"] == "Good morning ####. The doctor is in ###### on monday."
    assert {entity["text"] for entity in body["entities"]} >= {"mary", "london"}
    named = reader.transcribed(f"{audio}/said.wav", **asked, redact_pii_sub="entity_name")
    assert named["text"].startswith("Good morning [PERSON_NAME].")


def test_features_are_there_where_they_were_asked_for(reader: AssemblyApi, audio: str) -> None:
    body = reader.transcribed(
        f"{audio}/said.wav", auto_highlights=True, auto_chapters=True, sentiment_analysis=True
    )
    assert body["auto_highlights_result"]["status"] == "success"
    assert [one["sentiment"] for one in body["sentiment_analysis_results"]] == ["NEUTRAL"] * 2
    assert body["chapters"][0]["headline"] == "good morning mary"
    assert body["entities"] is None


def test_captions_sentences_paragraphs_and_searches(reader: AssemblyApi, audio: str) -> None:
    body = reader.transcribed(
        f"{audio}/said.wav", custom_spelling=[{"from": ["mary"], "to": "Marie"}]
    )
    one = f"transcript/{body['id']}"
    assert reader.get(f"{one}/srt").text.startswith(
        "1\n00:00:00,500 --> 00:00:01,400\nGood morning Marie.\n\n2\n"
    )
    short = reader.get(f"{one}/vtt", chars_per_caption=12).text
    assert short.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:01.100\nGood morning\n")
    assert [s["text"] for s in reader.get(f"{one}/sentences").json()["sentences"]] == [
        "Good morning Marie.",
        "The doctor is in london on monday.",
    ]
    assert len(reader.get(f"{one}/paragraphs").json()["paragraphs"]) == 1
    found = reader.get(f"{one}/word-search", words="london,nobody").json()
    assert (found["total_count"], found["matches"][0]["text"]) == (1, "london")


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "wrong"}, {"Authorization": f"Bearer {KEY}"}]
)
def test_a_key_that_is_missing_wrong_or_dressed_up_is_refused(
    api: AssemblyApi, headers: dict[str, str]
) -> None:
    answer = httpx.get(f"{api.url}/v2/transcript", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication error, API token missing/invalid"}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"format_text": "yes"}, "format_text must be a Boolean"),
        ({"speakers_expected": True}, "speakers_expected must be an integer"),
        ({"speech_models": []}, "speech_models is required"),
        ({"speech_models": ["nano"]}, "Invalid speech model"),
        ({"language_code": "en-US"}, "The language_code is not supported"),
        ({"redact_pii_policies": ["names"]}, "redact_pii_policies holds an invalid policy"),
        ({"redact_pii_sub": "kind"}, "redact_pii_sub must be"),
        ({"language_confidence_threshold": 2}, "must be between 0 and 1"),
        ({"custom_spelling": [{"from": ["a"], "to": "two words"}]}, "must be a single word"),
        ({"keyterms_prompt": ["one two three four five six seven"]}, "at most 6 words"),
        ({"audio_url": "ftp://x"}, "audio_url must be a valid URL"),
    ],
)
def test_a_body_that_cannot_be_carried_out_is_refused(
    api: AssemblyApi, asked: dict[str, Any], error: str
) -> None:
    answer = api.create("https://audio.example/a.wav", **asked)
    assert answer.status_code == 400
    assert error in answer.json()["error"]
    assert api.ledger()["creates"] == []


def test_an_unknown_field_is_taken_and_told(api: AssemblyApi, audio: str) -> None:
    api.created(f"{audio}/a.wav", reference_id="mine")
    assert api.ledger()["creates"][0]["unknownFields"] == ["reference_id"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("noise.wav", "File does not appear to contain audio."),
        ("nothing.wav", "Download error, unable to download"),
        ("forbidden.wav", "Download error, unable to download"),
    ],
)
def test_a_recording_that_cannot_be_used_ends_with_an_error(
    api: AssemblyApi, audio: str, name: str, error: str
) -> None:
    body = api.transcribed(f"{audio}/{name}")
    assert body["status"] == "error"
    assert body["error"].startswith(error)
    assert body["text"] is None
    assert api.ledger()["transcribed"] == {}


# --- uploads --------------------------------------------------------------------------------


def test_an_upload_is_for_the_project_that_made_it(api: AssemblyApi) -> None:
    uploaded = api.client.post("/v2/upload", content=b"mono")
    url = uploaded.json()["upload_url"]
    assert api.transcribed(url)["status"] == "completed"
    with AssemblyApi(api.url, OTHER_KEY) as stranger:
        refused = stranger.create(url)
    assert (refused.status_code, refused.json()) == (403, {"error": "Cannot access uploaded file"})


# --- the list and the tombstones --------------------------------------------------------------


def test_the_list_is_newest_first_and_its_pages_lead_to_the_older_ones(
    api: AssemblyApi, audio: str
) -> None:
    ids = [api.created(f"{audio}/a.wav?n={n}") for n in range(5)][::-1]
    seen, url = [], f"{api.url}/v2/transcript?limit=2"
    while url:
        page = api.client.get(url).json()
        assert page["page_details"]["result_count"] == len(page["transcripts"])
        seen.append([one["id"] for one in page["transcripts"]])
        url = page["page_details"]["prev_url"]
    assert seen == [ids[:2], ids[2:4], ids[4:]]
    newer = api.get("transcript", after_id=ids[4], limit=2).json()
    assert [one["id"] for one in newer["transcripts"]] == ids[2:4]
    today = datetime.now(UTC).date().isoformat()
    assert api.get("transcript", created_on=today).json()["page_details"]["result_count"] == 5
    assert api.get("transcript", created_on="2001-01-01").json()["transcripts"] == []
    assert api.get("transcript", limit=201).status_code == 400


def test_a_deleted_transcript_is_a_tombstone_that_reads_completed(
    api: AssemblyApi, audio: str
) -> None:
    one = api.transcribed(f"{audio}/a.wav")["id"]
    for body in (api.client.delete(f"/v2/transcript/{one}").json(), api.ended(one)):
        assert (body["status"], body["text"]) == ("completed", "Deleted by user.")
        assert body["audio_url"] == "http://deleted_by_user"
        assert body["words"] is None
    [listed] = api.get("transcript").json()["transcripts"]
    assert listed["audio_url"] == "http://deleted_by_user"
    assert api.client.delete(f"/v2/transcript/{one}").status_code == 200
    assert api.client.delete("/v2/transcript/unknown").status_code == 404
    ledger = api.ledger()
    assert ([gone["id"] for gone in ledger["deletes"]], ledger["live"]) == ([one], [])


# --- the webhook ----------------------------------------------------------------------------


def test_the_webhook_hears_of_the_end_with_its_secret(
    api: AssemblyApi, audio: str, receiver: Receiver
) -> None:
    one = api.created(
        f"{audio}/a.wav",
        webhook_url=receiver.url,
        webhook_auth_header_name="X-Secret",
        webhook_auth_header_value="s3",
    )
    [arrival] = until(lambda: receiver.arrivals)
    assert arrival.headers["X-Secret"] == "s3"
    assert arrival.query == {"mine": ["1"]}
    assert arrival.body == b'{"transcript_id":"%s","status":"completed"}' % one.encode()
    body = until(lambda: _if_told(api, one))
    assert (body["webhook_status_code"], body["webhook_auth"]) == (200, True)
    assert "s3" not in str(body)


def _if_told(api: AssemblyApi, one: str) -> dict[str, Any] | None:
    body = api.ended(one)
    return body if body["webhook_status_code"] else None


@pytest.mark.parametrize(("status", "deliveries"), [(503, 10), (404, 1)])
def test_a_delivery_is_repeated_ten_times_but_not_after_4xx(
    api: AssemblyApi, audio: str, receiver: Receiver, status: int, deliveries: int
) -> None:
    receiver.status = status
    api.created(f"{audio}/a.wav", webhook_url=receiver.url)
    until(lambda: len(receiver.arrivals) >= deliveries)
    api.transcribed(f"{audio}/a.wav")
    assert len(receiver.arrivals) == deliveries


# --- limits and faults ----------------------------------------------------------------------


def test_more_than_the_account_may_wait_their_turn(audio: str) -> None:
    with running(FakePool(), settings(jobs_at_once=2)) as url, AssemblyApi(url) as api:
        api.order("slow_job", times=None, seconds=0.05)
        ids = [api.created(f"{audio}/a.wav") for _ in range(6)]
        assert {api.ended(one)["status"] for one in ids} == {"completed"}
        assert api.ledger()["mostAtOnce"] == 2


def test_calls_beyond_the_limit_are_told_how_long_to_wait(audio: str) -> None:
    with (
        running(FakePool(), settings(calls_per_window=2)) as url,
        AssemblyApi(url) as api,
    ):
        answers = [api.get("transcript") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) > 200
        assert answers[2].json() == {"error": "Too Many Requests"}
        assert api.ledger()["calls"] == {"transcripts.list": {"200": 2, "429": 1}}
        assert api.ledger()["busiest"] == 3


@pytest.mark.parametrize("how", ["500", "cut"])
def test_a_create_can_be_carried_out_though_the_client_sees_none_of_it(
    api: AssemblyApi, audio: str, how: str
) -> None:
    api.order("lose_answer", how=how, match={"call": "create"})
    try:
        assert api.create(f"{audio}/a.wav").status_code == 500
    except httpx.RemoteProtocolError:
        assert how == "cut"
    assert len(api.get("transcript").json()["transcripts"]) == 1


def test_faults_strike_jobs_and_results_as_ordered(api: AssemblyApi, audio: str) -> None:
    api.order("fail_job", match={"source": "a.wav"})
    failed = api.transcribed(f"{audio}/a.wav")
    assert failed["error"] == "Server error, developers have been alerted."
    one = api.transcribed(f"{audio}/a.wav")["id"]
    api.order("missing_result")
    api.order("malformed_result")
    assert api.get(f"transcript/{one}").status_code == 404
    assert api.get(f"transcript/{one}").text.endswith("mid")
    assert api.get(f"transcript/{one}").json()["status"] == "completed"
    api.order("refuse", status=503, error=None, match={"call": "get"})
    assert "json" not in api.get(f"transcript/{one}").headers["content-type"]


def test_what_was_under_way_goes_on_after_a_restart(audio: str, tmp_path: Path) -> None:
    with running(FakePool(), settings(state=tmp_path)) as url, AssemblyApi(url) as api:
        api.order("slow_job", seconds=60)
        one = api.created(f"{audio}/a.wav")
        until(lambda: api.get(f"transcript/{one}").json()["status"] == "processing")
    started = time.monotonic()
    with running(FakePool(), settings(state=tmp_path)) as url, AssemblyApi(url) as api:
        assert api.ended(one)["status"] == "completed"
        assert list(api.ledger()["transcribed"].values()) == [1]
    assert time.monotonic() - started < 20
