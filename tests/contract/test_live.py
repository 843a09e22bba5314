"""`make live`, tried against the emulators: what it asks of the services is answered here, and a
guess that is wrong is told to be wrong."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from local.live.__main__ import GUESSES, _of_provider, _refusal, findings
from local.live.deployment import DeploymentLife
from local.live.looking import Answer
from local.live.money import CEILING, most_dollars
from shared.configuration.settings import read_settings
from tests.bicep.dropscribe import ROOT
from tests.contract.provider_rigs import running_emulators
from tests.speech_emulator import KEY, audio_host

SETTING = {"azure-speech": "SPEECH", "assemblyai": "ASSEMBLYAI", "soferai": "SOFERAI"}
Changed = Callable[[httpx.Request, httpx.Response], httpx.Response]


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, str]]:
    with running_emulators() as urls:
        yield urls


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    with audio_host({"call.wav": b"hello there"}) as url:
        yield f"{url}/call.wav"


class Falsified(httpx.BaseTransport):
    """The service, with some answers changed."""

    def __init__(self, changed: Changed) -> None:
        self._there, self._changed = httpx.HTTPTransport(), changed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._there.handle_request(request)
        answer.read()
        return self._changed(request, answer)

    def close(self) -> None:
        self._there.close()


def ran(
    provider: str, urls: dict[str, str], audio: str, changed: Changed | None = None
) -> tuple[list[Any], dict[str, Answer]]:
    prefix = SETTING[provider]
    settings = read_settings(
        {
            "DATA_STORAGE": "UseDevelopmentStorage=true",
            "ALLOW_HTTP": "true",
            f"{prefix}_ENDPOINT": urls[provider],
            f"{prefix}_KEY": KEY,
        }
    )

    def client(**usual: Any) -> httpx.Client:
        return httpx.Client(**usual, transport=Falsified(changed) if changed else None)

    kept, answers = _of_provider(provider, audio, settings, client, lambda _: time.sleep(0.02))
    return kept, {answer.guess.name: answer for answer in answers}


@pytest.mark.parametrize("provider", GUESSES)
def test_against_its_emulator_every_promise_is_kept_and_no_guess_is_wrong(
    provider: str, emulators: dict[str, str], audio: str
) -> None:
    kept, answers = ran(provider, emulators, audio)
    assert [one for one in kept if not one.is_kept] == []
    assert len(kept) >= 6
    assert [name for name, answer in answers.items() if answer.verdict == "wrong"] == []
    assert [a for a in answers.values() if a.verdict == "right"]


def _paths_mind_case(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(404) if "/SpeechToText/" in request.url.path else answer


def _unknown_fields_are_refused(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(400) if b"something_else" in request.read() else answer


def _errors_are_texts(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(answer.status_code, json="no") if answer.status_code == 404 else answer


@pytest.mark.parametrize(
    ("provider", "guess", "changed"),
    [
        ("azure-speech", "azure-paths-in-any-case", _paths_mind_case),
        ("assemblyai", "assemblyai-unknown-fields", _unknown_fields_are_refused),
        ("soferai", "soferai-errors", _errors_are_texts),
    ],
)
def test_a_guess_that_the_service_belies_is_told_and_no_other(
    emulators: dict[str, str], audio: str, provider: str, guess: str, changed: Changed
) -> None:
    _, answers = ran(provider, emulators, audio, changed)
    assert [name for name, answer in answers.items() if answer.verdict == "wrong"] == [guess]


def test_what_is_written_holds_neither_key_nor_address(
    emulators: dict[str, str], audio: str
) -> None:
    kept, answers = ran("assemblyai", emulators, audio)
    text = json.dumps(findings("assemblyai", 0.1, kept, answers.values()))
    for secret in (KEY, audio, emulators["assemblyai"], "hello there"):
        assert secret not in text


def test_every_guess_has_a_name_of_its_own_and_a_place_where_it_is_told() -> None:
    guesses = [guess for found in GUESSES.values() for guess in found]
    assert len({guess.name for guess in guesses}) == len(guesses) >= 15
    assert all((ROOT / guess.told_in).is_file() for guess in guesses)


def options(**changed: Any) -> argparse.Namespace:
    usual = {"provider": "assemblyai", "audio": "https://a.example/a.wav", "yes": True}
    return argparse.Namespace(**{**usual, **changed})


def test_it_never_begins_by_accident() -> None:
    assert _refusal(options(), 0.1, {}) == ""
    assert "never in CI" in _refusal(options(), 0.1, {"CI": "true"})
    assert "more than 1.00" in _refusal(options(), 1.01, {})
    assert "https address" in _refusal(options(audio=""), 0.1, {})
    assert "Nothing was sent" in _refusal(options(yes=False), 0.1, {})


@pytest.mark.parametrize("provider", GUESSES)
def test_it_stays_below_its_ceiling_with_audio_of_half_a_minute(provider: str) -> None:
    makes = sum(guess.makes for guess in GUESSES[provider])
    assert 0 < most_dollars(provider, 30, makes) < CEILING
    assert most_dollars(provider, 36_000, makes) > CEILING


def test_as_a_command_it_says_what_it_costs_and_sends_nothing_without_a_yes(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.live", "assemblyai", "--audio", "https://a.example/a.wav"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "cost at most 0." in done.stdout and "Nothing was sent." in done.stderr


class App:
    """A deployment that counts what it was told to count."""

    def __init__(self, transcribed: int) -> None:
        self.counts = {"accepted": 10, "transcribed": transcribed, "failed": 0}
        self.sources: list[Path] = []
        self.is_deleted = False

    def health(self) -> dict[str, str]:
        return {"status": "ok"}

    def transcribe(self, sources: list[Path], **_: Any) -> dict[str, str]:
        self.sources = sources
        return {"id": "b"}

    def wait(self, batch_id: str, **_: Any) -> dict[str, str]:
        return {"id": batch_id, "status": "completed"}

    def items(self, _: str) -> Iterator[dict[str, str]]:
        return iter([{"id": str(number)} for number in range(len(self.sources))])

    def transcript(self, item: dict[str, str]) -> dict[str, str]:
        return item

    def report(self, _: str) -> dict[str, Any]:
        return {"counts": self.counts}

    def delete(self, _: str) -> None:
        self.is_deleted = True


@pytest.mark.parametrize(("transcribed", "broken"), [(10, []), (9, ["the report counts what"])])
def test_a_deployment_is_asked_for_ten_recordings_and_its_counts(
    transcribed: int, broken: list[str]
) -> None:
    app = App(transcribed)
    life = DeploymentLife(cast(Any, app), (Path("a.wav"), Path("b.wav")))
    kept = list(life())
    assert len(app.sources) == 10 and app.is_deleted
    assert [one.promise[:22] for one in kept if not one.is_kept] == broken
