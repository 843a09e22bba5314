"""`make check-providers`, tried against the emulators: what is known of the providers has a date
and a source, and what the services say today is set beside it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest

from local import __main__ as local
from local.live.__main__ import raw
from local.live.today import ASKS, Told, as_data, exit_code, lines, look, with_any_endpoint
from shared.configuration.settings import read_settings
from shared.model.profile.capabilities import Capabilities
from shared.providers.registry import OFFERS
from tests.contract.provider_rigs import running_emulators
from tests.speech_emulator import KEY

Changed = Callable[[str, Any], Any]
PREFIXES = {"azure-speech": "SPEECH", "assemblyai": "ASSEMBLYAI", "soferai": "SOFERAI"}


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, str]]:
    with running_emulators() as urls:
        yield urls


def environment(urls: Mapping[str, str], **more: str) -> dict[str, str]:
    found = {"DATA_STORAGE": "UseDevelopmentStorage=true", "ALLOW_HTTP": "true"}
    for provider, url in urls.items():
        prefix = PREFIXES[provider]
        found |= {f"{prefix}_ENDPOINT": url, f"{prefix}_KEY": KEY}
    return {**found, **more}


class Falsified(httpx.BaseTransport):
    """The service, with some answers changed."""

    def __init__(self, changed: Changed) -> None:
        self._there, self._changed = httpx.HTTPTransport(), changed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._there.handle_request(request)
        answer.read()
        told = self._changed(request.url.path, answer.json())
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

    def close(self) -> None:
        self._there.close()


def looked(urls: Mapping[str, str], changed: Changed | None = None, **more: str) -> list[Told]:
    def client(**usual: Any) -> httpx.Client:
        return httpx.Client(**usual, transport=Falsified(changed) if changed else None)

    settings = read_settings(with_any_endpoint(environment(urls, **more)))
    return look(settings, raw, client)


def of(found: list[Told], what: str, provider: str = "azure-speech") -> Told:
    [one] = [one for one in found if (one.provider, one.known.what) == (provider, what)]
    return one


# --- what is known ----------------------------------------------------------------------------


def test_what_may_change_at_a_provider_has_a_date_and_a_source() -> None:
    for name, offer in OFFERS.items():
        whats = [one.what for one in offer.known]
        assert len(set(whats)) == len(whats) and {"locales", "limits"} <= set(whats), name
        for one in offer.known:
            assert one.values and one.source, f"{name} {one.what}"
            assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", one.read_on), f"{name} {one.what}"


def test_what_is_told_is_what_holds() -> None:
    for name, offer in OFFERS.items():
        known = {one.what: one for one in offer.known}
        assert set(known["locales"].values) == offer.limits.locales, name
        told = dict(one.split() for one in known["limits"].values)
        for limit, value in told.items():
            assert str(getattr(offer.limits, limit)) == value, f"{name} {limit}"
    express: Capabilities = OFFERS["azure-speech"].limits.of("express")
    azure = {one.what: one for one in OFFERS["azure-speech"].known}
    assert set(azure["locales of express"].values) == express.locales
    assert set(azure["models of express"].values) == express.models
    assert set(azure["candidate locales"].values) == express.identified_locales


def test_what_is_asked_is_something_that_is_known() -> None:
    for provider, asks in ASKS.items():
        assert set(asks) <= {one.what for one in OFFERS[provider].known}


# --- what the services say --------------------------------------------------------------------


def test_the_emulators_say_what_is_known(emulators: dict[str, str]) -> None:
    found = looked(emulators)
    verdicts = {(one.provider, one.known.what): one.verdict for one in found}
    assert {what: verdicts["azure-speech", what] for what in ASKS["azure-speech"]} == dict.fromkeys(
        ASKS["azure-speech"], "as known"
    )
    rest = [v for (provider, what), v in verdicts.items() if what not in ASKS.get(provider, {})]
    assert rest and set(rest) == {"nothing to ask"}
    assert exit_code(found) == 0


def test_what_came_and_what_went_is_told(emulators: dict[str, str]) -> None:
    def changed(path: str, told: Any) -> Any:
        if path.endswith("/locales"):
            told["Submit"] = [one for one in told["Submit"] if one != "de-DE"] + ["xx-XX"]
        return told

    found = looked(emulators, changed)
    one = of(found, "locales")
    assert (one.verdict, one.new, one.gone) == ("differs", ("xx-XX",), ("de-DE",))
    assert "SPEECH_MORE_LOCALES=xx-XX" in one.advice
    assert of(found, "locales of express").verdict == "as known"
    assert exit_code(found) == 3
    shown = "\n".join(lines(found))
    assert "only the service says: xx-XX" in shown and "only we say: de-DE" in shown


def test_what_the_deployment_was_told_is_known_as_well(emulators: dict[str, str]) -> None:
    def changed(path: str, told: Any) -> Any:
        if path.endswith("/locales"):
            told = {kind: [*locales, "xx-XX"] for kind, locales in told.items()}
        return told

    found = looked(emulators, changed, SPEECH_MORE_LOCALES="xx-XX")
    assert of(found, "locales").verdict == "as known"
    assert of(found, "locales of express").verdict == "as known"


def test_a_locale_whose_base_models_have_ended_is_told(emulators: dict[str, str]) -> None:
    def changed(path: str, told: Any) -> Any:
        if path.endswith("/models/base"):
            for model in told["values"]:
                if model["locale"] == "de-DE":
                    dates = model["properties"]["deprecationDates"]
                    dates["transcriptionDateTime"] = "2024-01-01T00:00:00Z"
        return told

    one = of(looked(emulators, changed), "locales with a base model")
    assert (one.verdict, one.new, one.gone) == ("differs", (), ("de-DE",))


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"Submit": [], "Transcribe": None},
        {"Submit": {"de-DE": 1}, "Transcribe": [1, 2]},
        "locales",
        httpx.Response(401, json={"error": "no"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    ],
)
def test_an_answer_that_makes_no_sense_is_none(emulators: dict[str, str], answer: Any) -> None:
    found = looked(emulators, lambda path, told: answer if path.endswith("/locales") else told)
    assert of(found, "locales").verdict == of(found, "locales of express").verdict == "no answer"
    assert exit_code(found) == 1
    assert KEY not in "\n".join(lines(found))


def test_a_service_that_cannot_be_reached_is_told() -> None:
    found = looked({"azure-speech": "http://127.0.0.1:9"})
    assert of(found, "locales").verdict == "no answer" and exit_code(found) == 1


def test_without_a_key_nothing_is_asked_and_all_is_told() -> None:
    found = looked({})
    assert {one.verdict for one in found} == {"no key", "nothing to ask"}
    assert {one.provider for one in found} == set(OFFERS)
    assert exit_code(found) == 0


def test_each_endpoint_is_asked(emulators: dict[str, str]) -> None:
    two = f"west={emulators['azure-speech']} east=http://127.0.0.1:9"
    more = {"SPEECH_ENDPOINTS": two, "SPEECH_KEY_WEST": KEY, "SPEECH_KEY_EAST": KEY}
    found = look(read_settings(environment({}, **more)), raw)
    asked = {one.endpoint: one.verdict for one in found if one.known.what == "locales"}
    assert (asked["west"], asked["east"]) == ("as known", "no answer")


def test_the_command_tells_people_and_programs(
    emulators: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment(emulators).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["local", "check-providers", "--json"])
    assert local.main() == 0
    rows = json.loads(capsys.readouterr().out)
    [locales] = [r for r in rows if (r["provider"], r["what"]) == ("azure-speech", "locales")]
    assert locales["verdict"] == "as known" and locales["read_on"] and "de-DE" in locales["values"]
    monkeypatch.setattr(sys, "argv", ["local", "check-providers"])
    assert local.main() == 0
    assert "as known        azure-speech" in capsys.readouterr().out


def test_rows_for_programs_can_be_written(emulators: dict[str, str]) -> None:
    assert msgspec.json.encode(as_data(looked(emulators)))
