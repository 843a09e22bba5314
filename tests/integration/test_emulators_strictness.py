"""As strict and as lenient as the services: what other people's clients write, and ours does not.

Each rule says what it stands on, and the README of its emulator says the same: a service's own
documents, what was seen of it, or a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

import httpx
import pytest

from local.emulators.assemblyai.server import running as running_assemblyai
from local.emulators.azure_speech.models import LOCALES, default_model
from local.emulators.azure_speech.server import running as running_azure
from local.emulators.soferai.server import running as running_soferai
from tests import assemblyai_emulator, soferai_emulator
from tests.assemblyai_emulator import AssemblyApi
from tests.fakes.recogniser import FakePool
from tests.soferai_emulator import SoferApi
from tests.speech_emulator import V3_2, V2024, V2025, VERSIONS, Api, audio_host, settings

Basis = Literal["documented", "seen", "guess"]
Test = TypeVar("Test", bound=Callable[..., None])
EMULATORS = Path(__file__).resolve().parents[2] / "local" / "emulators"
CUSTOM = "0f5a1c3e-7f9b-4c55-9a3a-6a0b5f9f3a11"


STANDS_ON: dict[str, dict[str, Basis]] = {}
"""By test, and there by version, "" for all: what the expectation stands on."""


def rule(basis: Basis, *, for_version: str = "") -> Callable[[Test], Test]:
    def noted(test: Test) -> Test:
        STANDS_ON.setdefault(test.__name__, {})[for_version] = basis
        return test

    return noted


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    with audio_host({"a.wav": b"mono"}) as url:
        yield url


@pytest.fixture(scope="module")
def azure() -> Iterator[str]:
    with running_azure(FakePool(), settings()) as url:
        yield url


@pytest.fixture(params=VERSIONS)
def api(request: pytest.FixtureRequest, azure: str) -> Iterator[Api]:
    with Api(azure, request.param) as client:
        yield client


# --- Azure Speech ---------------------------------------------------------------------------


@rule("seen", for_version=V3_2)
@rule("guess", for_version=V2025)
def test_paths_are_read_in_any_case_and_with_a_slash_at_the_end(api: Api, audio: str) -> None:
    path = "Transcriptions/" if api.version == V3_2 else "Transcriptions:Submit/"
    address = httpx.URL(api.address(path))
    made = api.client.post(address, json=api.body(f"{audio}/a.wav"))
    assert made.status_code == 201, made.text
    own = httpx.URL(made.headers["Location"])
    assert "/transcriptions/" in own.path
    shouted = own.copy_with(path=own.path.upper())
    assert api.client.get(shouted).json()["self"] == made.json()["self"]
    assert api.client.get(api.address("Transcriptions/")).status_code == 200
    assert api.client.get(api.address("webHooks")).status_code == 200


@rule("seen")
@pytest.mark.parametrize(
    ("field", "given", "shown"),
    [
        ("punctuationMode", "dictatedandautomatic", "DictatedAndAutomatic"),
        ("profanityFilterMode", "MASKED", "Masked"),
    ],
)
def test_enumerations_are_read_in_any_case(
    api: Api, audio: str, field: str, given: str, shown: str
) -> None:
    made = api.create(api.body(f"{audio}/a.wav", properties={field: given}))
    assert made.json()["properties"][field] == shown


@rule("seen")
def test_the_mode_of_language_identification_is_read_in_any_case(api: Api, audio: str) -> None:
    asked = {"candidateLocales": ["en-US", "de-DE"], "mode": "single"}
    made = api.create(api.body(f"{audio}/a.wav", properties={"languageIdentification": asked}))
    assert made.json()["properties"]["languageIdentification"]["mode"] == "Single"


@rule("seen", for_version=V3_2)
@rule("guess", for_version=V2025)
def test_names_of_fields_are_read_in_any_case_and_told_in_the_ledger(api: Api, audio: str) -> None:
    usual = api.body(f"{audio}/a.wav", customProperties={"Kind": "call"})
    usual["properties"]["wordLevelTimestampsEnabled"] = True
    made = api.create(_in_pascal_case(usual))
    assert made.status_code == 201, made.text
    assert made.json()["properties"]["wordLevelTimestampsEnabled"] is True
    assert made.json()["customProperties"] == {"Kind": "call"}
    [noted] = [c for c in api.ledger()["creates"] if c["id"] == _id(made)]
    assert "DisplayName" in noted["unknownFields"]


def _in_pascal_case(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {f"{name[:1].upper()}{name[1:]}": _in_pascal_case(value) for name, value in body.items()}


def _id(made: httpx.Response) -> str:
    return httpx.URL(made.headers["Location"]).path.rpartition("/")[2]


@rule("seen", for_version=V3_2)
@rule("guess", for_version=V2025)
def test_booleans_may_be_texts_up_to_v3_2(api: Api, audio: str) -> None:
    asked = {"wordLevelTimestampsEnabled": "True"}
    made = api.create(api.body(f"{audio}/a.wav", properties=asked))
    assert made.status_code == (201 if api.version == V3_2 else 400)


@rule("documented")
def test_locales_have_one_case(api: Api, audio: str) -> None:
    made = api.create(api.body(f"{audio}/a.wav", locale="en-us"))
    assert made.json()["innerError"]["code"] == "InvalidLocale"


@rule("documented")
def test_custom_models_can_be_named_and_read(api: Api, audio: str) -> None:
    own = {"self": api.address(f"models/{CUSTOM}")}
    made = api.create(api.body(f"{audio}/a.wav", model=own))
    assert made.json()["model"] == own
    assert api.ended(_id(made))["status"] == "Succeeded"
    assert api.client.get(own["self"]).json()["self"] == own["self"]
    assert api.get("models").json() == {"values": []}
    mapped = {
        "candidateLocales": ["en-US", "de-DE"],
        "speechModelMapping": {"de-DE": own},
    }
    made = api.create(api.body(f"{audio}/a.wav", properties={"languageIdentification": mapped}))
    assert made.json()["properties"]["languageIdentification"]["speechModelMapping"] == {
        "de-DE": own
    }


@rule("guess")
def test_a_model_that_cannot_be_there_is_refused(api: Api, audio: str) -> None:
    for path in (
        f"models/{UUID(int=0)}",
        f"models/base/{CUSTOM}",
        f"models/{default_model(LOCALES[0]).id}",
    ):
        made = api.create(api.body(f"{audio}/a.wav", model={"self": api.address(path)}))
        assert made.json()["innerError"]["code"] == "InvalidModel"
        assert api.get(path).status_code == 404


@rule("documented")
def test_projects_can_be_named_where_the_version_has_them(api: Api, audio: str) -> None:
    own = {"self": api.address(f"projects/{CUSTOM}")}
    made = api.create(api.body(f"{audio}/a.wav", project=own)).json()
    has_projects = api.version != V2024
    assert ("project" in made) == has_projects
    assert api.get("projects").status_code == (200 if has_projects else 404)
    assert api.get(f"projects/{CUSTOM}").status_code == (200 if has_projects else 404)


@rule("documented")
def test_dated_versions_always_tell_the_time_to_live(azure: str, audio: str) -> None:
    """That it is the longest for what lives for ever is a guess."""
    with Api(azure, V3_2) as old, Api(azure, V2025) as new:
        forever = old.created(f"{audio}/a.wav", displayName="for ever")
        hours = new.get(f"transcriptions/{forever}").json()["properties"]["timeToLiveHours"]
        assert hours == 744
        listed = new.get("transcriptions", top=1000).json()["values"]
        assert all("timeToLiveHours" in one["properties"] for one in listed)
        assert "timeToLive" not in old.get(f"transcriptions/{forever}").json()["properties"]


@rule("documented")
def test_every_call_of_a_dated_version_names_it(azure: str) -> None:
    with Api(azure, V2025) as one:
        for query in ("", "?api-version=v3.2", "?api-version=2023-01-01"):
            got = one.client.get(f"{azure}/speechtotext/transcriptions{query}")
            assert got.json()["innerError"]["code"] == "InvalidParameterValue"


# --- AssemblyAI -----------------------------------------------------------------------------


@pytest.fixture
def assembly() -> Iterator[AssemblyApi]:
    with (
        running_assemblyai(FakePool(), assemblyai_emulator.settings()) as url,
        AssemblyApi(url) as client,
    ):
        yield client


@rule("documented")
def test_without_models_the_newest_is_used(assembly: AssemblyApi, audio: str) -> None:
    got = assembly.client.post(
        f"{assembly.url}/v2/transcript", json={"audio_url": f"{audio}/a.wav"}
    )
    assert got.status_code == 200, got.text
    assert got.json()["status"] == "queued"
    done = assembly.ended(got.json()["id"])
    assert done["speech_model_used"] == "assemblyai-stt-3-7"


@rule("documented")
@pytest.mark.parametrize("model", ["best", "nano", "universal-2"])
def test_the_singular_of_models_is_refused(assembly: AssemblyApi, audio: str, model: str) -> None:
    asked = {"audio_url": f"{audio}/a.wav", "speech_model": model}
    got = assembly.client.post(f"{assembly.url}/v2/transcript", json=asked)
    assert (got.status_code, "speech_model" in got.json()["error"]) == (400, True)


@rule("documented")
def test_a_key_after_bearer_is_none(assembly: AssemblyApi) -> None:
    headers = {"Authorization": f"Bearer {assemblyai_emulator.KEY}"}
    got = httpx.get(f"{assembly.url}/v2/transcript", headers=headers)
    assert got.status_code == 401


# --- Sofer.ai -------------------------------------------------------------------------------


@pytest.fixture
def sofer() -> Iterator[SoferApi]:
    with running_soferai(FakePool(), soferai_emulator.settings()) as url, SoferApi(url) as client:
        yield client


@rule("guess")
@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("/v1/transcriptions", "/v1/transcriptions/"),
        ("/v1/balance", "/v1/balance/"),
        ("/v1/transcriptions/batch-files/", "/v1/transcriptions/batch-files"),
    ],
)
def test_another_slash_leads_to_the_address(sofer: SoferApi, given: str, right: str) -> None:
    led = sofer.client.get(f"{sofer.url}{given}")
    assert (led.status_code, led.headers["Location"]) == (307, right)
    assert sofer.client.get(f"{sofer.url}{given}", follow_redirects=True).status_code == 200


@rule("guess")
def test_a_client_item_id_in_the_path_finds_nothing(sofer: SoferApi) -> None:
    path = f"/v1/transcriptions/batch/{CUSTOM}/items/by-client-item-id/A"
    assert sofer.client.get(f"{sofer.url}{path}").status_code == 404


# --- what the rules stand on ----------------------------------------------------------------


@pytest.mark.parametrize("emulator", ["azure_speech", "assemblyai", "soferai", "azure_language"])
def test_the_readme_of_an_emulator_says_what_each_rule_stands_on(emulator: str) -> None:
    text = (EMULATORS / emulator / "README.md").read_text("utf-8")
    table = text[text.index("## How strict it is") :]
    rows = re.findall(r"^\| (?!rule|---)(.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert len(rows) >= 5
    for told, basis in rows:
        assert re.match(r"(documented|seen|a guess)\b", basis), told


def test_every_rule_here_says_what_it_stands_on() -> None:
    tests = [name for name in globals() if name.startswith("test_")]
    without = {"test_the_readme_of_an_emulator_says_what_each_rule_stands_on"}
    without |= {"test_every_rule_here_says_what_it_stands_on"}
    assert set(tests) - without == set(STANDS_ON)
