"""The connector: in step with the API, and as Power Platform's rules for connectors want it."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from openapi_spec_validator import validate

from connector.__main__ import DESCRIPTIONS, DOCS
from connector.entra import write_for_tokens
from connector.icon import draw
from connector.surface import ACTIONS, TRIGGERS
from connector.swagger import FOLDER, definition, written
from shared.api.describe.manifests import MANIFEST
from shared.api.describe.openapi import document
from shared.api.operations import triggers
from shared.api.operations.all import OPERATIONS
from shared.model.profile.profile import Profile
from tests.fakes.api import Api
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import World, a_second_of_silence

ROOT = FOLDER.parent
HOOK = "https://hooks.example/"
D = definition()
FOUND = [
    (path, method, operation)
    for path, methods in D["paths"].items()
    for method, operation in methods.items()
    if not method.startswith("x-")
]
IDS = [operation["operationId"] for _, _, operation in FOUND]
every_operation = pytest.mark.parametrize(("path", "method", "operation"), FOUND, ids=IDS)


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, there in schema.get("properties", {}).items():
        yield name, there
        yield from properties(there)
    for inside in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inside, dict):
            yield from properties(inside)


def test_the_files_are_what_is_made_from_the_api() -> None:
    told = "run: python -m connector"
    there = (FOLDER / "apiDefinition.swagger.json").read_text(encoding="utf-8")
    assert there == written(), told
    assert _pixels((FOLDER / "icon.png").read_bytes()) == _pixels(draw()), told


def _pixels(png: bytes) -> bytes:
    """Not every zlib packs them alike."""
    length, kind = struct.unpack(">I4s", png[33:41])
    assert kind == b"IDAT"
    return zlib.decompress(png[41 : 41 + length])


@pytest.mark.long
def test_both_descriptions_are_valid() -> None:
    validate(D)
    validate(json.loads(json.dumps(document(OPERATIONS, "https://app.example/api"))))


def test_every_action_is_an_operation_of_the_api_with_its_parameters() -> None:
    described = document(OPERATIONS, "https://app.example/api")["paths"]
    by_name = {operation.name: operation for operation in OPERATIONS}
    assert set(ACTIONS) <= set(by_name)
    for name in ACTIONS:
        operation = by_name[name]
        method = operation.method.lower()
        here = D["paths"][f"/api/{operation.path}"][method]
        there = described[f"/{operation.path}"][method]
        known = {(p["name"], p["in"]) for p in there.get("parameters", ())}
        mine = {(p["name"], p["in"]) for p in here["parameters"] if p["in"] != "body"}
        assert mine == known - {("Prefer", "header")}
        assert ("requestBody" in there) == any(p["in"] == "body" for p in here["parameters"])
    assert {f"/api/triggers/{name}" for name in triggers.TRIGGERS} <= set(D["paths"])
    assert set(TRIGGERS) == set(triggers.TRIGGERS)


FILLED_IN: dict[str, Any] = {
    "title": "March",
    "profile": "default",
    "locale": "en-US",
    "recordings": [{"blob": "a.wav"}],
    "provider": "azure-speech",
    "providers": ["azure-speech"],
    "deadline": "2027-03-01T12:00:00Z",
    "budget": 12.5,
    "mode": "express",
    "container": "uploads",
    "callback_url": "https://hooks.example/",
    "metadata": {"case": "4711"},
    "speakers": 2,
    "accept_truncated": True,
    "reuse": True,
    "priority": "urgent",
    "prepare": "always",
    "send": "22:00-06:00",
    "candidate_locales": ["en-US", "de-DE"],
    "caption_speakers": "dashes",
    "channels": [0, 1],
    "chapters": True,
    "display_word_times": False,
    "entities": True,
    "formats": ["srt", "txt"],
    "formatting": False,
    "hebrew_words": "latin",
    "highlights": True,
    "key_terms": ["Dropscribe"],
    "language_mode": "single",
    "min_language_confidence": 0.5,
    "model": "https://models.example/1",
    "model_by_locale": {"en-US": "https://models.example/1"},
    "models": ["best"],
    "profanity": "removed",
    "prompt": "A call",
    "punctuation": "automatic",
    "redact": ["person_name"],
    "redact_audio": "mute",
    "redact_unsupported": "net",
    "redact_with": "kind",
    "review_below": 0.5,
    "roles": {"0": "Agent"},
    "sentiments": True,
    "spelling": {"drop scribe": "Dropscribe"},
    "time_to_live_hours": 12,
    "translate_to": "de-DE",
    "word_times": False,
}
OF_RECORDING = {
    "container": "uploads",
    "blob": "a.wav",
    "prefix": "2027/",
    "url": "https://audio.example/a.wav",
    "client_item_id": "A",
    **{
        name: FILLED_IN[name]
        for name in "title speakers locale channels callback_url metadata".split()
    },
}


def form() -> dict[str, Any]:
    [body] = [p for p in D["paths"]["/api/batches"]["post"]["parameters"] if p["in"] == "body"]
    return dict(body["schema"])


def test_the_form_of_a_batch_has_every_field_of_a_manifest() -> None:
    assert set(form()["properties"]) == set(MANIFEST["properties"]) == set(FILLED_IN)
    assert set(form()["properties"]["recordings"]["items"]["properties"]) == set(OF_RECORDING)


@pytest.mark.long
@pytest.mark.parametrize("name", FILLED_IN)
def test_what_is_filled_into_a_form_is_taken_as_it_is(name: str) -> None:
    sent = {"recordings": [{"blob": "a.wav", "container": "uploads"}], name: FILLED_IN[name]}
    jsonschema.validate(sent, form())
    assert not _faults_of_writing(sent)


@pytest.mark.parametrize("name", OF_RECORDING)
def test_what_is_filled_in_for_a_recording_is_taken_as_it_is(name: str) -> None:
    source = {} if name in ("prefix", "url") else {"blob": "a.wav"}
    where = {} if name == "url" else {"container": "uploads"}
    sent = {"recordings": [{**source, **where, name: OF_RECORDING[name]}]}
    jsonschema.validate(sent, form())
    assert not _faults_of_writing(sent)


def _faults_of_writing(sent: dict[str, Any]) -> list[tuple[str, str]]:
    """Whether a deployment has the provider, the model or the audio is another question."""
    world = World()
    got = Api(lambda: world.app)("create_batch", json_=sent)
    faults = [(fault["at"], fault["code"]) for fault in got.json.get("faults", ())]
    return [fault for fault in faults if fault[1] in ("unknown_field", "wrong_type", "bad_value")]


def test_the_document_says_what_a_connector_has_to_say() -> None:
    info = D["info"]
    assert len(info["title"]) <= 30
    assert info["title"][-1].isalnum()
    assert not re.search("api|connector", info["title"], re.IGNORECASE)
    assert 30 <= len(info["description"]) <= 500
    assert set(info["contact"]) == {"name", "url", "email"}
    assert (D["swagger"], D["schemes"], D["basePath"]) == ("2.0", ["https"], "/")
    assert D["consumes"] == D["produces"] == ["application/json"]
    assert D["securityDefinitions"].keys() == {"api_key"}
    assert D["security"] == [{"api_key": []}]
    told = {entry["propertyName"]: entry["propertyValue"] for entry in D["x-ms-connector-metadata"]}
    assert told.keys() == {"Website", "Privacy policy", "Categories"}
    assert len(told["Categories"].split(";")) <= 2
    assert len(written().encode()) < 1_000_000
    assert len(IDS) == len(set(IDS))


@every_operation
def test_an_operation_is_named_and_described(path: str, method: str, operation: Any) -> None:
    assert re.fullmatch(r"([A-Z][a-z0-9]*)+", operation["operationId"])
    summary = operation["summary"]
    assert len(summary) <= 80
    assert re.fullmatch(r"[A-Z][^/]*[\w)]", summary)
    assert operation["description"].endswith(".")
    assert operation["description"].rstrip(".") != summary


@every_operation
def test_an_operation_has_one_good_answer_and_its_refusals(
    path: str, method: str, operation: Any
) -> None:
    answers = operation["responses"]
    good = [status for status in answers if status.startswith("2")]
    assert len(good) == 1
    assert [s for s in answers if s.startswith("4")]
    assert all("schema" not in a for s, a in answers.items() if s not in good)
    assert all(a["description"].endswith(".") for a in answers.values())
    assert "default" in answers


@every_operation
def test_every_parameter_and_property_has_a_title_and_a_description(
    path: str, method: str, operation: Any
) -> None:
    bodies = [p for p in operation["parameters"] if p["in"] == "body"]
    assert all(p["x-ms-summary"][0].isupper() and p["description"] for p in bodies)
    shown = [(p["name"], p) for p in operation["parameters"] if p["in"] != "body"]
    schemas = [p["schema"] for p in bodies]
    schemas += [a["schema"] for a in operation["responses"].values() if "schema" in a]
    notified = D["paths"][path].get("x-ms-notification-content")
    schemas += [notified["schema"]] if notified else []
    for name, there in [*shown, *(found for s in schemas for found in properties(s))]:
        title = there["x-ms-summary"]
        assert all(word[0].isupper() or not word[0].isalpha() for word in title.split()), name
        assert there["description"].endswith("."), name
        assert not {"$ref", "anyOf", "const", "title"} & there.keys(), name
        assert there.get("type") or name == "Anything", name


@every_operation
def test_parameters_are_as_designers_need_them(path: str, method: str, operation: Any) -> None:
    for there in operation["parameters"]:
        if there["in"] == "path":
            assert there["required"]
            assert there["x-ms-url-encoding"] == "single"
            assert f"{{{there['name']}}}" in path
        else:
            assert "x-ms-url-encoding" not in there
        if there.get("x-ms-visibility") == "internal":
            assert "default" not in there or there["required"]
    if any(p["name"] == "after" for p in operation["parameters"]):
        assert operation["x-ms-pageable"] == {"nextLinkName": "nextLink"}
        [good] = [a for s, a in operation["responses"].items() if s.startswith("2")]
        assert "nextLink" in good["schema"]["properties"]


def test_values_to_choose_from_come_from_operations_that_list_them() -> None:
    by_id = {operation["operationId"]: operation for _, _, operation in FOUND}
    asked = re.findall(r'"x-ms-dynamic-values": (\{[^}]*\})', written())
    assert len(asked) >= 10
    for text in asked:
        told = json.loads(text)
        [answer] = [a for s, a in by_id[told["operationId"]]["responses"].items() if s == "200"]
        listed = answer["schema"]["properties"][told["value-collection"]]
        assert listed["type"] == "array"
        assert {told["value-path"], told["value-title"]} <= listed["items"]["properties"].keys()
    dynamic = by_id["GetTranscript"]["responses"]["200"]["schema"]["x-ms-dynamic-schema"]
    assert dynamic["operationId"] in by_id


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_trigger_subscribes_and_can_be_unsubscribed(trigger: str) -> None:
    there = D["paths"][f"/api/triggers/{trigger}"]
    operation = there["post"]
    assert operation["x-ms-trigger"] == "single"
    assert operation["summary"].startswith("When a ")
    assert operation["description"].startswith("This operation triggers when ")
    [body] = operation["parameters"]
    url = body["schema"]["properties"]["url"]
    assert body["required"]
    assert "url" in body["schema"]["required"]
    assert url["x-ms-notification-url"] is True
    assert (url["type"], url["x-ms-visibility"]) == ("string", "internal")
    assert "Location" in operation["responses"]["201"]["headers"]
    assert there["x-ms-notification-content"].keys() == {"description", "schema"}
    delete = D["paths"]["/api/subscriptions/{subscription_id}"]["delete"]
    assert delete["x-ms-visibility"] == "internal"


def strict(schema: Any) -> Any:
    """As a schema of today: null where that may come, and nothing that is not described."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(part) for key, part in schema.items()}
    if "properties" in found:
        found["additionalProperties"] = False
    return {"anyOf": [{"type": "null"}, found]} if schema.get("x-nullable") is True else found


