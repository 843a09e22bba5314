"""The connector's definition in OpenAPI 2.0, from the operations of the API.

The rules are those of "Custom connectors" and its certification in the Power Platform
documentation; tests/unit/test_connector.py holds the definition against them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.events import event_schema
from connector.manifest_form import manifest_form
from connector.schemas import body, dynamic, sentence, shown, title
from connector.surface import ACTIONS, REQUIRED, TOLD, TRIGGERS, Action, Visibility
from shared.api.describe.openapi import document
from shared.api.describe.plain_schemas import plain
from shared.api.http import JSON
from shared.api.operation import Operation
from shared.api.operations import triggers
from shared.api.operations.all import OPERATIONS
from shared.version import VERSION

FOLDER = Path(__file__).resolve().parent
_PLACE = "https://dropscribe.example"
_BY_NAME = {operation.name: operation for operation in OPERATIONS}


def written() -> str:
    return json.dumps(definition(), indent=2, ensure_ascii=False) + "\n"


def definition() -> dict[str, Any]:
    described = document(OPERATIONS, f"{_PLACE}/api")
    paths: dict[str, dict[str, Any]] = {}
    for name, action in ACTIONS.items():
        operation = _BY_NAME[name]
        path = paths.setdefault(f"/api/{operation.path}", {})
        path[operation.method.lower()] = _action(operation, action, described)
    for trigger in triggers.TRIGGERS:
        paths[f"/api/triggers/{trigger}"] = _trigger(trigger, described)
    return {
        "swagger": "2.0",
        "info": {
            "title": "Dropscribe",
            "description": "Transcribe recordings in bulk: transcripts with speakers and times, "
            "captions, and a report of every batch. Flows start when a transcript is ready.",
            "version": VERSION,
            "contact": {
                "name": "Dropscribe",
                "url": _PLACE,
                "email": "support@dropscribe.example",
            },
        },
        "host": "dropscribe.example",
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": {},
        "parameters": {},
        "responses": {},
        "securityDefinitions": {
            "api_key": {"type": "apiKey", "in": "header", "name": "x-functions-key"}
        },
        "security": [{"api_key": []}],
        "tags": [],
        "x-ms-connector-metadata": [
            {"propertyName": "Website", "propertyValue": _PLACE},
            {"propertyName": "Privacy policy", "propertyValue": f"{_PLACE}/privacy"},
            {"propertyName": "Categories", "propertyValue": "AI;Productivity"},
        ],
    }


def _action(operation: Operation, action: Action, described: dict[str, Any]) -> dict[str, Any]:
    there = described["paths"][f"/{operation.path}"][operation.method.lower()]
    found: dict[str, Any] = {
        "operationId": _name(operation.name),
        "summary": operation.summary,
        "description": action.description or operation.description.replace("`", ""),
        "parameters": [
            *(
                _parameter(operation.name, p, action.parameters.get(p["name"]), described)
                for p in there.get("parameters", ())
                if p["name"] != "Prefer"
            ),
            *_body(operation, there, described, action),
        ],
        "responses": dict(_responses(operation, there, described)),
    }
    kinds = list(there["responses"].get("200", {}).get("content", {JSON: None}))
    if kinds != [JSON]:
        found["produces"] = kinds
    if action.visibility:
        found["x-ms-visibility"] = action.visibility
    if any(p["name"] == "after" for p in found["parameters"]):
        found["x-ms-pageable"] = {"nextLinkName": "nextLink"}
    return found


def _parameter(
    operation: str,
    there: dict[str, Any],
    visibility: Visibility | None,
    described: dict[str, Any],
) -> dict[str, Any]:
    whole = plain(there["schema"], described["components"]["schemas"])
    schema = {k: v for k, v in whole.items() if k not in ("title", "description", "x-nullable")}
    name = there["name"]
    is_required = there.get("required", False) or (operation, name) in REQUIRED
    found = {
        "name": name,
        "in": there["in"],
        "required": is_required,
        "x-ms-summary": title(there["schema"].get("title") or name),
        "description": sentence(TOLD.get(name) or there["description"]),
        **schema,
    }
    if there["in"] == "path":
        found["x-ms-url-encoding"] = "single"
    if visibility:
        found["x-ms-visibility"] = visibility
    if (operation, name) != ("get_report", "format"):
        found |= dynamic(name, found)
    return found


def _body(
    operation: Operation, there: dict[str, Any], described: dict[str, Any], action: Action
) -> Iterator[dict[str, Any]]:
    if "requestBody" not in there:
        return
    schemas = described["components"]["schemas"]
    if operation.name == "create_batch":
        yield body("Batch", "What to transcribe, and how.", manifest_form())
        return
    schema = shown(plain(there["requestBody"]["content"][JSON]["schema"], schemas))
    for name, visibility in action.parameters.items():
        schema["properties"][name]["x-ms-visibility"] = visibility
    yield body("Request", "What is asked for.", schema)


def _responses(
    operation: Operation, there: dict[str, Any], described: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    schemas = described["components"]["schemas"]
    first = min(status for status in operation.answers if status < 300)
    told = there["responses"][str(first)]
    found: dict[str, Any] = {"description": sentence(told["description"])}
    if operation.name == "get_transcript":
        found["schema"] = {
            "type": "object",
            "x-ms-dynamic-schema": {
                "operationId": "GetTranscriptSchema",
                "parameters": {"format": {"parameter": "format"}},
                "value-path": "schema",
            },
        }
    elif operation.name == "get_report":
        found["schema"] = {"type": "string", "format": "binary"}
    elif "content" in told:
        found["schema"] = shown(plain(told["content"][JSON]["schema"], schemas))
    yield str(first), found
    for status, problem in sorted(there["responses"].items()):
        if status.startswith("4"):
            yield status, {"description": sentence(problem["description"])}
    yield "default", {"description": "The fault is on the other side; try again later."}


def _trigger(name: str, described: dict[str, Any]) -> dict[str, Any]:
    told = TRIGGERS[name]
    there = described["paths"]["/triggers/{trigger}"]["post"]
    schemas = described["components"]["schemas"]
    schema = shown(plain(there["requestBody"]["content"][JSON]["schema"], schemas))
    url, profile = schema["properties"]["url"], schema["properties"]["profile"]
    url |= {"x-ms-notification-url": True, "x-ms-visibility": "internal"}
    profile |= {"x-ms-visibility": "important", **dynamic("profile", profile)}
    notified = shown(event_schema(triggers.TRIGGERS[name]))
    made = shown(plain(schemas["SubscriptionMade"], schemas))
    location = {"type": "string", "description": "Where the subscription is deleted."}
    problems = {
        status: {"description": sentence(problem["description"])}
        for status, problem in sorted(there["responses"].items())
        if status.startswith("4") and status != "404"
    }
    return {
        "x-ms-notification-content": {"description": "What happened.", "schema": notified},
        "post": {
            "operationId": told.name,
            "summary": told.summary,
            "description": told.description,
            "x-ms-trigger": "single",
            "x-ms-visibility": "important",
            "parameters": [body("Subscription", "What the flow wants to hear of.", schema)],
            "responses": {
                "201": {
                    "description": "The flow is subscribed.",
                    "schema": made,
                    "headers": {"Location": location},
                },
                **problems,
                "default": {"description": "The fault is on the other side; try again later."},
            },
        },
    }


def _name(text: str) -> str:
    """`list_items` becomes `ListItems`."""
    return "".join(part.capitalize() for part in text.split("_"))
