"""docs/manifest.md and shared/api/describe/manifest.schema.json are held against the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.errors import ManifestRefused
from shared.model.failure_texts import OPTION_LOCKED, PROFILE_NOT_OFFERED
from shared.model.manifest import checks as manifest_checks
from shared.model.manifest import entry as manifest_entry
from shared.model.manifest import manifest
from shared.model.manifest.checks import ITEM_KEYS
from shared.model.manifest.entry import HEAD_KEYS, OPTION_KEYS
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.refusal import SCHEMA, ManifestReport
from shared.model.profile import keys as profile_keys
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import LIMITS
from tests.unit.test_manifest_files import JSON

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "manifest.md").read_text(encoding="utf-8")
SCHEMA_FILE = json.loads(
    (DOCS.parent / "shared" / "api" / "describe" / "manifest.schema.json").read_text(
        encoding="utf-8"
    )
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA_FILE)
KNOWN = Known(
    (Profile(), Profile(name="calls", prefixes=("calls",))),
    {"azure-speech": LIMITS},
    ("uploads", "audio"),
)
SOURCES = "\n".join(
    Path(str(module.__file__)).read_text(encoding="utf-8")
    for module in (manifest, manifest_checks, manifest_entry)
) + (Path(str(manifest.__file__)).parent / "files.py").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return [body for kind, body in found if kind == language]


def is_read(document: object) -> bool:
    try:
        read_manifest(json.dumps(document).encode(), "json", KNOWN)
    except ManifestRefused:
        return False
    return True


def test_the_schema_knows_the_fields_that_the_code_knows() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA_FILE)
    assert set(SCHEMA_FILE["properties"]) == {*HEAD_KEYS, *OPTION_KEYS, "recordings"}
    recording = SCHEMA_FILE["$defs"]["recording"]["properties"]
    assert set(recording) == {*ITEM_KEYS, *OPTION_KEYS}
    assert set(SCHEMA_FILE["$defs"]["options"]) == OPTION_KEYS
    for name, option in SCHEMA_FILE["$defs"]["options"].items():
        expected = profile_keys.RECORDING_KEYS[name].expects
        assert option["description"].lower() == expected.lower(), name
        assert ({"const": "none"} in option.get("anyOf", [])) == profile_keys.RECORDING_KEYS[
            name
        ].is_nullable, name


EXAMPLES: list[dict[str, Any]] = [
    json.loads(JSON),
    {"recordings": [{"container": "audio"}]},
    {"recordings": [{"blob": "a", "speakers": "auto", "review_below": "none", "formats": []}]},
    {"recordings": [{"blob": "a", "roles": {"0": "Agent"}, "model": None, "key_terms": ["x"]}]},
    {"recordings": []},
    {},
    {"recordings": [{}]},
    {"recordings": [{"blob": "a", "prefix": "b"}]},
    {"recordings": [{"container": "audio", "url": "https://x.example/a"}]},
    {"recordings": [{"url": "http://x.example/a"}]},
    {"recordings": [{"blob": "a", "speakers": 0}]},
    {"recordings": [{"blob": "a", "speakers": {"min": 1}}]},
    {"recordings": [{"blob": "a", "speakers": {"max": 3, "auto": True}}]},
    {"recordings": [{"blob": "a", "max_speakers": 3}]},
    {"recordings": [{"blob": "a", "metadata": {"a": 1}}]},
    {"recordings": [{"blob": "a", "metadata": {str(i): "" for i in range(51)}}]},
    {"recordings": [{"blob": "a", "title": ""}]},
    {"recordings": [{"blob": "a", "locale": "german "}]},
    {"recordings": [{"blob": "a", "channels": [64]}]},
    {"recordings": [{"blob": "a", "channels": "0,1"}]},
    {"recordings": [{"blob": "a"}], "mode": "fast"},
    {"recordings": [{"blob": "a"}], "colour": "red"},
    {"recordings": [{"blob": "a" * 1_025}]},
]


@pytest.mark.parametrize("document", EXAMPLES, ids=lambda document: json.dumps(document)[:60])
def test_what_the_schema_says_of_a_manifest_the_code_says_too(document: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(document) == is_read(document)


def test_the_example_is_taken_and_the_other_forms_too() -> None:
    example = json.loads(blocks("json")[0])
    VALIDATOR.validate(example)
    assert is_read(example)
    jsonl, table = blocks("")
    assert len(read_manifest(jsonl.encode(), "jsonl", KNOWN).items) == 2
    assert len(read_manifest(table.encode(), "csv", KNOWN).items) == 3


def test_the_example_of_a_refusal_is_one() -> None:
    told = json.loads(blocks("json")[1])
    assert told["schema"] == SCHEMA
    assert set(told) == set(ManifestReport.__struct_fields__)


def test_every_code_of_a_fault_is_explained_and_none_is_invented() -> None:
    table = TEXT.split("| code | means |", 1)[1].split("\n\n", 1)[0]
    cells = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    documented = set(re.findall(r"`([a-z_]+)`", cells)) - {"not_registered"}
    raised = set(re.findall(r'\b(?:fault|add)\(\s*"([a-z_]+)"', SOURCES))
    raised |= set(re.findall(r'"((?:no|several)_source[s]?)"', SOURCES))
    raised |= set(re.findall(r'"(unknown_[a-z]+|not_supported|contradiction)"', SOURCES))
    of_profiles = {OPTION_LOCKED.code, PROFILE_NOT_OFFERED.code}  # where one cannot be had
    assert documented == raised | {"unknown_kind"} | of_profiles


def test_every_field_and_limit_is_described() -> None:
    for key in {*HEAD_KEYS, *ITEM_KEYS}:
        assert f"`{key}`" in TEXT, key
    for number in (manifest.MOST_ITEMS, manifest_entry.MOST_METADATA, manifest_entry.MOST_VALUE):
        assert f"{number:,}" in TEXT
    assert f"{manifest.MOST_BYTES // 1_000_000} MB" in TEXT
