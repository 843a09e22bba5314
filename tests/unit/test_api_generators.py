"""Both descriptions are such that generators make whole clients of them; the generators themselves
are run by tests/integration/test_generated_clients.py."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from shared.api.describe.openapi import document
from shared.api.describe.openapi_3_0 import document_3_0
from shared.api.operations.all import OPERATIONS
from tests.clients.answers import answers
from tests.clients.rules import broken, operations

BASE = "https://app.example/api"
NEW = json.loads(json.dumps(document(OPERATIONS, BASE)))
OLD = json.loads(json.dumps(document_3_0(OPERATIONS, BASE)))
both = pytest.mark.parametrize("described", [NEW, OLD], ids=["3.1", "3.0"])


@pytest.mark.long
@both
def test_a_description_is_valid_and_breaks_no_rule_of_generators(described: Any) -> None:
    validate(described)
    assert broken(described) == []


def item(described: Any) -> Any:
    return described["components"]["schemas"]["Item"]["properties"]


def nameless_enum(described: Any) -> None:
    item(described)["state"] = {"type": "string", "enum": ["waiting", "failed"]}


def enum_in_a_query(described: Any) -> None:
    [state] = [
        p for p in described["paths"]["/batches"]["get"]["parameters"] if p["name"] == "status"
    ]
    state["schema"] = {"enum": ["running", "completed"]}


def union(described: Any) -> None:
    item(described)["cost"] = {"oneOf": [{"type": "string"}, {"type": "boolean"}]}


def array_of_a_bare_one_of(described: Any) -> None:
    item(described)["notes"]["items"] = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}


def underscore(described: Any) -> None:
    described["paths"]["/batches"]["post"]["operationId"] = "create_batch"


def two_of_a_title(described: Any) -> None:
    described["components"]["schemas"]["ReportSpan"]["title"] = "Span"
    described["components"]["schemas"]["InsightsSpan"]["title"] = "Span"


def dotted(described: Any) -> None:
    schemas = described["components"]["schemas"]
    schemas["Manifest.recording"] = {**schemas["ManifestRecording"], "title": "Manifest.recording"}


def small_numbers(described: Any) -> None:
    del item(described)["bytes"]["format"]


def default_in_an_answer(described: Any) -> None:
    item(described)["title"]["default"] = ""


def required_without_a_property(described: Any) -> None:
    described["components"]["schemas"]["Item"]["required"].append("colour")


def null_by_a_type(described: Any) -> None:
    item(described)["title"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def beside_a_reference(described: Any) -> None:
    item(described)["links"] = {"$ref": "#/components/schemas/Links", "description": "Where to go"}


def constant(described: Any) -> None:
    item(described)["title"] = {"const": "auto"}


def several_answers(described: Any) -> None:
    path = "/batches/{batch_id}/items/{recording_id}/transcript"
    answer = described["paths"][path]["get"]["responses"]["200"]
    answer["content"]["text/vtt"] = {"schema": {"type": "string"}}


def titled_field(described: Any) -> None:
    item(described)["title"]["title"] = "Title"


IN_BOTH = [nameless_enum, enum_in_a_query, union, array_of_a_bare_one_of, underscore]
IN_BOTH += [
    two_of_a_title,
    dotted,
    small_numbers,
    default_in_an_answer,
    required_without_a_property,
]
OF_3_0 = [null_by_a_type, beside_a_reference, constant, several_answers, titled_field]


@pytest.mark.long
@pytest.mark.parametrize("spoil", [*IN_BOTH, *OF_3_0], ids=lambda spoil: spoil.__name__)
def test_every_rule_can_be_broken(spoil: Callable[[Any], None]) -> None:
    for described in (NEW, OLD) if spoil in IN_BOTH else (OLD,):
        spoiled = copy.deepcopy(described)
        spoil(spoiled)
        assert broken(spoiled)


def test_both_say_the_same_of_every_operation() -> None:
    new, old = dict(operations(NEW)), dict(operations(OLD))
    assert list(new) == list(old)
    for place, there in new.items():
        here = old[place]
        assert (here["operationId"], here["summary"]) == (there["operationId"], there["summary"])
        assert here["responses"].keys() == there["responses"].keys()
        names = {p["name"] for p in there.get("parameters", ())}
        left_out = names - {p["name"] for p in here.get("parameters", ())}
        assert left_out == ({"format"} if place.endswith(("/transcript", "/report")) else set())
    assert NEW["components"]["schemas"].keys() == OLD["components"]["schemas"].keys()


def test_what_both_take_for_an_answer_is_the_same() -> None:
    for name, each in answers(OLD).items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": NEW["components"]}
        for answer in each:
            jsonschema.Draft202012Validator(schema).validate(answer)