@pytest.fixture(scope="module")
def done() -> tuple[Api, World, dict[str, str]]:
    """A batch that is over: one recording is transcribed, one failed."""
    world = World(profiles=(Profile(insights=("summary", "later")),), prompter=FakePrompter())
    api = Api(lambda: world.app)
    for trigger in TRIGGERS:
        api("create_trigger", {"trigger": trigger}, json_={"url": HOOK})
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    item = {"blob": "a.wav", "client_item_id": "A", "title": "T", "metadata": {"x": "y"}}
    sent = {"title": "All", "container": "uploads", "recordings": [item, {"blob": "gone.wav"}]}
    batch_id = api("create_batch", json_=sent).json["id"]
    world.run()
    [item] = api("list_items", {"batch_id": batch_id}, query={"client_item_id": "A"}).json["value"]
    return api, world, {"batch_id": batch_id, "recording_id": item["id"]}


ASKED = {"estimate_lengths": {"duration_ms": "60000"}}
SENT = {
    "create_upload": {"name": "a.wav"},
    "create_batch": {"recordings": [{"container": "uploads", "blob": "b.wav"}]},
}
NOT_JSON = {"get_transcript", "get_report", "delete_batch", "delete_subscription"}


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - NOT_JSON))
def test_an_answer_holds_what_a_designer_was_shown(
    done: tuple[Api, World, dict[str, str]], name: str
) -> None:
    api, _, ids = done
    [operation] = [op for op in OPERATIONS if op.name == name]
    path = {part: ids[part] for part in operation.path_names}
    got = api(name, path, query=ASKED.get(name), json_=SENT.get(name))
    there = D["paths"][f"/api/{operation.path}"][operation.method.lower()]
    schema = there["responses"][str(got.status)]["schema"]
    jsonschema.validate(got.json, strict(schema))


