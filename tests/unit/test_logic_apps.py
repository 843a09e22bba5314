"""The workflows in infra/logic-apps: well-formed, without secrets, and in step with the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from shared.api.operations.all import OPERATIONS
from shared.api.views.uploads import Upload
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import LIMITS
from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import INFRA
from tests.bicep.dropscribe import deployed as whole

STATUSES = {"Succeeded", "Failed", "Skipped", "TimedOut"}
APP = "https://func-test.azurewebsites.net"
NAMES = ("dropscribe-wait-for-batch", "dropscribe-transcribe-library")
every_workflow = pytest.mark.parametrize("name", NAMES)


@cache
def deployed(site: str = "https://contoso.sharepoint.com/sites/calls") -> Deployment:
    given = {"appUrl": APP, "apiClientId": "client", "site": site, "mailTo": "a@contoso.com"}
    return Deployment(INFRA / "logic-apps" / "main.bicep", given)


def workflow(name: str) -> Any:
    [found] = [r for r in deployed().of_type("Microsoft.Logic/workflows") if r.name == name]
    return found


def definition(name: str) -> dict[str, Any]:
    return dict(workflow(name)["properties"]["definition"])


def levels(actions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield actions
    for action in actions.values():
        for inner in (action.get("actions"), action.get("else", {}).get("actions")):
            if inner:
                yield from levels(inner)


def action(name: str) -> dict[str, Any]:
    """Of the workflow that watches a library."""
    [found] = [lvl[name] for lvl in levels(definition(NAMES[1])["actions"]) if name in lvl]
    return dict(found)


def calls(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every call by HTTP, with the name of its action."""
    for level in levels(definition(name)["actions"]):
        for action, there in level.items():
            if there["type"] == "Http":
                yield action, there["inputs"]
            elif there["type"] == "HttpWebhook":
                yield from ((action, there["inputs"][part]) for part in there["inputs"])


@every_workflow
def test_a_definition_is_well_formed(name: str) -> None:
    there = definition(name)
    assert there["$schema"].endswith("/2016-06-01/workflowdefinition.json#")
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", there["contentVersion"])
    assert len(there["triggers"]) == 1
    assert set(there["parameters"]) == set(workflow(name)["properties"]["parameters"])
    used = set(re.findall(r"parameters\('([^']+)'\)", json.dumps(there)))
    assert used == set(there["parameters"])


@every_workflow
def test_actions_run_after_actions_of_their_own_level(name: str) -> None:
    for level in levels(definition(name)["actions"]):
        assert [1 for action in level.values() if not action["runAfter"]] == [1]
        for action in level.values():
            assert set(action["runAfter"]) <= set(level)
            for statuses in action["runAfter"].values():
                assert set(statuses) <= STATUSES
    known = {action for level in levels(definition(name)["actions"]) for action in level}
    named = set(re.findall(r"body\('([^']+)'\)", json.dumps(definition(name))))
    assert named <= known


@every_workflow
def test_every_call_of_the_api_is_one_that_it_has_by_managed_identity(name: str) -> None:
    seen = 0
    for action, call in calls(name):
        if not call["uri"].startswith("@{parameters('api')}/"):
            assert action == "Upload"
            assert "authentication" not in call
            continue
        seen += 1
        assert call["authentication"]["type"] == "ManagedServiceIdentity"
        assert call["authentication"]["audience"] == "@parameters('audience')"
        uri = call["uri"].removeprefix("@{parameters('api')}/")
        shape, _, query = re.sub(r"@\{[^{}]*\}", "{}", uri).partition("?")
        [operation] = [
            op
            for op in OPERATIONS
            if re.sub(r"\{\w+\}", "{}", op.path) == shape and op.method == call["method"]
        ]
        known = operation.query.__struct_fields__ if operation.query else ()
        assert {part.partition("=")[0] for part in query.split("&") if part} <= set(known)
    assert seen >= 3
    assert workflow(name)["properties"]["parameters"]["api"]["value"] == f"{APP}/api"
    assert workflow(name)["properties"]["parameters"]["audience"]["value"] == "api://client"


@every_workflow
def test_a_workflow_has_an_identity_and_no_secret(name: str) -> None:
    assert workflow(name)["identity"] == {"type": "SystemAssigned"}
    text = json.dumps(workflow(name)["properties"])
    assert not re.search(r"x-functions-key|[?&]code=|[?&]sig=|password|secret\"", text)


def test_audio_transcripts_and_links_to_storage_are_kept_out_of_the_history() -> None:
    secret = {
        "Get_content": "outputs",
        "Get_upload_link": "outputs",
        "Upload": "inputs",
        "Get_transcript": "outputs",
        "Send_transcript": "inputs",
    }
    for name, part in secret.items():
        assert action(name)["runtimeConfiguration"]["secureData"]["properties"] == [part]


def test_an_upload_sends_what_its_link_asks_for() -> None:
    upload = action("Upload")["inputs"]
    assert {upload["uri"], upload["headers"]} == {
        "@body('Get_upload_link')?['url']",
        "@body('Get_upload_link')?['headers']",
    }
    assert {"url", "headers", "container", "blob"} <= set(Upload.__struct_fields__)
    assert upload["method"] == "PUT"


def test_what_the_library_sends_is_a_manifest() -> None:
    body = json.dumps(action("Transcribe")["inputs"]["body"])
    body = body.replace("@{parameters('profile')}", "default")
    body = body.replace("@{body('Get_upload_link')?['container']}", "uploads")
    known = Known((Profile(),), {"azure-speech": LIMITS}, ("uploads", "audio"))
    manifest = read_manifest(re.sub(r"@\{[^}]*\}[^\"]*", "x", body).encode(), "json", known)
    assert manifest.items[0].client_item_id


def test_the_webhook_brings_its_own_address_and_is_cancelled_with_its_run() -> None:
    there = definition(NAMES[0])["actions"]["Transcribe"]
    assert there["type"] == "HttpWebhook"
    assert "listCallbackUrl()" in there["inputs"]["subscribe"]["body"]
    assert there["inputs"]["unsubscribe"]["uri"].endswith("/cancel")
    assert "subscribe()" in there["inputs"]["unsubscribe"]["uri"]


@pytest.mark.long
def test_they_come_with_the_rest_where_tokens_are_taken() -> None:
    client = "3f2b1c7a-90de-4c11-8a5e-6b0d9f4e2a10"
    wanted = (("FLOWS_ENABLED", "true"), ("API_CLIENT_ID", client))
    there = whole(wanted).of_type("Microsoft.Logic/workflows")
    assert [r.name for r in there] == [NAMES[0]]
    assert "azurewebsites.net/api" in json.dumps(there[0]["properties"]["parameters"])
    assert whole(wanted).outputs["FLOWS_WAIT_FOR_BATCH_ID"] == NAMES[0]
    assert whole().outputs["FLOWS_WAIT_FOR_BATCH_ID"] == ""
    with pytest.raises(ValueError, match="flowsEnabled: needs apiClientId"):
        whole((("FLOWS_ENABLED", "true"),))


def test_without_a_site_there_is_no_library_to_watch() -> None:
    there = deployed(site="")
    assert [r.name for r in there.of_type("Microsoft.Logic/workflows")] == [NAMES[0]]
    assert not there.of_type("Microsoft.Web/connections")
