"""What a provider has to do that answers at once, asked of the fake that the use-cases are tested
with and of the real adapter in front of the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from local.emulators.azure_speech.server import running
from shared.errors import OutcomeUnknown, ProviderThrottled, ResultMissing, TranscriptionMissing
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, SpeechProvider, answered
from shared.providers.azure_speech.fast.client import FastTranscription
from shared.providers.identity import by_key
from tests.fakes.answers import FakeAnswers
from tests.fakes.fast import FakeFast, InMemory
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import KEY, Api, settings

FAST = {"call": r"transcriptions\.transcribe"}


@dataclass
class Rig:
    provider: SpeechProvider
    api: Api | None = None

    def fail(self, how: str) -> None:
        """The next call is "lost" after it was carried out, or "throttled"."""
        if self.api is None:
            assert isinstance(self.provider, FakeFast)
            errors = {"lost": OutcomeUnknown("cut"), "throttled": _throttled()}
            self.provider.errors["submit"] = [errors[how]]
        elif how == "lost":
            self.api.order("lose_answer", match=FAST, how="cut")
        else:
            self.api.order("refuse", match=FAST, status=429, retryAfter=7)

    @property
    def paid(self) -> int:
        if self.api is None:
            assert isinstance(self.provider, FakeFast)
            return self.provider.paid.total()
        return len(self.api.ledger()["answered"])


def _throttled() -> ProviderThrottled:
    return ProviderThrottled("wait", retry_after_seconds=7)


@pytest.fixture(params=["fake", "azure"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "fake":
        yield Rig(FakeFast())
        return
    with running(FakePool(), settings()) as url, Api(url) as api, httpx.Client() as http:
        provider = FastTranscription(
            http=http, endpoint=url, auth=by_key(KEY), answers=FakeAnswers()
        )
        yield Rig(provider, api)


def asked(mark: str = "d1job") -> JobRequest:
    return JobRequest(
        mark=mark,
        display_name="A call",
        options=Options(),
        mode="express",
        sound=InMemory(),
        answer_seconds=10.0,
    )


def found(rig: Rig, mark: str) -> str | None:
    return next(rig.provider.find(mark), None)


def test_its_answer_is_the_result_under_the_mark(rig: Rig) -> None:
    assert rig.provider.submit(asked()) == "d1job"
    status = rig.provider.status("d1job")
    assert (status.state, status.mark) == ("succeeded", "d1job")
    (file,) = [file for page in rig.provider.files("d1job") for file in page]
    assert [file] == list(answered("d1job").files or ())
    recognition = rig.provider.result(file)
    assert recognition.utterances and recognition.source == ""
    assert rig.paid == 1


def test_it_is_found_until_it_is_removed_and_then_nothing_is_left(rig: Rig) -> None:
    rig.provider.submit(asked())
    assert found(rig, "d1job") == "d1job" and found(rig, "d1other") is None
    assert [c.mark for page in rig.provider.copies("d1") for c in page] == ["d1job"]
    rig.provider.delete("d1job")
    rig.provider.delete("d1job")
    assert found(rig, "d1job") is None
    with pytest.raises(TranscriptionMissing):
        rig.provider.status("d1job")
    with pytest.raises((ResultMissing, TranscriptionMissing)):
        rig.provider.result((answered("d1job").files or ())[0])


def test_an_answer_that_is_lost_was_paid_and_is_not_found(rig: Rig) -> None:
    rig.fail("lost")
    with pytest.raises(OutcomeUnknown):
        rig.provider.submit(asked())
    assert rig.paid == 1 and found(rig, "d1job") is None


def test_a_call_that_is_throttled_was_not_carried_out(rig: Rig) -> None:
    rig.fail("throttled")
    with pytest.raises(ProviderThrottled) as caught:
        rig.provider.submit(asked())
    assert caught.value.retry_after_seconds == 7
    assert rig.paid == 0 and found(rig, "d1job") is None
    assert rig.provider.submit(asked())
