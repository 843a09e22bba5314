"""Insights on the whole stack: made by the emulator of a chat endpoint, of what is left after
redaction, and never in the way of a transcript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from local.emulators.azure_language.server import running as running_language
from local.emulators.azure_language.settings import Settings as LanguageSettings
from local.emulators.chat.server import running
from local.emulators.chat.settings import Settings
from local.stack.stack import Stack
from shared.model.recording.recording import Recording
from tests.stack import Site, quick_stack, site_on, states, until

PROFILES = """
[default]
insights = ["summary", "chapters", "outcome", "polite"]

[profile.felt]
prefixes = []
insights = ["sentiment", "key_phrases", "entities", "outcome"]

[profile.abroad]
prefixes = ["abroad"]
insights = []
translations = ["de", "en", "fr"]

[insight.polite]
ask = "Was everybody polite?"
answer = "yes_no"
"""
KEY = "a key of the prompter"
TONES = ("positive", "neutral", "negative", "mixed")


@pytest.fixture(scope="module")
def prompter() -> Iterator[str]:
    with running(Settings(key=KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def language() -> Iterator[str]:
    with running_language(LanguageSettings(key=KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, prompter: str, language: str
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("prompter")
    profiles = folder / "profiles.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    with quick_stack(
        folder / "logs",
        PROFILES_FILE=str(profiles),
        CHAT_ENDPOINT=f"{prompter}/v1",
        CHAT_KEY=KEY,
        CHAT_MODEL="small",
        LANGUAGE_ENDPOINT=language,
        LANGUAGE_KEY=KEY,
        ENDPOINT_PAUSE_SECONDS="1",
    ) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def order(prompter: str, kind: str, **options: Any) -> None:
    asked = {"kind": kind, **options}
    assert httpx.post(f"{prompter}/_emulator/faults", json=asked).status_code == 201


def calls(prompter: str) -> dict[str, int]:
    """By status, since the last time."""
    found = httpx.get(f"{prompter}/_emulator/ledger").json()["calls"].get("complete", {})
    httpx.delete(f"{prompter}/_emulator/ledger")
    httpx.delete(f"{prompter}/_emulator/faults")
    return dict(found)


def told(site: Site, name: str) -> Any:
    return msgspec.json.decode(site.text("transcripts", f"{name}.insights.json"))


def test_all_insights_of_a_recording_are_made_in_one_call(site: Site, prompter: str) -> None:
    calls(prompter)
    names = ["a.wav", "b.wav", "c.wav"]
    rows = site.transcribe(*names)
    assert states(rows) == dict.fromkeys(names, "transcribed")
    for name in names:
        found = told(site, name)
        assert set(found["answers"]) == {"summary", "chapters", "outcome", "polite"}
        assert not found["not_made"] and found["by"]["model"] == "small"
        assert found["answers"]["chapters"][0]["start_ms"] >= 0
        words = set(site.transcript(name)["text"].casefold().split())
        assert words & set(found["answers"]["summary"].casefold().split())
    assert calls(prompter) == {"200": 3}, "at most one call for a recording"


@pytest.mark.slow
def test_what_a_service_for_language_finds_is_not_asked_of_the_model(
    site: Site, prompter: str, language: str
) -> None:
    calls(prompter)
    httpx.delete(f"{language}/_emulator/ledger")
    trouble = {"kind": "throttle", "retryAfter": 1, "times": 2}
    assert httpx.post(f"{language}/_emulator/faults", json=trouble).status_code == 201
    names = [f"{name}.wav" for name in "abcdef"]
    rows = site.end(site.drop(*names, dropscribe_profile="felt"))
    assert states(rows) == dict.fromkeys(names, "transcribed")
    for name in names:
        found = told(site, name)
        assert not found["not_made"]
        services = dict.fromkeys(("sentiment", "key_phrases", "entities"), "azure-language")
        assert found["sources"] == {**services, "outcome": "chat"}
        assert sum(found["answers"]["sentiment"]["speakers"][0][tone] for tone in TONES) > 0.99
        said = site.transcript(name)["text"].casefold()
        assert all(one["phrase"].casefold() in said for one in found["answers"]["key_phrases"])
        assert found["usage"]["records"] == 3
    assert calls(prompter)["200"] == len(names), "what was known already was not asked again"
    ledger = httpx.get(f"{language}/_emulator/ledger").json()
    assert all(count <= len(names) for count in ledger["analyses"].values())
    assert not ledger["unknown"]


@pytest.mark.slow
def test_a_server_in_trouble_is_waited_for_and_the_transcripts_are_there(
    site: Site, prompter: str
) -> None:
    calls(prompter)
    order(prompter, "throttle", times=1)
    order(prompter, "refuse", times=2)
    order(prompter, "leak_in_error", status=500, times=1)
    rows = site.transcribe("a.wav")
    assert states(rows) == {"a.wav": "transcribed"} and rows["a.wav"].attempt == 1
    assert not told(site, "a.wav")["not_made"]
    assert calls(prompter)["200"] == 1


def test_what_cannot_be_used_is_noted_and_the_transcript_is_there(
    site: Site, prompter: str
) -> None:
    calls(prompter)
    order(prompter, "not_json", times=None)
    rows = site.transcribe("a.wav")
    assert states(rows) == {"a.wav": "transcribed"}
    assert {one["code"] for one in told(site, "a.wav")["not_made"]} == {"unusable"}
    assert calls(prompter) == {"200": 2}


def test_what_a_model_leaks_or_is_told_to_say_is_held_to_its_form(
    site: Site, prompter: str
) -> None:
    calls(prompter)
    order(prompter, "leak", text="<b>See</b> https://evil.example/")
    site.transcribe("a.wav")
    found = told(site, "a.wav")
    assert {one["insight"] for one in found["not_made"]} == {"outcome"}
    assert found["answers"]["summary"] == "<b>See</b> [link]", "text, and never more than that"
    assert "evil" not in str(found)


def translated(site: Site, row: Recording) -> dict[str, str]:
    """What became of each language, once all are done."""
    address = f"/batches/{row.batch_id}/items/{row.id}"
    headers = {"x-functions-key": site.stack.api_key}
    with httpx.Client(base_url=f"{site.stack.app_url}/api", headers=headers) as api:

        def done() -> dict[str, str]:
            told = api.get(address).json()["translations"]
            found = {one["language"]: one["state"] for one in told}
            return {} if "asked" in found.values() else found

        return until(done)


def test_transcripts_and_captions_are_translated_with_their_times(
    stack: Stack, prompter: str
) -> None:
    calls(prompter)
    with site_on(stack, folder="abroad") as site:
        rows = site.transcribe("a.wav")
        assert translated(site, rows["a.wav"]) == {"de": "made", "en": "not_made", "fr": "made"}
        said = site.transcript("a.wav")["utterances"]
        for language in ("de", "fr"):
            found = site.transcript(f"a.wav.{language}")["utterances"]
            assert [one["start_ms"] for one in found] == [one["start_ms"] for one in said]
            assert all(one["text"].startswith(f"[{language}] ") for one in found)
            assert f"[{language}] " in site.text("transcripts", f"a.wav.{language}.vtt")
        assert calls(prompter) == {"200": 2}, "one call for each language"
        order(prompter, "not_json", times=None)
        rows = site.transcribe("b.wav")
        assert states(rows) == {"b.wav": "transcribed"}
        assert set(translated(site, rows["b.wav"]).values()) == {"not_made"}
        calls(prompter)
