"""Holds the published JSON Schemas and the Structs that are written out together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from shared.model.batch.report import BatchReport, ReportItem
from shared.model.insights.document import RecordingInsights
from shared.model.insights.insight import BUILT_IN
from shared.model.insights.problems import INSIGHT_PROBLEMS
from shared.model.profile.options import Options
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import (
    Alternative,
    Cost,
    Job,
    Provider,
    Source,
    Transcript,
    Word,
)

DOCS = Path(__file__).parents[2] / "docs"

Schema = dict[str, Any]


def published(name: str) -> Schema:
    schema: Schema = json.loads((DOCS / name).read_text("utf-8"))
    return schema


def generated(*types: type) -> dict[str, Schema]:
    """The schemas of the Structs by name; `object` may hold anything."""
    _, structs = msgspec.json.schema_components(
        types, schema_hook=lambda kind: {"$comment": "anything"}, ref_template="#/$defs/{name}"
    )
    return structs


def kinds(field: Schema) -> set[str]:
    """What a field may hold: JSON types and the names of other definitions."""
    if "$ref" in field:
        return {field["$ref"]}
    if "anyOf" in field:
        return set().union(*map(kinds, field["anyOf"]))
    if "const" in field or "enum" in field:
        return {"string"}
    found = field.get("type", "anything")
    return set(found) if isinstance(found, list) else {found}


def assert_same_fields(documented: Schema, struct: Schema, added: set[str] = frozenset()) -> None:
    """`added` fields are in the document only. Readers tell versions by `schema`, so it is
    required although the Struct has a default for it."""
    fields, expected = documented["properties"], struct["properties"]
    assert set(fields) == set(expected) | added
    always = {"schema"} & set(expected)
    assert set(documented["required"]) == set(struct.get("required", [])) | always | added
    for name, field in expected.items():
        assert kinds(fields[name]) == kinds(field), name
        assert fields[name]["description"], name


def test_the_transcript_schema_has_the_fields_of_the_structs() -> None:
    schema, structs = published("transcript-1.schema.json"), generated(Transcript)
    assert_same_fields(schema, structs.pop("Transcript"))
    assert set(schema["$defs"]) == set(structs)
    for name, struct in structs.items():
        assert_same_fields(schema["$defs"][name], struct)


def test_the_report_schema_has_the_fields_of_the_structs() -> None:
    schema, structs = published("report-1.schema.json"), generated(BatchReport, ReportItem)
    assert_same_fields(schema, structs.pop("BatchReport"), added={"recordings"})
    assert set(schema["$defs"]) == set(structs)
    for name, struct in structs.items():
        assert_same_fields(schema["$defs"][name], struct)


def test_the_schema_of_insights_has_the_fields_of_the_structs() -> None:
    schema, structs = published("insights-1.schema.json"), generated(RecordingInsights)
    assert_same_fields(schema, structs.pop("RecordingInsights"))
    assert set(schema["$defs"]) == set(structs)
    for name, struct in structs.items():
        assert_same_fields(schema["$defs"][name], struct)


def test_the_example_of_insights_is_one() -> None:
    text = (DOCS / "insights.md").read_text("utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    Draft202012Validator(published("insights-1.schema.json")).validate(json.loads(example))
    found = msgspec.json.decode(example, type=RecordingInsights)
    assert {one.code for one in found.not_made} <= set(INSIGHT_PROBLEMS)


def test_every_reason_for_which_an_insight_is_not_made_is_explained() -> None:
    text = (DOCS / "insights.md").read_text("utf-8")
    assert all(f"`{code}`" in text for code in INSIGHT_PROBLEMS)
    assert all(f"`{name}`" in text for name in BUILT_IN)


@pytest.mark.parametrize(
    "name", ["transcript-1.schema.json", "report-1.schema.json", "insights-1.schema.json"]
)
def test_the_schemas_are_schemas(name: str) -> None:
    schema = published(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:dropscribe:")


def a_transcript(*utterances: RecognisedUtterance, **options: Any) -> Any:
    transcript = build_transcript(
        Recognition(source="x", duration_ms=9_000, utterances=utterances),
        job=Job(
            id="j", batch_id="b", recording_id="r", attempt=1, profile="p", metadata={"k": "v"}
        ),
        source=Source(uri="https://s/c/n", container="c", name="n", etag="1", bytes=5, channels=2),
        provider=Provider(
            name="azure-speech",
            endpoint="main",
            api_version="2025-10-15",
            transcription_id="t",
            options={"locale": "en-US", "channels": [0, 1]},
            cost=Cost(amount=0.1, currency="EUR"),
        ),
        options=Options(**options),
        roles={0: "Agent", 1: "Customer"},
        review_below=0.5,
    )
    return json.loads(msgspec.json.encode(transcript))


EVERYTHING = RecognisedUtterance(
    start_ms=0,
    end_ms=900,
    channel=1,
    speaker="1",
    language="en-US",
    confidence=0.4,
    text="Hello.",
    text_itn="hello",
    text_lexical="hello",
    words=(Word("Hello.", 0, 900, 0.4),),
    alternatives=(Alternative("Hallo.", 0.2),),
)
BARE = RecognisedUtterance(start_ms=900, end_ms=1200, text="Yes.")


@pytest.mark.parametrize("utterances", [(), (BARE,), (EVERYTHING, BARE)])
def test_transcripts_are_valid(utterances: tuple[RecognisedUtterance, ...]) -> None:
    validator = Draft202012Validator(published("transcript-1.schema.json"))
    validator.validate(a_transcript(*utterances))
    validator.validate(a_transcript(*utterances, candidate_locales=("en-US", "de-DE")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("schema", "transcript/2"), ("confidence", 1.2), ("utterances", [{"id": 0}]), ("text", None)],
)
def test_what_is_not_a_transcript_is_refused(field: str, value: object) -> None:
    document = {**a_transcript(EVERYTHING), field: value}
    with pytest.raises(ValidationError):
        Draft202012Validator(published("transcript-1.schema.json")).validate(document)


def test_the_example_in_the_docs_is_a_transcript() -> None:
    text = (DOCS / "transcript.md").read_text("utf-8").split("```json\n")[1].split("```")[0]
    example = json.loads(text)
    Draft202012Validator(published("transcript-1.schema.json")).validate(example)
    assert set(example) == set(Transcript.__struct_fields__)
    assert msgspec.convert(example, Transcript).utterances[0].words[0].text == "How"