def test_a_transcript_holds_what_its_schema_says(done: tuple[Api, World, dict[str, str]]) -> None:
    api, _, ids = done
    there = D["paths"]["/api/batches/{batch_id}/items/{recording_id}/transcript"]["get"]
    told = there["responses"]["200"]["schema"]["x-ms-dynamic-schema"]
    assert told["parameters"] == {"format": {"parameter": "format"}}
    for kind, type_ in (("json", "object"), ("txt", "string")):
        answer = api("get_transcript_schema", query={"format": kind}).json[told["value-path"]]
        assert answer["type"] == type_
        got = api("get_transcript", ids, query={"format": kind})
        assert got.media_type.partition(";")[0] in there["produces"]
        jsonschema.validate(got.json or got.body.decode(), strict(answer))


def test_an_event_holds_what_a_trigger_shows(done: tuple[Api, World, dict[str, str]]) -> None:
    shown = {
        triggers.TRIGGERS[name]: D["paths"][f"/api/triggers/{name}"]["x-ms-notification-content"]
        for name in TRIGGERS
    }
    seen = set()
    for delivery in done[1].deliveries.rows.values():
        body = getattr(delivery, "body", None)
        if body is not None:
            seen.add(delivery.type)
            jsonschema.validate(json.loads(body), strict(shown[delivery.type]["schema"]))
    assert seen >= {"recording.transcribed", "recording.failed", "batch.completed"}


