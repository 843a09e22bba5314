"""What every speech provider has to do, asked of the fake that the use-cases are tested with and
of the real adapter in front of its emulator. What the fake does wrong, those tests believe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import httpx
import pytest

from local.azure_speech.server import running
from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    ProviderUnavailable,
    ResultMalformed,
    ResultMissing,
    TranscriptionMissing,
)
from shared.model.options import Options
from shared.ports import JobRequest, ResultFile, SpeechProvider
from shared.providers.azure_speech.auth import by_key
from shared.providers.azure_speech.client import AzureSpeech
from tests.fakes.provider import BAD, FakeProvider
from tests.speech_emulator import KEY, VERSIONS, Api, FakePool, audio_host, settings

UNKNOWN = "0a1b2c3d-0000-4000-8000-0123456789ab"
MANY = 250
GOOD = [f"call {number:03}.wav" for number in range(MANY)]
BAD_NAMES = ["broken.wav", "worse.wav"]


class Rig(Protocol):
    """A provider, and the strings by which a test moves the world behind it."""

    provider: SpeechProvider
    base: str

    def finish(self, transcription_id: str) -> None:
        """Let the provider do its work."""

    def fail(self, method: str, how: str) -> None:
        """The next call of `submit` or `status`: "lost" is carried out and nobody learns so,
        "refused" is not carried out and the reason is open, "throttled" asks to wait 7 s."""

    def spoil(self, name: str, how: str) -> None:
        """The next result of that source is "missing" or "malformed"."""


class FakeRig:
    base = "https://audio.example"

    def __init__(self) -> None:
        self.fake = FakeProvider()
        self.fake.bad_sources = {f"{self.base}/{name}": BAD for name in BAD_NAMES}
        self.provider: SpeechProvider = self.fake

    def finish(self, transcription_id: str) -> None:
        self.fake.complete(transcription_id)

    def fail(self, method: str, how: str) -> None:
        if how == "throttled":
            error: ProviderError = ProviderThrottled("wait", retry_after_seconds=7)
        else:
            unknown = method == "submit"
            error = OutcomeUnknown("lost") if unknown else ProviderUnavailable("lost")
        self.fake.carries_out_unknown = how == "lost"
        self.fake.errors.setdefault(method, []).append(error)

    def spoil(self, name: str, how: str) -> None:
        spoiled = {"missing": self.fake.missing_results, "malformed": self.fake.malformed_results}
        spoiled[how][f"{self.base}/{name}"] = 1


class EmulatorRig:
    """The calls that a fault strikes, by the method that makes them."""

    _CALLS: Mapping[str, str] = {"submit": "transcriptions.create", "status": "transcriptions.get"}

    def __init__(self, api: Api, http: httpx.Client, base: str) -> None:
        self._api, self.base = api, base
        self.provider: SpeechProvider = AzureSpeech(
            http=http, endpoint=api.url, auth=by_key(KEY), api_version=api.version
        )

    def finish(self, transcription_id: str) -> None:
        self._api.ended(transcription_id)

    def fail(self, method: str, how: str) -> None:
        match = {"call": self._CALLS[method].replace(".", r"\.")}
        if how == "lost":
            self._api.order("lose_answer", match=match, how="cut")
        elif how == "refused":
            self._api.order("refuse", match=match, status=503)
        else:
            self._api.order("refuse", match=match, status=429, retryAfter=7)

    def spoil(self, name: str, how: str) -> None:
        self._api.order(f"{how}_result", match={"source": name})


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    files = {name.replace(" ", "%20"): name.encode() for name in GOOD}
    with audio_host(files | dict.fromkeys(BAD_NAMES, b"noise")) as url:
        yield url


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with running(FakePool(), settings()) as url:
        yield url


@contextmanager
def emulator_rig(url: str, version: str, audio: str) -> Iterator[Rig]:
    with Api(url, version) as api, httpx.Client() as http:
        yield EmulatorRig(api, http, audio)
        api.client.delete(f"{url}/_emulator/faults")


@pytest.fixture(params=["fake", *VERSIONS])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    emulator, audio = request.getfixturevalue("emulator"), request.getfixturevalue("audio")
    with emulator_rig(emulator, request.param, audio) as found:
        yield found


_marks = iter(range(1_000_000))


def asked(rig: Rig, *names: str, keep: bool = False) -> JobRequest:
    """A request for these, with a mark that no other has."""
    return JobRequest(
        mark=f"contract-{next(_marks)}",
        display_name="Calls of Monday",
        options=Options(),
        keep=keep,
        content_urls=tuple(
            f"{rig.base}/{name.replace(' ', '%20')}?sig=not-a-signature" for name in names
        ),
    )


def finished(rig: Rig, *names: str) -> str:
    transcription_id = rig.provider.submit(asked(rig, *names))
    rig.finish(transcription_id)
    return transcription_id


def listed(rig: Rig, transcription_id: str, kind: str = "result") -> list[ResultFile]:
    pages = rig.provider.files(transcription_id)
    return [file for page in pages for file in page if file.kind == kind]


# --- submitting -----------------------------------------------------------------------------


def found_by(rig: Rig, mark: str) -> str | None:
    return next((found for found in rig.provider.find(mark) if found), None)


def test_a_submitted_job_carries_its_mark_and_is_found_by_it(rig: Rig) -> None:
    request = asked(rig, GOOD[0])
    transcription_id = rig.provider.submit(request)
    assert found_by(rig, request.mark) == transcription_id
    assert found_by(rig, f"{request.mark}0") is None
    assert rig.provider.status(transcription_id).mark == request.mark


def test_a_create_call_whose_answer_was_lost_is_found_by_its_mark(rig: Rig) -> None:
    request = asked(rig, GOOD[0])
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


def test_copies_tells_of_what_was_created_and_leaves_out_what_is_to_stay(rig: Rig) -> None:
    request, kept = asked(rig, GOOD[0]), asked(rig, GOOD[0], keep=True)
    transcription_id = rig.provider.submit(request)
    rig.provider.submit(kept)
    copies = {copy.mark: copy for page in rig.provider.copies("contract-") for copy in page}
    assert copies[request.mark].transcription_id == transcription_id
    assert copies[request.mark].created_at.tzinfo is not None
    assert kept.mark not in copies
    assert not any(rig.provider.copies("somebody-else"))


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


@pytest.mark.parametrize(
    "ask",
    [
        lambda provider: provider.status(UNKNOWN),
        lambda provider: list(provider.files(UNKNOWN)),
    ],
    ids=["status", "files"],
)
def test_an_unknown_transcription_is_missing(
    rig: Rig, ask: Callable[[SpeechProvider], object]
) -> None:
    with pytest.raises(TranscriptionMissing):
        ask(rig.provider)


# --- results --------------------------------------------------------------------------------


def test_a_result_lies_under_the_position_of_its_input(rig: Rig) -> None:
    files = listed(rig, finished(rig, *GOOD[:3]))
    assert sorted(file.index for file in files if file.index is not None) == [0, 1, 2]
    for file in files:
        recognition = rig.provider.result(file)
        assert file.index is not None
        assert recognition.source == f"{rig.base}/{GOOD[file.index].replace(' ', '%20')}"
        assert recognition.duration_ms > 0
        assert recognition.utterances


def test_hundreds_of_results_come_in_pages_and_each_of_them_once(rig: Rig) -> None:
    transcription_id = finished(rig, *GOOD)
    pages = list(rig.provider.files(transcription_id))
    files = [file for page in pages for file in page]
    assert len(pages) > 1
    assert sorted(file.index or 0 for file in files if file.kind == "result") == list(range(MANY))
    assert sum(file.kind == "report" for file in files) == 1


def test_one_bad_input_fails_alone_and_the_report_says_why(rig: Rig) -> None:
    transcription_id = finished(rig, GOOD[0], BAD_NAMES[0], GOOD[1])
    assert rig.provider.status(transcription_id).state == "succeeded"
    assert {file.index for file in listed(rig, transcription_id)} == {0, 2}
    [file] = listed(rig, transcription_id, "report")
    report = rig.provider.report(file)
    assert set(report.failed) == {f"{rig.base}/{BAD_NAMES[0]}"}
    assert len(report.succeeded_sources) == 2
    [failure] = report.failed.values()
    assert failure.reason and failure.advice and not failure.retryable


def test_a_job_of_bad_inputs_alone_fails_with_a_reason_and_a_report(rig: Rig) -> None:
    transcription_id = finished(rig, *BAD_NAMES)
    status = rig.provider.status(transcription_id)
    assert status.state == "failed"
    assert status.failure is not None and status.failure.reason
    assert listed(rig, transcription_id) == []
    [file] = listed(rig, transcription_id, "report")
    assert len(rig.provider.report(file).failed) == 2


@pytest.mark.parametrize(
    ("how", "error"), [("missing", ResultMissing), ("malformed", ResultMalformed)]
)
def test_a_spoiled_result_spoils_no_other(rig: Rig, how: str, error: type[ProviderError]) -> None:
    rig.spoil(GOOD[1].replace(" ", "%20"), how)
    files = {file.index: file for file in listed(rig, finished(rig, *GOOD[:2]))}
    with pytest.raises(error) as caught:
        rig.provider.result(files[1])
    assert "sig=" not in str(caught.value)
    assert rig.provider.result(files[0]).utterances


# --- deleting -------------------------------------------------------------------------------


def test_what_was_deleted_is_gone_and_may_be_deleted_again(rig: Rig) -> None:
    request = asked(rig, GOOD[0])
    transcription_id = rig.provider.submit(request)
    rig.provider.delete(transcription_id)
    rig.provider.delete(transcription_id)
    rig.provider.delete(UNKNOWN)
    with pytest.raises(TranscriptionMissing):
        rig.provider.status(transcription_id)
    assert found_by(rig, request.mark) is None
