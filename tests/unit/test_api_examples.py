"""Every operation has an example, and it is what really goes in and comes out."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.api.describe.examples import EXAMPLES
from shared.api.describe.openapi import document
from shared.api.describe.openapi_3_0 import document_3_0
from shared.api.operations.all import OPERATIONS
from tests.clients.rules import operations
from tests.examples import BASE, recorded

NEW = json.loads(json.dumps(document(OPERATIONS, BASE)))
PLACES = dict(operations(NEW))


def test_the_examples_are_what_a_run_sends_and_receives() -> None:
    """Where they are meant to change: `python -m tests.examples`, then `python -m connector`."""
    assert msgspec.to_builtins(recorded()) == msgspec.to_builtins(EXAMPLES)
    assert list(EXAMPLES) == [operation.name for operation in OPERATIONS]


@pytest.mark.parametrize("place", PLACES)
def test_an_operation_shows_what_is_sent_and_what_comes_back(place: str) -> None:
    there = PLACES[place]
    for parameter in there.get("parameters", ()):
        if parameter["in"] == "path":
            validate(parameter["example"], parameter["schema"])
    sent = there.get("requestBody", {}).get("content", {}).get("application/json")
    if sent is not None:
        validate(sent["example"], sent["schema"])
    [good, *_] = [a for status, a in there["responses"].items() if status.startswith("2")]
    shown = [media for media in good.get("content", {}).values() if "example" in media]
    assert len(shown) == ("content" in good)
    for media in shown:
        validate(media["example"], media["schema"])


def test_generators_find_what_is_sent_beside_its_schema() -> None:
    described = document_3_0(OPERATIONS, BASE)
    for _, operation in operations(described):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            name = media["schema"]["$ref"].rpartition("/")[2]
            assert described["components"]["schemas"][name]["example"]


def validate(example: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": NEW["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)
