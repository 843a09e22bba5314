"""The Azure Speech client against a service with state: what a use-case can rely on."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import httpx
import pytest

from shared.errors import (
    ConfigurationError,
    OutcomeUnknown,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
    TranscriptionMissing,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, ResultFile, SpeechProvider, WebhookChallenge
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.identity import by_key, by_token
from tests.contract.azure_speech_fake import HOST, KEY, RESULTS, FakeAzureSpeech
from tests.samples.azure_speech import sample

HOOK = "https://app.example/api/hook?code=1"
RESULT = ResultFile(kind="result", name="r.json", url=f"{RESULTS}/r.json?sig=not-a-signature")
REQUEST = JobRequest(
    mark="b-1-0-1",
    display_name="Calls of Monday",
    options=Options(),
    content_urls=("https://a.example/1.wav?sig=not-a-signature",),
)


@pytest.fixture(params=["2025-10-15", "2024-11-15", "v3.2"])
def service(request: pytest.FixtureRequest) -> FakeAzureSpeech:
    return FakeAzureSpeech(api_version=request.param)


@pytest.fixture
def speech(service: FakeAzureSpeech) -> Iterator[AzureSpeech]:
    with service.client() as http:
        yield AzureSpeech(
            http=http, endpoint=f"{HOST}/", auth=by_key(KEY), api_version=service.api_version
        )


def answers(
    *statuses: int, headers: dict[str, str] | None = None
) -> Callable[..., httpx.Response | None]:
    """Answer these statuses first, then let the service answer itself."""
    left = list(statuses)

    def interfere(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(left.pop(0), headers=headers) if left else None

    return interfere


def breaks(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def interfere(request: httpx.Request) -> httpx.Response:
        raise error

    return interfere


def test_it_is_a_speech_provider(speech: AzureSpeech) -> None:
    provider: SpeechProvider = speech
    assert (provider.name, provider.endpoint) == ("azure-speech", HOST)
    assert provider.api_version in ("2025-10-15", "2024-11-15", "v3.2")


def found_by(speech: AzureSpeech, mark: str) -> str | None:
    return next((found for found in speech.find(mark) if found), None)


# --- submitting -----------------------------------------------------------------------------


def test_a_submitted_transcription_is_found_by_its_mark(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    created = speech.submit(REQUEST)
    assert service.transcriptions[created]["description"] == "Calls of Monday"
    assert speech.status(created).mark == "b-1-0-1"
    assert found_by(speech, "b-1-0-1") == created
    assert found_by(speech, "b-1-0-2") is None


def test_a_mark_is_found_on_a_later_page_even_if_the_filter_is_ignored(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.page_size = 1
    wanted = [speech.submit(REQUEST) for _ in range(2)]
    service.transcriptions[wanted[0]]["customProperties"] = {"dropscribe": "another"}
    assert found_by(speech, "b-1-0-1") == wanted[1]


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.ProxyError("refused"),
        httpx.LocalProtocolError("Illegal header value b'k-1'"),
        httpx.UnsupportedProtocol("what"),
        httpx.InvalidURL("bad ?sig=not-a-signature"),
    ],
)
def test_a_create_call_that_was_never_sent_may_be_sent_again(
    service: FakeAzureSpeech, speech: AzureSpeech, error: Exception
) -> None:
    service.interfere = breaks(error)
    with pytest.raises(ProviderUnavailable) as caught:
        speech.submit(REQUEST)
    assert type(error).__name__ in str(caught.value)
    assert str(error) not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
)
def test_a_create_call_that_broke_after_sending_has_an_unknown_outcome(
    service: FakeAzureSpeech, speech: AzureSpeech, error: Exception
) -> None:
    service.interfere = breaks(error)
    with pytest.raises(OutcomeUnknown):
        speech.submit(REQUEST)
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_create_call_that_ends_in_5xx_has_an_unknown_outcome(
    service: FakeAzureSpeech, speech: AzureSpeech, status: int
) -> None:
    service.interfere = answers(status)
    with pytest.raises(OutcomeUnknown):
        speech.submit(REQUEST)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProviderRefused),
        (401, ProviderUnauthorised),
        (403, ProviderUnauthorised),
        (404, ProviderRefused),
        (409, ProviderRefused),
        (429, ProviderThrottled),
    ],
)
def test_a_create_call_that_was_turned_down_says_so(
    service: FakeAzureSpeech, speech: AzureSpeech, status: int, error: type[Exception]
) -> None:
    service.interfere = answers(status)
    with pytest.raises(error):
        speech.submit(REQUEST)
    assert service.transcriptions == {}


def test_a_refusal_keeps_the_inner_code_and_hides_the_query(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.interfere = lambda _: httpx.Response(400, content=sample("error_service.json"))
    with pytest.raises(ProviderRefused) as caught:
        speech.submit(REQUEST)
    assert caught.value.code == "InvalidLocale"
    assert "not-a-signature" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(201, content=b""),
        httpx.Response(201, content=b"<html>"),
        httpx.Response(200, json={"status": "NotStarted"}),
        httpx.Response(201, json={}, headers={"Location": f"{HOST}/speechtotext/transcriptions/"}),
    ],
)
def test_a_create_call_that_was_accepted_without_a_name_has_an_unknown_outcome(
    service: FakeAzureSpeech, speech: AzureSpeech, answer: httpx.Response
) -> None:
    service.interfere = lambda _: answer
    with pytest.raises(OutcomeUnknown):
        speech.submit(REQUEST)


def test_without_a_location_the_address_in_the_body_counts(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    body = sample("transcription_running.json")
    service.interfere = lambda _: httpx.Response(201, content=body)
    assert speech.submit(REQUEST) == "11111111-2222-4333-8444-555555555555"


def test_a_token_signs_the_calls_as_well_as_a_key(service: FakeAzureSpeech) -> None:
    service.interfere = lambda _: httpx.Response(200, json={"values": []})
    with service.client() as http:
        speech = AzureSpeech(http=http, endpoint=HOST, auth=by_token(lambda: "t-1"))
        assert found_by(speech, "b") is None
    assert service.requests[0].headers["Authorization"] == "Bearer t-1"
    assert "Ocp-Apim-Subscription-Key" not in service.requests[0].headers


# --- asking ---------------------------------------------------------------------------------


def test_a10_throttling_is_told_as_such_until_it_is_over(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    created = speech.submit(REQUEST)
    service.interfere = answers(*[429] * 20, 503, headers={"Retry-After": "3"})
    for _ in range(20):
        with pytest.raises(ProviderThrottled) as caught:
            speech.status(created)
        assert caught.value.retry_after_seconds == 3
    with pytest.raises(ProviderUnavailable):
        speech.status(created)
    assert speech.status(created).provider_status == "NotStarted"
    assert service.calls.count(service.calls[-1]) == 22  # nothing was tried again on its own


def test_an_unknown_transcription_is_missing(speech: AzureSpeech) -> None:
    with pytest.raises(TranscriptionMissing):
        speech.status("gone")
    with pytest.raises(TranscriptionMissing):
        list(speech.files("gone"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]"])
def test_an_answer_that_makes_no_sense_may_be_better_next_time(
    service: FakeAzureSpeech, speech: AzureSpeech, body: bytes
) -> None:
    service.interfere = lambda _: httpx.Response(200, content=body)
    with pytest.raises(ProviderUnavailable):
        speech.status("1")
    with pytest.raises(ProviderUnavailable):
        list(speech.files("1"))


def test_a_broken_connection_while_asking_may_be_tried_again(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.interfere = breaks(httpx.ReadTimeout("slow"))
    with pytest.raises(ProviderUnavailable):
        speech.status("1")


def test_a_wrong_key_is_unauthorised(service: FakeAzureSpeech) -> None:
    with service.client() as http, pytest.raises(ProviderUnauthorised):
        found_by(AzureSpeech(http=http, endpoint=HOST, auth=by_key("wrong")), "b")


def test_a_redirect_is_refused_and_not_followed(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.interfere = lambda _: httpx.Response(307, headers={"Location": "https://evil.example"})
    with pytest.raises(ProviderRefused):
        speech.status("1")
    assert [request.url.host for request in service.requests] == ["speech.example"]


def test_a_deleted_transcription_may_be_deleted_again(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    created = speech.submit(REQUEST)
    speech.delete(created)
    speech.delete(created)
    assert service.transcriptions == {}


def test_a_delete_that_is_turned_down_is_an_error(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    refusal = {"code": "Conflict", "innerError": {"code": "DeleteNotAllowed"}}
    service.interfere = lambda _: httpx.Response(409, json=refusal)
    with pytest.raises(ProviderRefused) as caught:
        speech.delete("1")
    assert caught.value.code == "DeleteNotAllowed"


# --- listing files --------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (101, 2), (250, 3)])
def test_a13_all_results_are_listed_whatever_their_number(
    service: FakeAzureSpeech, speech: AzureSpeech, count: int, pages: int
) -> None:
    created = speech.submit(REQUEST)
    service.add_files(created, count)
    found = list(speech.files(created))
    assert len(found) == pages
    files = [file for page in found for file in page]
    assert [file.index for file in files if file.kind == "result"] == list(range(count))
    assert [file.name for file in files if file.kind == "report"] == ["report.json"]


def test_pages_are_fetched_only_as_they_are_asked_for(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    created = speech.submit(REQUEST)
    service.add_files(created, 250)
    before = len(service.requests)
    next(iter(speech.files(created)))
    assert len(service.requests) == before + 1


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x?skip=100",
        "//evil.example/?skip=100",
        "http://speech.example/?skip=100",
    ],
)
def test_a_hostile_next_link_never_gets_the_key(
    service: FakeAzureSpeech, speech: AzureSpeech, link: str
) -> None:
    links = [link]

    def interfere(request: httpx.Request) -> httpx.Response:
        page = {"values": [], "@nextLink": links.pop() if links else None}
        return httpx.Response(200, json=page)

    service.interfere = interfere
    assert list(speech.files("1")) == [(), ()]
    assert {(r.url.scheme, r.url.host) for r in service.requests} == {("https", "speech.example")}
    assert service.calls[0] == service.calls[1]


def test_a_list_that_repeats_itself_is_refused(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    page = {"values": [], "@nextLink": f"{HOST}/speechtotext/transcriptions/1/files?skip=0"}
    service.interfere = lambda _: httpx.Response(200, json=page)
    with pytest.raises(ProviderRefused, match="Endless"):
        list(speech.files("1"))
    assert len(service.requests) == 2


def test_a_list_that_never_ends_is_refused(service: FakeAzureSpeech, speech: AzureSpeech) -> None:
    def interfere(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"values": [], "@nextLink": f"?skip={len(service.requests)}"}
        )

    service.interfere = interfere
    with pytest.raises(ProviderRefused, match="Endless"):
        list(speech.files("1"))


def test_a_next_link_that_is_no_url_may_be_better_next_time(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.interfere = lambda _: httpx.Response(200, json={"values": [], "@nextLink": "https://["})
    with pytest.raises(ProviderUnavailable):
        list(speech.files("1"))


# --- results --------------------------------------------------------------------------------


def test_results_and_reports_are_fetched_without_the_key(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    service.blobs = {
        "contenturl_0.json": sample("result_silence.json"),
        "report.json": sample("report_source_url.json"),
    }
    created = speech.submit(REQUEST)
    service.add_files(created, 1)
    ((result, report),) = speech.files(created)
    assert speech.result(result).duration_ms == 3000
    assert speech.report(report).failed == {}
    assert all("Ocp-Apim-Subscription-Key" not in r.headers for r in service.requests[-2:])


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 410])
def test_a7_a_result_that_is_gone_or_whose_link_expired_is_missing(
    service: FakeAzureSpeech, speech: AzureSpeech, status: int
) -> None:
    service.interfere = answers(status)
    with pytest.raises(ResultMissing) as caught:
        speech.result(RESULT)
    assert caught.value.code == str(status)
    assert "not-a-signature" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [(408, ProviderUnavailable), (429, ProviderThrottled), (503, ProviderUnavailable)],
)
def test_a_result_may_be_fetched_again_after_a_busy_moment(
    service: FakeAzureSpeech, speech: AzureSpeech, status: int, error: type[Exception]
) -> None:
    service.interfere = answers(status)
    with pytest.raises(error):
        speech.result(RESULT)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.InvalidURL("sig=x")])
def test_a_result_that_breaks_off_may_be_fetched_again(
    service: FakeAzureSpeech, speech: AzureSpeech, error: Exception
) -> None:
    service.interfere = breaks(error)
    with pytest.raises(ProviderUnavailable):
        speech.result(RESULT)


def test_a_file_without_a_link_is_missing(speech: AzureSpeech) -> None:
    with pytest.raises(ResultMissing):
        speech.result(ResultFile(kind="result", name="r.json", url=""))


def test_a_malformed_result_is_malformed(service: FakeAzureSpeech, speech: AzureSpeech) -> None:
    service.blobs["r.json"] = b"<html>"
    with pytest.raises(ResultMalformed):
        speech.result(RESULT)


@pytest.mark.parametrize("told", [None, 101])
def test_a_result_that_is_too_large_is_not_read(service: FakeAzureSpeech, told: int | None) -> None:
    zipped = gzip.compress(b" " * 1_000_000)
    headers = {"Content-Encoding": "gzip"}
    service.interfere = lambda _: httpx.Response(200, content=zipped, headers=headers)
    file = ResultFile(kind="result", name="r.json", url=RESULT.url, bytes=told)
    with service.client() as http:
        speech = AzureSpeech(http=http, endpoint=HOST, auth=by_key(KEY), max_result_bytes=100)
        with pytest.raises(ResultTooLarge) as caught:
            speech.result(file)
    assert caught.value.code == "too_large"
    assert len(service.requests) == (0 if told else 1)


# --- webhooks -------------------------------------------------------------------------------


def test_the_webhook_is_registered_once(service: FakeAzureSpeech, speech: AzureSpeech) -> None:
    assert any([*speech.ensure_webhook(HOOK, "s-1")])
    assert not any([*speech.ensure_webhook(HOOK, "s-1")])
    assert [hook["webUrl"] for hook in service.webhooks.values()] == [HOOK]


@pytest.mark.parametrize(
    ("url", "secret", "status"),
    [(HOOK, "s-2", "Succeeded"), (HOOK, "s-1", "Failed"), (f"{HOOK}2", "s-1", "Succeeded")],
)
def test_the_webhook_is_brought_up_to_date_and_not_doubled(
    service: FakeAzureSpeech, speech: AzureSpeech, url: str, secret: str, status: str
) -> None:
    any([*speech.ensure_webhook(HOOK, "s-1")])
    (hook,) = service.webhooks.values()
    hook["status"] = status
    assert any([*speech.ensure_webhook(url, secret)])
    assert not any([*speech.ensure_webhook(url, secret)])
    (hook,) = service.webhooks.values()
    assert (hook["webUrl"], hook["properties"]["secret"], hook["status"]) == (
        url,
        secret,
        "Succeeded",
    )


def test_of_two_webhooks_that_were_registered_at_once_the_older_one_stays(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    def somebody_else_is_first(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            service.interfere = lambda _: None
            any([*speech.ensure_webhook(HOOK, "s-1")])
        return None

    service.interfere = somebody_else_is_first
    assert any([*speech.ensure_webhook(HOOK, "s-1")])
    assert list(service.webhooks) == ["w-1"]


def test_a_double_that_is_found_later_is_removed(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    any([*speech.ensure_webhook(HOOK, "s-1")])
    (ours,) = service.webhooks.values()
    later = {"self": f"{HOST}/speechtotext/webhooks/w-2", "createdDateTime": "2026-02-01T00:00:00Z"}
    service.webhooks["w-2"] = {**ours, **later}
    assert any([*speech.ensure_webhook(HOOK, "s-1")])
    assert list(service.webhooks) == ["w-1"]


def test_a_webhook_needs_a_secret(service: FakeAzureSpeech, speech: AzureSpeech) -> None:
    with pytest.raises(ConfigurationError):
        any([*speech.ensure_webhook(HOOK, "")])
    assert service.requests == []


def test_a_call_of_the_webhook_is_read_without_any_call(
    service: FakeAzureSpeech, speech: AzureSpeech
) -> None:
    headers = {
        "X-MicrosoftSpeechServices-Event": "Challenge",
        "X-MicrosoftSpeechServices-Signature": "pAj3t40aGkJcGh29D6c/h0+Wg+AA4ITi03EuDNBI4NA=",
    }
    query = {"validationToken": "0123abc"}
    answer = speech.read_webhook(headers, query, b"", "s-1")
    assert answer == WebhookChallenge(answer="0123abc")
    assert service.requests == []


@pytest.mark.parametrize("endpoint", ["", "speech.example", "ftp://a.example", f"{HOST}?key=1"])
def test_an_endpoint_has_to_be_a_plain_url(endpoint: str) -> None:
    with httpx.Client() as http, pytest.raises(ConfigurationError):
        AzureSpeech(http=http, endpoint=endpoint, auth=by_key(KEY))
