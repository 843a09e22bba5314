"""docs/flows.md: what it names is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from connector.surface import ACTIONS, TRIGGERS
from connector.swagger import definition
from shared.api.operations.all import OPERATIONS
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import LIMITS
from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import INFRA

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_steps_in_tables_are_actions_and_triggers_of_the_connector() -> None:
    known = {
        op["summary"]
        for path in definition()["paths"].values()
        for op in path.values()
        if "summary" in op
    }
    others = {"HTTP", "Send an email"}
    steps = set(re.findall(r"^\| \*([^*]+)\*", TEXT, re.MULTILINE))
    assert steps - others <= known
    assert {trigger.summary for trigger in TRIGGERS.values()} <= steps
    assert "create_batch" in ACTIONS


def test_the_manifest_is_one() -> None:
    [example] = re.findall(r"^```json\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    known = Known((Profile(),), {"azure-speech": LIMITS}, ("uploads", "audio"))
    manifest = read_manifest(example.encode(), "json", known)
    assert manifest.head.callback_url == json.loads(example)["callback_url"]


def test_paths_are_those_of_the_api() -> None:
    known = {re.sub(r"\{\w+\}", "{id}", operation.path) for operation in OPERATIONS}
    named = re.findall(r"(?:GET|POST) /api/([\w/{}.-]+)", TEXT)
    assert len(named) >= 3
    assert set(named) <= known


def test_the_command_names_parameters_of_the_template() -> None:
    [command] = re.findall(r"--parameters (.*?)\n```", TEXT, re.DOTALL)
    given = set(re.findall(r"(\w+)=", command))
    template = Deployment(
        INFRA / "logic-apps" / "main.bicep", {"appUrl": "https://x", "apiClientId": "c"}
    )
    assert given <= set(template.parameters)


OF_MICROSOFT = {
    "When a file is created (properties only)",
    "When a file is created",
    "Get file content",
    "HTTP",
    "Apply to each",
    "Condition",
    "Create file",
    "Create item",
    "Get items",
    "Post message in a chat or channel",
    "Send an email",
}
"""Steps of SharePoint, OneDrive, Teams, Outlook and the platform, as documentation calls them."""
OF_THEIR_STEPS = {"Identifier", "File name with extension", "Settings", "Trigger conditions"}
RECIPES = (Path(__file__).resolve().parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")


def test_recipes_name_steps_and_fields_that_are_there() -> None:
    told = json.dumps(definition())
    ours = set(re.findall(r'"(?:summary|x-ms-summary)": "([^"]+)"', told))
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*|\n]+)\*(?!\*)", RECIPES))
    assert len(named) > 25
    assert named <= ours | OF_MICROSOFT | OF_THEIR_STEPS, named - ours
    steps = set(re.findall(r"^\| \*([^*]+)\*", RECIPES, re.MULTILINE))
    assert steps - OF_MICROSOFT <= ours


def test_each_recipe_has_a_drawing_and_a_table() -> None:
    recipes = re.split(r"^## ", RECIPES, flags=re.MULTILINE)[1:]
    assert len(recipes) == 4
    for recipe in recipes:
        assert "-->" in recipe and "| step | what you set |" in recipe