def test_a_connection_asks_for_the_host_and_the_key() -> None:
    told = json.loads((FOLDER / "apiProperties.json").read_text("utf-8"))["properties"]
    assert told["connectionParameters"].keys() == {"host", *D["securityDefinitions"]}
    assert told["connectionParameters"]["api_key"]["type"] == "securestring"
    assert told["iconBrandColor"] not in ("#007ee5", "#ffffff")
    assert told["capabilities"] == ["actions", "triggers"]
    policies = {p["templateId"]: p["parameters"] for p in told["policyTemplateInstances"]}
    assert policies.keys() == {"dynamichosturl", "updatenextlink"}
    assert "@connectionParameters('host')" in json.dumps(policies["dynamichosturl"])


def test_further_pages_are_asked_for_through_the_connection() -> None:
    """A link as the API gives it leads past the connection, and so comes without a key."""
    told = json.loads((FOLDER / "apiProperties.json").read_text("utf-8"))["properties"]
    [policy] = [
        p["parameters"]
        for p in told["policyTemplateInstances"]
        if p["templateId"] == "updatenextlink"
    ]
    assert policy["x-ms-apimTemplateParameter.nextLinkPropertyName"] == "nextLink"
    paged = {op["operationId"] for _, _, op in FOUND if "x-ms-pageable" in op}
    assert set(policy["x-ms-apimTemplate-operationName"]) == paged


