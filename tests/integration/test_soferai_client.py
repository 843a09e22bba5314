"""The Sofer.ai client in front of its emulator: both modes, and everything that goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from local.emulators.soferai.server import running
from shared.errors import (
    OutcomeUnknown,
    ProviderNotReady,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnfunded,
    ResultMissing,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, ResultFile
from shared.providers.soferai.client import SoferAi
from tests.soferai_emulator import KEY, ReadingPool, SoferApi, settings
from tests.speech_emulator import audio_host, until

TALK = b"welcome to the shalom talk\nit is about torah"
NAMES = [f"talk {number:03}.mp3" for number in range(60)]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    files = {name.replace(" ", "%20"): TALK for name in NAMES} | {"noise.mp3": b"noise"}
    with audio_host(files) as url:
        yield url


@pytest.fixture
def api() -> Iterator[SoferApi]:
    with running(ReadingPool(), settings()) as url, SoferApi(url) as client:
        yield client


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


Made = Callable[..., SoferAi]


@pytest.fixture
def client(api: SoferApi, http: httpx.Client) -> Made:
    def made(**changes: Any) -> SoferAi:
        usual = {"http": http, "endpoint": api.url, "key": KEY, "prepare_seconds": 4.0}
        return SoferAi(**{**usual, **changes})

    return made


_marks = iter(range(1_000_000))


def asked(base: str, *names: str, mode: Any = "standard", **more: Any) -> JobRequest:
    return JobRequest(
        mark=f"client-{next(_marks)}",
        display_name="dropscribe talks",
        options=more.pop("options", Options()),
        mode=mode,
        content_urls=tuple(f"{base}/{name.replace(' ', '%20')}?sig=secret" for name in names),
        **more,
    )


def files(provider: SoferAi, job: str) -> list[ResultFile]:
    return [file for page in provider.files(job) for file in page]


def heard(provider: SoferAi, job: str) -> dict[int | None, list[str]]:
    """The texts of each input."""
    return {
        file.index: [u.text for u in provider.result(file).utterances]
        for file in files(provider, job)
        if file.kind == "result"
    }


WELCOME = ["Welcome to the שלום talk.", "It is about תורה."]


# --- modes ----------------------------------------------------------------------------------


def test_standard_mode_makes_a_batch_of_a_manifest_and_no_word_stands_twice(
    client: Made, api: SoferApi, base: str
) -> None:
    provider = client()
    job = provider.submit(asked(base, *NAMES[:3]))
    api.ended(job)
    assert heard(provider, job) == {0: WELCOME, 1: WELCOME, 2: WELCOME}
    [create] = api.ledger()["creates"]
    assert (create["mode"], create["items"], create["unknownFields"]) == ("standard", 3, [])
    calls = api.ledger()["calls"]
    assert calls["manifests.upload"] == {"200": 1}
    assert "manifests.list" not in calls and "balance.get" not in calls


def test_express_mode_sends_the_sources_themselves(client: Made, api: SoferApi, base: str) -> None:
    provider = client()
    options = Options(hebrew_words="latin", expected_speakers=2)
    job = provider.submit(asked(base, NAMES[0], mode="express", options=options))
    api.ended(job)
    [file] = files(provider, job)
    found = provider.result(file)
    assert found.utterances[0].text == "Welcome to the shalom talk."
    assert {u.speaker for u in found.utterances} == {"1"}
    assert found.utterances[0].words[3].start_ms == 1400
    assert "manifests.upload" not in api.ledger()["calls"]


def test_words_stand_once_even_where_the_service_does_not_heed_the_filter(
    client: Made, api: SoferApi, base: str
) -> None:
    provider = client()
    job = provider.submit(asked(base, NAMES[0]))
    api.ended(job)
    api.order("both_scripts")
    assert heard(provider, job) == {0: WELCOME}


def test_more_than_a_mode_takes_is_refused(client: Made, base: str) -> None:
    with pytest.raises(ProviderRefused, match="more than the 10"):
        client().submit(asked(base, *NAMES[:11], mode="express"))


def test_a_job_over_a_container_is_not_for_this_provider(client: Made) -> None:
    with pytest.raises(ValueError, match="content URLs"):
        client().submit(
            JobRequest(mark="m", display_name="", options=Options(), container_url="https://a")
        )


# --- manifests ------------------------------------------------------------------------------


def test_a_manifest_that_takes_long_is_found_again_and_uploaded_once(
    client: Made, api: SoferApi, base: str
) -> None:
    api.order("slow_validation", seconds=2)
    provider, request = client(prepare_seconds=0.4), asked(base, NAMES[0])
    with pytest.raises(ProviderNotReady):
        provider.submit(request)
    again = msgspec.structs.replace(request, tries=1)

    def created() -> str | None:
        try:
            return provider.submit(again)
        except ProviderNotReady:
            return None

    job = until(created)
    api.ended(job)
    assert heard(provider, job) == {0: WELCOME}
    ledger = api.ledger()
    assert ledger["calls"]["manifests.upload"] == {"200": 1}
    assert len(ledger["creates"]) == 1


def test_a_manifest_that_turns_out_to_be_invalid_is_refused_and_not_uploaded_again(
    client: Made, api: SoferApi, base: str
) -> None:
    api.order("slow_validation", seconds=0.3)
    api.order("invalid_manifest", message="item 1: cannot be read")
    request = asked(base, NAMES[0])
    with pytest.raises(ProviderNotReady):
        client().submit(request)

    def refused() -> str:
        try:
            client().submit(msgspec.structs.replace(request, tries=1))
        except ProviderNotReady:
            return ""
        except ProviderRefused as error:
            return str(error)
        raise AssertionError("it was taken")

    assert "item 1: cannot be read" in until(refused)
    assert api.ledger()["calls"]["manifests.upload"] == {"200": 1}


def test_a_later_try_without_a_manifest_uploads_one_for_the_next(
    client: Made, api: SoferApi, base: str
) -> None:
    request = msgspec.structs.replace(asked(base, NAMES[0]), tries=3)
    with pytest.raises(ProviderNotReady):
        client().submit(request)
    assert client().submit(request)
    assert sum(calls["200"] for calls in api.ledger()["calls"].values()) == 4


def test_an_invalid_manifest_blames_one_of_its_inputs(
    client: Made, api: SoferApi, base: str
) -> None:
    api.order("invalid_manifest", message=f"item 2: {base}/x?sig=secret cannot be read")
    with pytest.raises(ProviderRefused, match="item 2") as caught:
        client().submit(asked(base, *NAMES[:2]))
    assert caught.value.names_an_input
    assert "secret" not in str(caught.value)
    assert api.ledger()["creates"] == []


# --- money ----------------------------------------------------------------------------------


def test_before_a_large_batch_the_account_is_looked_at(http: httpx.Client, base: str) -> None:
    with running(ReadingPool(), settings(balance_cents=80)) as url, SoferApi(url) as api:
        provider = SoferAi(http=http, endpoint=url, key=KEY)
        assert (provider.balance().amount, provider.balance().currency) == (0.8, "USD")
        large = asked(base, *NAMES, audio_ms=3_600_000)
        with pytest.raises(ProviderUnfunded, match=r"0\.80 USD; about 0\.90 USD"):
            provider.submit(large)
        assert api.ledger()["creates"] == []
        api.deposit(10)
        assert provider.submit(large)


def test_what_waits_for_money_spoils_nothing_and_is_there_when_somebody_paid(
    http: httpx.Client, base: str
) -> None:
    with running(ReadingPool(), settings(balance_cents=0)) as url, SoferApi(url) as api:
        provider = SoferAi(http=http, endpoint=url, key=KEY)
        job = provider.submit(asked(base, *NAMES[:2]))
        api.ended(job)
        assert provider.status(job).state == "succeeded"
        assert [file.kind for file in files(provider, job)] == ["unfunded", "unfunded"]
        api.deposit(100)
        api.ended(job)
        assert heard(provider, job) == {0: WELCOME, 1: WELCOME}
        assert set(api.ledger()["transcribed"].values()) == {1}


# --- what became of it ----------------------------------------------------------------------


def test_items_that_fail_are_told_by_their_position(client: Made, api: SoferApi, base: str) -> None:
    provider = client()
    api.order("end_item", match={"source": "001"}, status="CANCELLED")
    job = provider.submit(asked(base, NAMES[0], "noise.mp3", NAMES[1]))
    api.ended(job)
    assert provider.status(job).state == "succeeded"
    failed = {file.index: file.failure.code for file in files(provider, job) if file.failure}
    assert failed == {1: "provider_failed", 2: "cancelled_at_provider"}


def test_what_a_status_leaves_out_is_asked_for_one_by_one(
    client: Made, api: SoferApi, base: str
) -> None:
    provider = client()
    job = provider.submit(asked(base, *NAMES[:3]))
    api.ended(job)
    api.order("hide_item", match={"clientItemId": "-[02]of3"}, times=2)
    assert set(heard(provider, job)) == {0, 1, 2}
    assert api.ledger()["calls"]["items.resolve"] == {"200": 2}


def test_an_item_without_its_id_is_known_by_its_title(
    client: Made, api: SoferApi, base: str
) -> None:
    provider = client()
    job = provider.submit(asked(base, *NAMES[:2]))
    api.ended(job)
    api.order("forget_client_item_id", times=None)
    assert set(heard(provider, job)) == {0, 1}


def test_a_batch_that_lies_about_itself_is_judged_by_its_items(
    client: Made, api: SoferApi, base: str
) -> None:
    api.order("slow_item", seconds=60)
    provider = client()
    job = provider.submit(asked(base, NAMES[0]))
    api.order("misstate_batch", status="COMPLETED", times=None)
    assert provider.status(job).state == "running"


def test_after_the_deadline_nothing_is_waited_for(client: Made, api: SoferApi, base: str) -> None:
    api.order("slow_item", seconds=60)
    job = client().submit(asked(base, NAMES[0]))
    late = client(now=lambda: datetime.now(UTC) + timedelta(hours=31))
    status = late.status(job)
    assert status.state == "failed"
    assert status.failure is not None and status.failure.code == "deadline_passed"


def test_a_result_that_is_not_there_yet_is_missing(client: Made, api: SoferApi, base: str) -> None:
    api.order("slow_item", seconds=60)
    provider = client()
    job = provider.submit(asked(base, NAMES[0]))
    [item] = api.status(job)["transcriptions"]
    path = f"/v1/transcriptions/{item['id']}?filter_hebrew_word_format=he"
    with pytest.raises(ResultMissing):
        provider.result(ResultFile(kind="result", name=item["client_item_id"], url=path))


# --- calls of unknown outcome ---------------------------------------------------------------


def test_a_lost_batch_is_collected_through_the_list(client: Made, api: SoferApi, base: str) -> None:
    provider, request = client(), asked(base, NAMES[0], "noise.mp3")
    api.order("lose_answer", match={"call": "batches.create"}, how="cut")
    with pytest.raises(OutcomeUnknown):
        provider.submit(request)
    [job] = [found for found in provider.find(request.mark) if found]
    assert job != request.mark
    until(lambda: provider.status(job).state == "succeeded")
    assert heard(provider, job) == {0: WELCOME}
    assert {file.index for file in files(provider, job) if file.kind == "failure"} == {1}
    assert len(api.ledger()["creates"]) == 1


def test_that_the_list_does_not_show_a_batch_proves_nothing(
    client: Made, api: SoferApi, base: str
) -> None:
    provider, request = client(), asked(base, NAMES[0])
    api.order("lose_answer", match={"call": "batches.create"})
    with pytest.raises(OutcomeUnknown):
        provider.submit(request)
    api.order("unlisted_item")
    assert list(provider.find(request.mark)) == [None]
    assert not provider.capabilities.find_is_proof


def test_an_answer_that_does_not_name_the_batch_leaves_the_outcome_open(base: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"total_count": 1})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        provider = SoferAi(http=http, endpoint="https://sofer.example", key=KEY)
        with pytest.raises(OutcomeUnknown):
            provider.submit(asked(base, NAMES[0], mode="express"))


def test_no_batch_is_created_long_after_it_was_asked_for(
    client: Made, api: SoferApi, base: str
) -> None:
    api.order("slow_call", match={"call": "manifests.upload"}, seconds=0.3)
    with pytest.raises(ProviderNotReady):
        client(prepare_seconds=0.1).submit(asked(base, NAMES[0]))
    assert api.ledger()["creates"] == []


# --- the rest -------------------------------------------------------------------------------


def test_a_wrong_key_is_told_as_such(client: Made, base: str) -> None:
    with pytest.raises(ProviderUnauthorised):
        client(key="wrong").submit(asked(base, NAMES[0]))


def test_there_are_no_webhooks_and_nothing_can_be_deleted(client: Made) -> None:
    provider = client()
    assert list(provider.ensure_webhook("https://app.example", "secret")) == []
    with pytest.raises(ProviderUnauthorised):
        provider.read_webhook({}, {}, b"", "secret")
    assert list(provider.copies("client-")) == []
    provider.delete("anything")
