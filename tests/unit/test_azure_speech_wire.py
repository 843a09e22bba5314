"""What the answers of Azure Speech mean."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.failure import Failure
from shared.ports.provider import RemoteStatus, ResultFile
from shared.providers.azure_speech.wire import (
    next_page,
    read_created_id,
    read_files,
    read_found_id,
    read_status,
    transcription_id_in,
)
from shared.providers.decoding import Undecodable
from tests.samples.azure_speech import sample

LINK = "https://results.blob.core.windows.net/x/r.json?sig=not-a-signature"
PAGE = "https://speech.example/speechtotext/transcriptions/1/files?api-version=2025-10-15"


def entity(**fields: Any) -> bytes:
    return json.dumps({"status": "Succeeded", **fields}).encode()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/speechtotext/transcriptions/11-22?api-version=2025-10-15", "11-22"),
        ("https://a.example/speechtotext/v3.2/Transcriptions/11-22", "11-22"),
        ("https://a.example/speechtotext/transcriptions/11-22/", "11-22"),
        ("/speechtotext/transcriptions/11-22?x=/transcriptions/33", "11-22"),
        ("https://a.example/speechtotext/transcriptions:submit?api-version=2025-10-15", None),
        ("https://a.example/speechtotext/transcriptions/?api-version=2025-10-15", None),
        ("https://a.example/speechtotext/transcriptions/11/files", None),
        ("https://a.example/speechtotext/transcriptions/..%2Fmodels", None),
        ("https://a.example/speechtotext/webhooks/11", None),
        ("", None),
    ],
)
def test_the_id_is_the_last_part_of_the_path(url: str, found: str | None) -> None:
    assert transcription_id_in(url) == found


def test_a_new_id_is_read_from_location_else_from_the_body() -> None:
    body = sample("transcription_running.json")
    assert read_created_id("https://a.example/transcriptions/7?api-version=1", body) == "7"
    assert read_created_id(None, body) == "11111111-2222-4333-8444-555555555555"
    assert read_created_id("https://a.example/elsewhere", entity()) is None
    with pytest.raises(Undecodable):
        read_created_id(None, b"")


def test_a_running_transcription_has_no_completion_time() -> None:
    assert read_status(sample("transcription_running.json"), {"retry-after": "60"}) == RemoteStatus(
        state="running", provider_status="Running", mark="b-7f-0-1", retry_after_seconds=60
    )


def test_a_succeeded_transcription_tells_its_model_and_when_it_was_over() -> None:
    assert read_status(sample("transcription_succeeded.json"), {}) == RemoteStatus(
        state="succeeded",
        provider_status="Succeeded",
        mark="b-7f-0-1",
        model="https://northeurope.api.cognitive.microsoft.com/speechtotext/models/base/"
        "99999999-aaaa-4bbb-8ccc-dddddddddddd",
        completed_at="2026-01-02T03:09:05Z",
    )


def test_a_failed_transcription_tells_why() -> None:
    status = read_status(sample("transcription_failed.json"), {})
    assert (status.state, status.completed_at) == ("failed", "2026-01-02T03:09:05Z")
    assert status.failure == Failure(
        kind="input",
        code="audio_unreadable",
        reason="Azure Speech: The recordings URI contains invalid data. (InvalidData)",
        advice="Send WAV, MP3, OGG/OPUS, FLAC, WMA, AAC, AMR or WebM. For audio of several "
        "channels, turn speaker separation off.",
    )


@pytest.mark.parametrize("properties", [None, {}, {"error": None}, {"error": {}}])
def test_a_failure_without_a_reason_is_the_providers(properties: Any) -> None:
    failure = read_status(entity(status="Failed", properties=properties), {}).failure
    assert failure is not None
    assert (failure.kind, failure.code, failure.retryable) == ("provider", "provider_failed", True)


@pytest.mark.parametrize("said", ["Paused", "NotStarted", "", "Cancelled"])
def test_a18_an_unknown_status_counts_as_running_and_is_kept(said: str) -> None:
    status = read_status(entity(status=said, news={"a": 1}), {})
    assert (status.state, status.provider_status, status.failure) == ("running", said, None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"status": 3}', b'{"status": null}'])
def test_an_answer_without_a_status_is_not_understood(body: bytes) -> None:
    with pytest.raises(Undecodable):
        read_status(body, {})


def test_files_are_results_and_the_report_with_the_index_that_a_name_tells() -> None:
    files, link = read_files(sample("files.json"))
    assert files == (
        ResultFile(kind="result", name="contenturl_0.json", url=LINK, bytes=100, index=0),
        ResultFile(kind="result", name="contenturl_12.json", url=LINK, bytes=1000, index=12),
        ResultFile(kind="result", name="calls/monday.wav.json", url=LINK, bytes=100),
        ResultFile(kind="report", name="report.json", url=LINK, bytes=100),
        ResultFile(kind="result", name="contenturl_3.json", url="", index=3),
    )
    assert link is not None


def test_a8_a_list_of_files_may_come_without_a_report() -> None:
    assert read_files(b'{"values": [], "@nextLink": null}') == ((), None)


@pytest.mark.parametrize("body", [b"{}", b'{"values": null}', b"[]", b"busy"])
def test_a_list_without_values_is_not_taken_for_an_empty_one(body: bytes) -> None:
    with pytest.raises(Undecodable):
        read_files(body)


def test_a_mark_is_found_by_the_custom_property_whatever_the_display_name() -> None:
    assert read_found_id(sample("transcriptions.json"), "b-7f-0-1") == ("bbbb", None)


def test_where_a_list_leaves_custom_properties_out_the_display_name_counts() -> None:
    assert read_found_id(sample("transcriptions.json"), "b-8-0-1") == ("cccc", None)


def test_a_mark_that_is_not_on_the_page_leads_to_the_next_page() -> None:
    assert read_found_id(b'{"values": [], "@nextLink": "https://x"}', "b") == (None, "https://x")


def test_an_entry_without_an_address_is_not_found() -> None:
    assert read_found_id(sample("transcriptions.json"), "b-9-0-1") == (None, None)


@pytest.mark.parametrize("link", [None, ""])
def test_no_link_means_no_further_page(link: str | None) -> None:
    assert next_page(PAGE, link) is None


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        (
            "https://speech.example/speechtotext/transcriptions/1/files?skip=100&top=100&f=a%20b",
            "https://speech.example/speechtotext/transcriptions/1/files?skip=100&top=100&f=a%20b",
        ),
        ("https://SPEECH.example:443/other?skip=1", "https://speech.example/other?skip=1"),
        ("?skip=2", "https://speech.example/speechtotext/transcriptions/1/files?skip=2"),
    ],
)
def test_a_link_to_our_own_endpoint_is_followed_as_given(link: str, followed: str) -> None:
    assert next_page(PAGE, link) == followed


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/speechtotext/transcriptions/1/files?skip=100",
        "http://speech.example/x?skip=100",
        "https://speech.example:8443/x?skip=100",
        "https://speech.example@evil.example/x?skip=100",
        "https://speech.example.evil.example/x?skip=100",
        "https://evil.example\\@speech.example/x?skip=100",
        "//evil.example/x?skip=100",
        "file:///x?skip=100",
    ],
)
def test_of_a_hostile_link_only_the_query_is_used_at_our_own_address(link: str) -> None:
    assert next_page(PAGE, link) == (
        "https://speech.example/speechtotext/transcriptions/1/files?skip=100"
    )


@given(st.text())
def test_no_link_whatever_leads_away_from_our_endpoint(link: str) -> None:
    try:
        followed = next_page(PAGE, link)
    except Undecodable:
        return
    if followed is not None:
        found = urlsplit(followed)
        assert (found.scheme, found.netloc) == ("https", "speech.example")


@pytest.mark.parametrize("link", ["https://[", "https://speech.example:port/x"])
def test_a_link_that_is_no_url_is_not_understood(link: str) -> None:
    with pytest.raises(Undecodable):
        next_page(PAGE, link)