def test_what_a_location_leads_to_is_an_operation_of_the_connector() -> None:
    """The connection passes on only what is described."""
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    api = Api(lambda: world.app)
    batch = {"recordings": [{"blob": "a.wav", "container": "uploads"}]}
    waiting = api("create_batch", json_=batch, query={"wait": "true"})
    trigger = api("create_trigger", {"trigger": "batch-completed"}, json_={"url": HOOK})
    for got, method in ((waiting, "get"), (trigger, "delete")):
        path = urlsplit(got.headers["Location"]).path
        shapes = [re.sub(r"\{\w+\}", "[^/]+", p) for p, ops in D["paths"].items() if method in ops]
        assert any(re.fullmatch(shape, path) for shape in shapes), path


def test_the_icon_is_square_and_of_a_size_that_is_taken() -> None:
    width, height = struct.unpack(">II", draw()[16:24])
    assert width == height
    assert 100 <= width <= 230


def test_the_readme_names_every_trigger_and_shown_action() -> None:
    readme = Path(FOLDER, "Readme.md").read_text("utf-8")
    for part in ("Publisher", "Prerequisites", "Supported Operations", "Obtaining Credentials"):
        assert f"## {part}" in readme
    for _, _, operation in FOUND:
        if operation.get("x-ms-visibility") != "internal":
            assert f"**{operation['summary']}**" in readme, operation["summary"]


@pytest.mark.long
def test_swagger_parser_accepts_every_description() -> None:
    described = [DOCS / name for name in DESCRIPTIONS]
    swagger = FOLDER / "apiDefinition.swagger.json"
    command = ["node", ROOT / "tests" / "validators" / "swagger.mjs", swagger, *described]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_connector_for_tokens_differs_by_its_sign_in_alone(tmp_path: Path) -> None:
    api, client = "3f2b1c7a-90de-4c11-8a5e-6b0d9f4e2a10", "9f1c0e55-7d2b-4b8e-9a49-0a8b7a3f6d21"
    write_for_tokens(tmp_path, api, client)
    made = json.loads((tmp_path / "apiDefinition.swagger.json").read_text())
    plain = definition()
    signs_in = {"securityDefinitions", "security"}
    assert {k: v for k, v in made.items() if k not in signs_in} == {
        k: v for k, v in plain.items() if k not in signs_in
    }
    (named,) = made["security"]
    assert set(named) == set(made["securityDefinitions"])
    properties = json.loads((tmp_path / "apiProperties.json").read_text())["properties"]
    settings = properties["connectionParameters"]["token"]["oAuthSettings"]
    assert settings["clientId"] == client
    assert settings["customParameters"]["resourceUri"]["value"] == f"api://{api}"
    assert "api_key" not in properties["connectionParameters"]
    wanted = json.loads((tmp_path / "settings.json").read_text())
    assert all((tmp_path / wanted[k]).is_file() for k in ("apiProperties", "apiDefinition", "icon"))
