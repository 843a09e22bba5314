"""What is called otherwise elsewhere is what a manifest takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dropscribe import DropscribeError
from dropscribe.spellings import LISTS, SPELLINGS, ours

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "command-line.md"
KNOWN = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["components"]["schemas"]

CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"displayName": "T", "wordLevelTimestampsEnabled": True}, {"title": "T", "word_times": True}),
    ({"punctuationMode": "DictatedAndAutomatic"}, {"punctuation": "dictated_and_automatic"}),
    ({"profanityFilterMode": "Masked"}, {"profanity": "masked"}),
    ({"diarizationEnabled": True}, {"speakers": "auto"}),
    ({"diarizationEnabled": False}, {}),
    ({"maxSpeakers": 4}, {"speakers": {"max": 4}}),
    ({"model": {"self": "https://m.example/1"}}, {"model": "https://m.example/1"}),
    ({"language_code": "en_us"}, {"locale": "en-US"}),
    ({"language_code": "de"}, {"locale": "de"}),
    ({"speakers_expected": "3"}, {"speakers": 3}),
    ({"custom_spelling": [{"from": ["a", "b"], "to": "c"}]}, {"spelling": {"a": "c", "b": "c"}}),
    ({"redact_pii_sub": "entity_name"}, {"redact_with": "kind"}),
    ({"formats": "srt, txt", "channels": "0,1"}, {"formats": ["srt", "txt"], "channels": [0, 1]}),
    ({"candidateLocales": "de-DE,en-GB"}, {"candidate_locales": ["de-DE", "en-GB"]}),
    ({"key_terms": ["a, b"], "models": "one"}, {"key_terms": ["a, b"], "models": ["one"]}),
    ({"hebrew_word_format": ["en"]}, {"hebrew_words": "latin"}),
    ({"processing_mode": "express"}, {"mode": "express"}),
    ({"locale": "de-DE", "unheard_of": 1}, {"locale": "de-DE", "unheard_of": 1}),
]


@pytest.mark.parametrize(("given", "told"), CASES)
def test_what_others_call_it_is_what_we_call_it(given: Any, told: Any) -> None:
    assert ours(given) == told


def test_every_name_of_ours_is_a_key_of_a_manifest() -> None:
    assert {one.here for one in SPELLINGS} <= KNOWN["Manifest"]["properties"].keys()


def test_every_key_of_a_manifest_that_is_a_list_can_be_written_with_commas() -> None:
    properties = KNOWN["Manifest"]["properties"]
    lists = {name for name, schema in properties.items() if schema.get("type") == "array"}
    assert lists - {"recordings"} == LISTS


@pytest.mark.parametrize("name", ["contentUrls", "redact_pii", "webhook_url"])
def test_what_is_said_otherwise_here_says_how(name: str) -> None:
    with pytest.raises(DropscribeError, match=name):
        ours({name: True})


def test_the_table_of_the_docs_is_this_one() -> None:
    text = PAGE.read_text("utf-8")
    for one in SPELLINGS:
        row = f"| {one.provider} | `{one.there}` | `{one.here}` | {one.note} |"
        assert row.replace("|  |", "| |") in text
