"""The whole stack while the provider's API and its webhooks misbehave: work is delayed, none is
lost, and none is paid for twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stack.stack import Stack
from tests.stack import Site, await_window, quick_stack, site_on, states

pytestmark = pytest.mark.slow

LOCALES = ["en-US", "en-GB", "en-AU"]
NAMES = ["a.wav", "b.wav", "c.wav"]
FORMS = ("json", "vtt")
CREATE = {"call": r"transcriptions\.create"}
STATUS = {"call": r"transcriptions\.get"}
ALL_TRANSCRIBED = dict.fromkeys(NAMES, "transcribed")
PAID_ONCE = dict.fromkeys(NAMES, 1)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with quick_stack(tmp_path_factory.mktemp("logs")) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def assert_all_is_well(site: Site) -> None:
    """Everything that is dropped now is transcribed, and paid for once."""
    assert states(site.transcribe(*NAMES)) == ALL_TRANSCRIBED
    assert site.paid == PAID_ONCE


def test_without_webhooks_the_poll_brings_the_results_home(site: Site) -> None:
    site.order("drop_webhook", times=None)
    assert_all_is_well(site)
    assert site.struck("drop_webhook") > 0


def test_a_webhook_that_comes_twice_makes_one_result(site: Site) -> None:
    site.order("double_webhook", times=None)
    assert_all_is_well(site)
    assert site.struck("double_webhook") > 0
    assert site.names("transcripts") == {f"{name}.{form}" for name in NAMES for form in FORMS}


def test_without_a_report_the_results_are_enough(site: Site) -> None:
    site.order("drop_report", times=None)
    assert_all_is_well(site)
    assert site.struck("drop_report") > 0


def test_create_calls_without_an_answer_are_looked_up_before_they_are_repeated(site: Site) -> None:
    """Two were carried out and one was not; each has a job of its own, by its locale."""
    site.order("lose_answer", match=CREATE, how="500")
    site.order("lose_answer", match=CREATE, how="cut")
    site.order("refuse", match=CREATE, status=500)
    site.order("drop_webhook", times=None)  # which would tell of the jobs before anybody looks
    wanted = [site.drop(f"{locale}.wav", dropscribe_locale=locale) for locale in LOCALES]
    rows = site.end(set().union(*wanted))
    assert states(rows) == {f"{locale}.wav": "transcribed" for locale in LOCALES}
    assert (site.struck("lose_answer"), site.struck("refuse")) == (2, 1)
    assert len(site.ledger()["creates"]) == len(LOCALES)
    assert set(site.paid.values()) == {1}


def test_throttling_delays_and_uses_up_no_attempt(site: Site) -> None:
    site.order("refuse", match=CREATE, status=429, retryAfter=1, times=2)
    site.order("refuse", match=STATUS, status=429, retryAfter=1, times=2)
    rows = site.transcribe(*NAMES)
    assert states(rows) == ALL_TRANSCRIBED
    assert site.struck("refuse") == 4
    assert {row.attempt for row in rows.values()} == {1}
    assert site.paid == PAID_ONCE


def test_an_outage_is_waited_for_and_uses_up_no_attempt(site: Site) -> None:
    site.order("slow_job", seconds=2)
    wanted = site.drop(*NAMES)
    site.await_create()
    site.order("refuse", status=503, times=4)
    rows = site.end(wanted)
    assert states(rows) == ALL_TRANSCRIBED
    assert site.struck("refuse") == 4
    assert {row.attempt for row in rows.values()} == {1}
    assert site.paid == PAID_ONCE


def test_jobs_that_fail_as_a_whole_are_tried_again_or_split(site: Site) -> None:
    """One for a reason that may pass, one because of an input; each for nobody else's fault."""
    site.order("fail_job", code="Internal")
    site.order("fail_job", code="InvalidData")
    await_window()
    first = site.drop(*NAMES)
    second = site.drop(*(f"gb-{name}" for name in NAMES), dropscribe_locale="en-GB")
    rows = site.end(first | second)
    assert set(states(rows).values()) == {"transcribed"}
    assert len(rows) == len(site.paid) == 2 * len(NAMES)
    assert set(site.paid.values()) == {1}
    assert site.struck("fail_job") == 2
    attempts = sorted(row.attempt for row in rows.values())
    assert attempts == [1] * len(NAMES) + [2] * len(NAMES)  # a split uses up none


def test_both_versions_of_a_recording_end_and_only_the_newest_is_transcribed(site: Site) -> None:
    """Nobody knows which of the two the provider read for the older one."""
    site.order("slow_job", seconds=10)
    first = site.drop("call.wav")
    site.await_create()
    second = site.drop("call.wav")
    progress = site.await_end(first | second)
    site.audit()
    [older], [newest] = first, second
    assert progress.rows[older].state == "failed"
    failure = progress.rows[older].failure
    assert failure is not None and failure.code == "audio_replaced"
    assert progress.rows[newest].state == "transcribed"
    assert site.transcript("call.wav")["source"]["etag"] == newest[1]
    assert site.names("transcripts") == {f"call.wav.{form}" for form in FORMS}
