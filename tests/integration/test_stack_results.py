"""The whole stack with results that are missing, broken or never made: one batch holds one
recording of each kind, so every test also tells that the others left it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from shared.model.recording.recording import Recording
from tests.stack import Site, quick_stack, site_on, states

GOOD = [f"good {number}.wav" for number in range(4)]
REFUSED, FORBIDDEN = "refused.wav", "not audio.wav"
GONE_ONCE, CUT_OFF_ONCE, DROPPED_ONCE = "gone once.wav", "cut off once.wav", "dropped once.wav"
DROPPED, CUT_OFF = "dropped.wav", "cut off.wav"
ALWAYS = {"times": None}


class Run(NamedTuple):
    site: Site
    rows: dict[str, Recording]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Two attempts a recording, three looks a result; what makes no sense is believed after a
    quarter of a minute."""
    logs = tmp_path_factory.mktemp("logs")
    with quick_stack(logs, MAX_ATTEMPTS="2", GIVE_UP_SECONDS="60") as stack, site_on(stack) as site:
        for name, kind, options in (
            (REFUSED, "fail_recording", {"code": "InvalidAudioFormat", "message": "No MP7."}),
            (GONE_ONCE, "missing_result", {}),
            (CUT_OFF_ONCE, "malformed_result", {}),
            (DROPPED_ONCE, "drop_result", {}),
            (DROPPED_ONCE, "omit_from_report", {}),
            (DROPPED, "drop_result", ALWAYS),
            (DROPPED, "omit_from_report", ALWAYS),
            (CUT_OFF, "malformed_result", ALWAYS),
        ):
            pattern = "/" + name.replace(" ", "%20").replace(".", r"\.")
            site.order(kind, match={"source": pattern}, **options)
        wanted = site.drop(*GOOD, REFUSED, GONE_ONCE, CUT_OFF_ONCE, DROPPED_ONCE, DROPPED, CUT_OFF)
        wanted |= site.put({FORBIDDEN: b"This is a letter. " * 100, "empty.wav": b""})
        yield Run(site, site.end(wanted))


def assert_failed(run: Run, name: str, code: str, *, attempts: int) -> str:
    """It has an error report and nothing else; the reason that a person reads."""
    report = run.site.error(name)
    assert run.rows[name].state == "failed"
    assert (report["failure"]["code"], report["attempts"]) == (code, attempts)
    assert report["failure"]["advice"]
    assert f"{name}.json" not in run.site.names("transcripts")
    reason: str = report["failure"]["reason"]
    return reason


@pytest.mark.slow
def test_good_recordings_are_transcribed_once_whatever_becomes_of_the_others(run: Run) -> None:
    assert {run.rows[name].state for name in GOOD} == {"transcribed"}
    assert {run.rows[name].attempt for name in GOOD} == {1}
    assert {run.site.paid[name] for name in GOOD} == {1}


def test_outputs_and_error_reports_are_there_for_exactly_the_right_ones(run: Run) -> None:
    ended = states(run.rows)
    done = {name for name, state in ended.items() if state == "transcribed"}
    failed = {name for name, state in ended.items() if state == "failed"}
    assert failed == {REFUSED, FORBIDDEN, "empty.wav", DROPPED, CUT_OFF}
    assert run.site.names("transcripts") == {
        f"{n}.{form}" for n in done for form in ("json", "vtt")
    }
    assert run.site.names("errors") == {f"{name}.json" for name in failed}


def test_a_recording_that_the_provider_cannot_read_fails_with_the_provider_s_reason(
    run: Run,
) -> None:
    assert "No MP7." in assert_failed(run, REFUSED, "audio_unreadable", attempts=1)


@pytest.mark.parametrize(
    ("name", "code"),
    [(FORBIDDEN, "not_audio"), ("empty.wav", "empty_audio")],
    ids=["text", "empty"],
)
def test_what_is_no_audio_never_gets_to_the_provider(run: Run, name: str, code: str) -> None:
    assert_failed(run, name, code, attempts=1)
    assert name not in run.site.paid


@pytest.mark.parametrize("name", [GONE_ONCE, CUT_OFF_ONCE])
def test_a_result_that_cannot_be_read_is_asked_for_again_without_paying(
    run: Run, name: str
) -> None:
    row = run.rows[name]
    assert (row.state, row.attempt, row.fetches) == ("transcribed", 1, 1)
    assert run.site.paid[name] == 1


def test_a_result_that_was_never_made_is_made_in_the_next_attempt(run: Run) -> None:
    row = run.rows[DROPPED_ONCE]
    assert (row.state, row.attempt) == ("transcribed", 2)
    assert run.site.paid[DROPPED_ONCE] == 2


def test_a_result_that_never_comes_ends_in_an_error_report(run: Run) -> None:
    assert "no result" in assert_failed(run, DROPPED, "result_missing", attempts=2)
    assert run.site.paid[DROPPED] == 2


def test_a_result_that_is_never_readable_ends_in_an_error_report(run: Run) -> None:
    reason = assert_failed(run, CUT_OFF, "result_unreadable", attempts=2)
    assert "cannot be read" in reason
    assert run.site.paid[CUT_OFF] == 2
