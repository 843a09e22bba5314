"""The speech providers that have a contract to keep, each with strings by which a test moves the
world behind it: the fake, and the real adapters in front of their emulators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import httpx

from local.emulators.assemblyai.server import running as running_assemblyai
from local.emulators.azure_speech.server import running as running_azure_speech
from local.emulators.soferai.server import running as running_soferai
from shared.errors import (
    ChoiceRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    ProviderUnavailable,
    ProviderUnfunded,
)
from shared.ports.provider import SpeechProvider
from shared.providers.assemblyai.client import AssemblyAI
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.identity import by_key
from shared.providers.soferai.client import SoferAi
from tests import assemblyai_emulator as assemblyai
from tests import soferai_emulator as soferai
from tests.assemblyai_emulator import AssemblyApi
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.recogniser import FakePool
from tests.soferai_emulator import SoferApi
from tests.speech_emulator import KEY, VERSIONS, Api, settings


class Rig(Protocol):
    """A provider behind which a test can move things. `base` is where its audio lies, `most_files`
    how many recordings a job of it may hold. `tells_sources`: it says of which source a result
    is; `gives_reasons`: and why there is none."""

    provider: SpeechProvider
    base: str
    most_files: int
    tells_sources: bool
    gives_reasons: bool

    def finish(self, transcription_id: str) -> None:
        """Let the provider do its work."""

    def fail(self, method: str, how: str) -> None:
        """The next call of `submit` or `status`: "lost" is carried out and nobody learns so,
        "refused" is not carried out and the reason is open, "throttled" asks to wait 7 s,
        "unfunded" lacks money, "gone" is not served any more."""

    def spoil(self, name: str, how: str) -> None:
        """The next result of that source is "missing" or "malformed"."""


class FakeRig:
    base, most_files = "https://audio.example", 1000
    tells_sources = gives_reasons = True

    def __init__(self, bad_names: list[str]) -> None:
        self.fake = FakeProvider()
        self.fake.bad_sources = {f"{self.base}/{name}": BAD for name in bad_names}
        self.provider: SpeechProvider = self.fake

    def finish(self, transcription_id: str) -> None:
        self.fake.complete(transcription_id)

    def fail(self, method: str, how: str) -> None:
        if how == "throttled":
            error: ProviderError = ProviderThrottled("wait", retry_after_seconds=7)
        elif how in ("unfunded", "gone"):
            error = ProviderUnfunded("empty") if how == "unfunded" else ChoiceRefused("gone")
        else:
            unknown = method == "submit"
            error = OutcomeUnknown("lost") if unknown else ProviderUnavailable("lost")
        self.fake.carries_out_unknown = how == "lost"
        self.fake.errors.setdefault(method, []).append(error)

    def spoil(self, name: str, how: str) -> None:
        spoiled = {"missing": self.fake.missing_results, "malformed": self.fake.malformed_results}
        spoiled[how][f"{self.base}/{name}"] = 1


class Orders(Protocol):
    """A client of an emulator that takes orders for faults."""

    def order(self, kind: str, **fault: object) -> None: ...


class EmulatorRig:
    """`finish` waits until a transcription is over, `calls` names the calls of the API that a
    fault strikes, by the method that makes them."""

    def __init__(
        self,
        api: Orders,
        base: str,
        provider: SpeechProvider,
        *,
        most_files: int,
        finish: Callable[[str], object],
        calls: Mapping[str, str],
        tells_sources: bool = True,
        gives_reasons: bool = True,
    ) -> None:
        self._api, self.base, self.provider = api, base, provider
        self.most_files, self._finish, self._calls = most_files, finish, calls
        self.tells_sources, self.gives_reasons = tells_sources, gives_reasons

    def finish(self, transcription_id: str) -> None:
        self._finish(transcription_id)

    def fail(self, method: str, how: str) -> None:
        match = {"call": self._calls[method].replace(".", r"\.")}
        if how == "lost":
            self._api.order("lose_answer", match=match, how="cut")
        elif how == "refused":
            self._api.order("refuse", match=match, status=503)
        elif how in ("unfunded", "gone"):
            self._api.order("refuse", match=match, status=402 if how == "unfunded" else 410)
        else:
            self._api.order("refuse", match=match, status=429, retryAfter=7)

    def spoil(self, name: str, how: str) -> None:
        self._api.order(f"{how}_result", match={"source": name})


def azure_rig(api: Api, http: httpx.Client, base: str) -> Rig:
    return EmulatorRig(
        api,
        base,
        AzureSpeech(http=http, endpoint=api.url, auth=by_key(KEY), api_version=api.version),
        most_files=1000,
        finish=api.ended,
        calls={"submit": "transcriptions.create", "status": "transcriptions.get"},
    )


def assembly_rig(api: AssemblyApi, http: httpx.Client, base: str) -> Rig:
    return EmulatorRig(
        api,
        base,
        AssemblyAI(http=http, endpoint=api.url, key=assemblyai.KEY),
        most_files=1,
        finish=api.await_end,
        calls={"submit": "transcripts.create", "status": "transcripts.get"},
    )


def sofer_rig(api: SoferApi, http: httpx.Client, base: str) -> Rig:
    return EmulatorRig(
        api,
        base,
        SoferAi(http=http, endpoint=api.url, key=soferai.KEY),
        most_files=500,
        finish=api.ended,
        calls={"submit": "batches.create", "status": "batches.status"},
        tells_sources=False,
        gives_reasons=False,
    )


@contextmanager
def running_emulators() -> Iterator[dict[str, str]]:
    """The emulators by name, each with its URL."""
    with (
        running_azure_speech(FakePool(), settings()) as azure_url,
        running_assemblyai(FakePool(), assemblyai.settings()) as assembly_url,
        running_soferai(FakePool(), soferai.settings()) as sofer_url,
    ):
        yield {"azure-speech": azure_url, "assemblyai": assembly_url, "soferai": sofer_url}


@contextmanager
def rig_of(name: str, urls: Mapping[str, str], audio: str, bad_names: list[str]) -> Iterator[Rig]:
    """`name` is one of `NAMES`."""
    if name == "fake":
        yield FakeRig(bad_names)
        return
    with httpx.Client() as http:
        if name == "assemblyai":
            url = urls["assemblyai"]
            with AssemblyApi(url) as assembly_api:
                yield assembly_rig(assembly_api, http, audio)
        elif name == "soferai":
            url = urls["soferai"]
            with SoferApi(url) as sofer_api:
                yield sofer_rig(sofer_api, http, audio)
        else:
            url = urls["azure-speech"]
            with Api(url, name) as azure_api:
                yield azure_rig(azure_api, http, audio)
        http.delete(f"{url}/_emulator/faults")


BATCHES = ("fake", *VERSIONS)
"""Those whose jobs hold many recordings, and tell of each by its source."""
DELETING = (*BATCHES, "assemblyai")
"""Those where a transcription can be deleted."""
NAMES = (*DELETING, "soferai")
