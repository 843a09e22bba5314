"""The whole stack with AssemblyAI, which takes one recording a job, while its API and its webhooks
misbehave: work is delayed, none is lost, and none is paid for twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from local.stack.stack import Stack
from tests.stack import Site, quick_stack, site_on, sound, states

NAMES = ["a.wav", "b.wav", "c.wav"]
CREATE = {"call": r"transcripts\.create"}
GET = {"call": r"transcripts\.get"}
LIST = {"call": r"transcripts\.list"}
ALL_TRANSCRIBED = dict.fromkeys(NAMES, "transcribed")
PAID_ONCE = dict.fromkeys(NAMES, 1)
QUICK_WEBHOOKS = ("--webhook-retry-seconds", "0.2")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("logs")
    with quick_stack(
        logs,
        provider="assemblyai",
        speech_options=QUICK_WEBHOOKS,
        ASSEMBLYAI_CREATES_PER_MINUTE="10000",
    ) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def assert_all_is_well(site: Site) -> None:
    """Everything that is dropped now is transcribed, and paid for once."""
    assert states(site.transcribe(*NAMES)) == ALL_TRANSCRIBED
    assert site.paid == PAID_ONCE


def test_each_recording_is_a_job_of_its_own_and_ends_with_its_webhook(site: Site) -> None:
    assert_all_is_well(site)
    assert len(site.ledger()["creates"]) == len(NAMES)
    said = site.transcript("a.wav")
    assert said["provider"]["name"] == "assemblyai"
    assert said["provider"]["model"] == "assemblyai-stt-3-7"
    assert said["utterances"]


def test_channels_are_told_apart(site: Site) -> None:
    site.end(site.put({"call.wav": sound(channels=2)}))
    [create] = site.ledger()["creates"]
    assert create["asked"]["multichannel"] is True


def test_without_webhooks_the_poll_brings_the_results_home(site: Site) -> None:
    site.order("drop_webhook", times=None)
    assert_all_is_well(site)
    assert site.struck("drop_webhook") > 0


def test_a_webhook_that_comes_twice_makes_one_result(site: Site) -> None:
    site.order("double_webhook", times=None)
    assert_all_is_well(site)
    assert site.struck("double_webhook") > 0


@pytest.mark.slow
@pytest.mark.parametrize("how", ["500", "cut"])
def test_create_calls_without_an_answer_are_looked_up_before_they_are_repeated(
    site: Site, how: str
) -> None:
    site.order("lose_answer", how=how, times=2, match=CREATE)
    site.order("refuse", status=503, error=None, match=CREATE)
    assert_all_is_well(site)
    assert len(site.ledger()["creates"]) == len(NAMES)
    assert (site.struck("lose_answer"), site.struck("refuse")) == (2, 1)


@pytest.mark.slow
def test_a_lookup_that_fails_is_made_again(site: Site) -> None:
    site.order("lose_answer", match=CREATE)
    site.order("refuse", status=500, match=LIST)
    assert_all_is_well(site)
    assert len(site.ledger()["creates"]) == len(NAMES)


@pytest.mark.slow
def test_throttling_is_waited_out_and_uses_up_no_attempt(site: Site) -> None:
    site.order("refuse", status=429, retryAfter=1, times=4, match=CREATE)
    rows = site.transcribe(*NAMES)
    assert states(rows) == ALL_TRANSCRIBED
    assert {row.attempt for row in rows.values()} == {1}
    assert site.paid == PAID_ONCE


@pytest.mark.slow
def test_an_account_without_funds_keeps_the_recordings_waiting(site: Site) -> None:
    error = "Your current account balance is negative. Please top up to continue using the API."
    site.order("refuse", status=400, error=error, times=3, match=CREATE)
    rows = site.transcribe(*NAMES)
    assert states(rows) == ALL_TRANSCRIBED
    assert {row.attempt for row in rows.values()} == {1}
    assert site.struck("refuse") == 3


@pytest.mark.slow
def test_an_outage_while_results_are_fetched_is_waited_out(site: Site) -> None:
    site.order("refuse", status=503, error=None, times=3, match=GET)
    assert_all_is_well(site)


@pytest.mark.slow
def test_a_job_that_the_provider_failed_gets_another_attempt_and_is_paid_once(site: Site) -> None:
    site.order("fail_job", match={"source": "b.wav"})
    rows = site.transcribe(*NAMES)
    assert states(rows) == ALL_TRANSCRIBED
    assert {name: row.attempt for name, row in rows.items()} == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    assert site.paid == PAID_ONCE


def test_what_the_provider_cannot_read_fails_alone_with_a_reason(site: Site) -> None:
    site.order(
        "fail_job",
        match={"source": "b.wav"},
        error="File does not appear to contain audio. File type is text/html (HTML document).",
    )
    rows = site.transcribe(*NAMES)
    assert states(rows) == {**ALL_TRANSCRIBED, "b.wav": "failed"}
    error = site.error("b.wav")
    assert error["failure"]["code"] == "audio_unreadable"


@pytest.mark.slow
def test_a_result_that_cannot_be_read_is_fetched_again_and_not_paid_again(site: Site) -> None:
    """The first look at it is that at its status, for which it makes no sense either."""
    site.order("malformed_result", times=2, match={"source": "b.wav"})
    assert_all_is_well(site)
    assert site.struck("malformed_result") == 2


def test_what_is_redacted_is_stored_nowhere(site: Site) -> None:
    """Of the words that this recogniser can say, these are the ones that the emulator knows."""
    metadata = {
        "dropscribe_redact": "time,date",
        "dropscribe_entities": "true",
        "dropscribe_highlights": "true",
        "dropscribe_chapters": "true",
        "dropscribe_sentiments": "true",
    }
    names = [f"{number}.wav" for number in range(8)]
    site.end(site.put({name: sound() for name in names}, metadata))
    written = [site.text("transcripts", name) for name in site.names("transcripts")]
    assert len(written) == 2 * len(names)
    assert any("#####" in text for text in written)
    assert not [text for text in written if re.search(r"\b(morning|today)\b", text, re.IGNORECASE)]
    said = site.transcript(names[0])
    assert said["insights"]["sentiments"] and not said["insights"]["entities"]
    assert any("could tell what is redacted" in note for note in said["provider"]["warnings"])


# --- where the provider cannot reach the audio ------------------------------------------------


@pytest.fixture(scope="module")
def uploading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("uploading")
    with quick_stack(
        logs, provider="assemblyai", speech_options=QUICK_WEBHOOKS, ASSEMBLYAI_UPLOADS="true"
    ) as stack:
        yield stack


@pytest.mark.slow
def test_audio_is_handed_over_and_a_lost_create_call_is_found_by_its_webhook(
    uploading: Stack,
) -> None:
    with site_on(uploading) as site:
        site.order("lose_answer", how="cut", match=CREATE)
        assert states(site.transcribe(*NAMES)) == ALL_TRANSCRIBED
        ledger = site.ledger()
        assert len(ledger["creates"]) == len(NAMES)
        assert all("/upload/" in create["source"] for create in ledger["creates"])
        assert list(ledger["transcribed"].values()) == [1] * len(NAMES)
