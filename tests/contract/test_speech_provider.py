"""What every speech provider has to do, asked of the fake that the use-cases are tested with and
of the real adapter in front of its emulator. What the fake does wrong, those tests believe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.errors import (
    ChoiceRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    ProviderUnavailable,
    ProviderUnfunded,
    ResultMalformed,
    ResultMissing,
    TranscriptionMissing,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, ResultFile
from tests.contract.provider_rigs import BATCHES, DELETING, NAMES, Rig, rig_of, running_emulators
from tests.speech_emulator import audio_host

UNKNOWN = "0a1b2c3d-0000-4000-8000-0123456789ab"
MANY = 250
GOOD = [f"call {number:03}.wav" for number in range(MANY)]
BAD_NAMES = ["broken.wav", "worse.wav"]


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    files = {name.replace(" ", "%20"): name.encode() for name in GOOD}
    with audio_host(files | dict.fromkeys(BAD_NAMES, b"noise")) as url:
        yield url


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, str]]:
    with running_emulators() as urls:
        yield urls


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest, emulators: dict[str, str], audio: str) -> Iterator[Rig]:
    with rig_of(request.param, emulators, audio, BAD_NAMES) as found:
        yield found


@pytest.fixture(params=BATCHES)
def batch_rig(
    request: pytest.FixtureRequest, emulators: dict[str, str], audio: str
) -> Iterator[Rig]:
    """One whose jobs hold many recordings."""
    with rig_of(request.param, emulators, audio, BAD_NAMES) as found:
        yield found


@pytest.fixture(params=DELETING)
def deleting_rig(
    request: pytest.FixtureRequest, emulators: dict[str, str], audio: str
) -> Iterator[Rig]:
    """One where a transcription can be deleted."""
    with rig_of(request.param, emulators, audio, BAD_NAMES) as found:
        yield found


_marks = iter(range(1_000_000))


def asked(rig: Rig, *names: str, keep: bool = False, title: str = "") -> JobRequest:
    """A request for these, with a mark that no other has."""
    return JobRequest(
        mark=f"contract-{next(_marks)}",
        display_name="Calls of Monday",
        title=title,
        titles=(title,) * len(names) if title else (),
        options=Options(),
        keep=keep,
        content_urls=tuple(
            f"{rig.base}/{name.replace(' ', '%20')}?sv=2026&sig=not-a-signature" for name in names
        ),
    )


def finished(rig: Rig, *names: str) -> str:
    transcription_id = rig.provider.submit(asked(rig, *names))
    rig.finish(transcription_id)
    return transcription_id


def results(rig: Rig, *names: str) -> dict[str, ResultFile]:
    """The result of each, in as few jobs as the provider allows."""
    found = {}
    for start in range(0, len(names), rig.most_files):
        part = names[start : start + rig.most_files]
        for file in listed(rig, finished(rig, *part)):
            assert file.index is not None
            found[part[file.index]] = file
    return found


def listed(rig: Rig, transcription_id: str, kind: str = "result") -> list[ResultFile]:
    pages = rig.provider.files(transcription_id)
    return [file for page in pages for file in page if file.kind == kind]


# --- submitting -----------------------------------------------------------------------------


def found_by(rig: Rig, mark: str) -> str | None:
    return next((found for found in rig.provider.find(mark) if found), None)


titled = pytest.mark.parametrize("title", ["", "Calls of Monday's [x-0of1] contract-1"])


@titled
def test_a_submitted_job_carries_its_mark_and_is_found_by_it(rig: Rig, title: str) -> None:
    request = asked(rig, GOOD[0], title=title)
    transcription_id = rig.provider.submit(request)
    found = found_by(rig, request.mark)
    assert found is not None
    assert rig.provider.status(found).mark == request.mark
    assert found_by(rig, f"{request.mark}0") is None
    assert rig.provider.status(transcription_id).mark == request.mark


def test_a_job_is_found_under_the_id_that_it_was_given(deleting_rig: Rig) -> None:
    request = asked(deleting_rig, GOOD[0])
    transcription_id = deleting_rig.provider.submit(request)
    assert found_by(deleting_rig, request.mark) == transcription_id


@titled
def test_a_create_call_whose_answer_was_lost_is_found_by_its_mark(rig: Rig, title: str) -> None:
    request = asked(rig, GOOD[0], title=title)
    rig.fail("submit", "lost")
    with pytest.raises(OutcomeUnknown):
        rig.provider.submit(request)
    found = found_by(rig, request.mark)
    assert found is not None
    assert rig.provider.status(found).mark == request.mark


def test_a_create_call_that_was_not_carried_out_is_not_found(rig: Rig) -> None:
    request = asked(rig, GOOD[0])
    rig.fail("submit", "refused")
    with pytest.raises(OutcomeUnknown):
        rig.provider.submit(request)
    assert found_by(rig, request.mark) is None


def test_a_throttled_create_call_says_how_long_to_wait_and_was_not_carried_out(rig: Rig) -> None:
    request = asked(rig, GOOD[0])
    rig.fail("submit", "throttled")
    with pytest.raises(ProviderThrottled) as caught:
        rig.provider.submit(request)
    assert caught.value.retry_after_seconds == 7
    assert caught.value.transient
    assert found_by(rig, request.mark) is None
    assert rig.provider.submit(request)


@pytest.mark.parametrize(
    ("how", "error"), [("unfunded", ProviderUnfunded), ("gone", ChoiceRefused)]
)
def test_what_is_refused_to_everybody_blames_no_recording_and_was_not_carried_out(
    rig: Rig, how: str, error: type[ProviderError]
) -> None:
    rig.fail("submit", how)
    request = asked(rig, GOOD[0])
    with pytest.raises(error):
        rig.provider.submit(request)
    assert found_by(rig, request.mark) is None


def test_copies_tells_of_what_was_created_and_leaves_out_what_is_to_stay(
    deleting_rig: Rig,
) -> None:
    request, kept = asked(deleting_rig, GOOD[0]), asked(deleting_rig, GOOD[0], keep=True)
    transcription_id = deleting_rig.provider.submit(request)
    deleting_rig.provider.submit(kept)
    copies = {
        copy.mark: copy for page in deleting_rig.provider.copies("contract-") for copy in page
    }
    assert copies[request.mark].transcription_id == transcription_id
    assert copies[request.mark].created_at.tzinfo is not None
    assert kept.mark not in copies
    assert not any(deleting_rig.provider.copies("somebody-else"))


# --- asking ---------------------------------------------------------------------------------


def test_a_job_that_is_over_says_so(rig: Rig) -> None:
    status = rig.provider.status(finished(rig, GOOD[0]))
    assert (status.state, status.failure) == ("succeeded", None)


def test_a_question_without_an_answer_may_be_repeated(rig: Rig) -> None:
    transcription_id = finished(rig, GOOD[0])
    rig.fail("status", "lost")
    with pytest.raises(ProviderUnavailable):
        rig.provider.status(transcription_id)
    rig.fail("status", "throttled")
    with pytest.raises(ProviderThrottled) as caught:
        rig.provider.status(transcription_id)
    assert caught.value.retry_after_seconds == 7
    assert rig.provider.status(transcription_id).state == "succeeded"


def test_an_unknown_transcription_is_missing(rig: Rig) -> None:
    with pytest.raises(TranscriptionMissing):
        rig.provider.status(UNKNOWN)


def test_the_files_of_an_unknown_transcription_are_missing(batch_rig: Rig) -> None:
    with pytest.raises(TranscriptionMissing):
        list(batch_rig.provider.files(UNKNOWN))


# --- results --------------------------------------------------------------------------------


def test_a_result_lies_under_the_position_of_its_input(rig: Rig) -> None:
    found = results(rig, *GOOD[:3])
    assert set(found) == set(GOOD[:3])
    for name, file in found.items():
        recognition = rig.provider.result(file)
        source = f"{rig.base}/{name.replace(' ', '%20')}" if rig.tells_sources else ""
        assert recognition.source == source
        assert recognition.duration_ms > 0
        assert recognition.utterances


def test_hundreds_of_results_come_in_pages_and_each_of_them_once(batch_rig: Rig) -> None:
    transcription_id = finished(batch_rig, *GOOD)
    pages = list(batch_rig.provider.files(transcription_id))
    files = [file for page in pages for file in page]
    assert len(pages) > 1
    assert sorted(file.index or 0 for file in files if file.kind == "result") == list(range(MANY))
    assert sum(file.kind == "report" for file in files) == 1


def test_one_bad_input_fails_alone_and_the_report_says_why(batch_rig: Rig) -> None:
    transcription_id = finished(batch_rig, GOOD[0], BAD_NAMES[0], GOOD[1])
    assert batch_rig.provider.status(transcription_id).state == "succeeded"
    assert {file.index for file in listed(batch_rig, transcription_id)} == {0, 2}
    [file] = listed(batch_rig, transcription_id, "report")
    report = batch_rig.provider.report(file)
    assert set(report.failed) == {f"{batch_rig.base}/{BAD_NAMES[0]}"}
    [failure] = report.failed.values()
    assert failure.reason and failure.advice and not failure.retryable


def test_a_job_of_bad_inputs_alone_fails_with_a_reason_and_a_report(batch_rig: Rig) -> None:
    transcription_id = finished(batch_rig, *BAD_NAMES)
    status = batch_rig.provider.status(transcription_id)
    assert status.state == "failed"
    assert status.failure is not None and status.failure.reason
    assert listed(batch_rig, transcription_id) == []
    [file] = listed(batch_rig, transcription_id, "report")
    assert len(batch_rig.provider.report(file).failed) == 2


def test_a_job_of_one_bad_input_fails_with_a_reason(rig: Rig) -> None:
    status = rig.provider.status(finished(rig, BAD_NAMES[0]))
    assert status.state == "failed"
    assert status.failure is not None and status.failure.reason and status.failure.advice
    assert status.failure.retryable is not rig.gives_reasons


@pytest.mark.parametrize(
    ("how", "error"), [("missing", ResultMissing), ("malformed", ResultMalformed)]
)
def test_a_spoiled_result_spoils_no_other(rig: Rig, how: str, error: type[ProviderError]) -> None:
    rig.spoil(GOOD[1].replace(" ", "%20"), how)
    files = results(rig, *GOOD[:2])
    with pytest.raises(error) as caught:
        rig.provider.result(files[GOOD[1]])
    assert "sig=" not in str(caught.value)
    assert rig.provider.result(files[GOOD[0]]).utterances


# --- deleting -------------------------------------------------------------------------------


def test_what_was_deleted_is_gone_and_may_be_deleted_again(
    deleting_rig: Rig,
) -> None:
    request = asked(deleting_rig, GOOD[0])
    transcription_id = deleting_rig.provider.submit(request)
    deleting_rig.provider.delete(transcription_id)
    deleting_rig.provider.delete(transcription_id)
    deleting_rig.provider.delete(UNKNOWN)
    with pytest.raises(TranscriptionMissing):
        deleting_rig.provider.status(transcription_id)
    assert found_by(deleting_rig, request.mark) is None
