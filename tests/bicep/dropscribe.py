"""What infra/ deploys, and what the code wants to find there."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.bicep.deployment import Deployment, Resource, azd_parameters

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
Environment = tuple[tuple[str, str], ...]
REFERENCE = re.compile(
    r"@Microsoft\.KeyVault\(SecretUri=https://[\w-]+\.vault\.azure\.net/secrets/([\w-]+)\)"
)
# Secrets that infra/secret.sh makes, in the form that it gives them.
MADE = {
    "webhook-secret": base64.b64encode(bytes(32)).decode(),
    "owner-key": f"dsk_{'A' * 43}",
    "events-secret": f"whsec_{base64.b64encode(bytes(32)).decode()}",
}
# In a process of its own: an app tells its functions only once.
_LIST = """
import json
from function_app import app
print(json.dumps({f.get_function_name(): f.get_raw_bindings() for f in app.get_functions()}))
"""
OWNER = "9f1c0e55-7d2b-4b8e-9a49-0a8b7a3f6d21"
PLAIN: Environment = ()
WIDE = (
    ("SPEECH_REGIONS", "eastus swedencentral"),
    ("VNET_ENABLED", "true"),
    ("OWNER_PRINCIPAL_ID", OWNER),
    ("AUDIO_CONTAINERS", "archive"),
    ("MONTHLY_BUDGET", "50"),
    ("BUDGET_START", "2026-11-01"),
    ("AUDIO_DAYS", "30"),
    ("OUTPUT_DAYS", "365"),
    ("ALERT_EMAIL", "owner@example.com"),
    ("ALLOWED_ADDRESSES", "192.0.2.7 198.51.100.0/24"),
    ("ALWAYS_READY_INSTANCES", "1"),
)
POLLED = (("PROVIDER_WEBHOOKS", "false"),)
PRIVATE = (("POSTURE", "private"), ("SPEECH_REGIONS", "eastus"))


@cache
def deployed(environment: Environment = PLAIN) -> Deployment:
    """infra/main.bicep with the parameters that azd makes of this environment."""
    given = {"AZURE_ENV_NAME": "test", "AZURE_LOCATION": "westeurope", **dict(environment)}
    template = INFRA / "main.bicep"
    return Deployment(template, azd_parameters(INFRA / "main.parameters.json", given, template))


@cache
def event_subscriptions(environment: Environment = PLAIN) -> list[Resource]:
    """infra/events.bicep with the outputs of a deployment."""
    outputs = deployed(environment).outputs
    return Deployment(
        INFRA / "events.bicep",
        {
            "posture": outputs["POSTURE"],
            "functionAppName": outputs["AZURE_FUNCTION_APP_NAME"],
            "eventTopicName": outputs["EVENT_TOPIC_NAME"],
            "dataStorageName": outputs["DATA_STORAGE_NAME"],
        },
    ).resources


def app_settings(environment: Environment = PLAIN) -> dict[str, str]:
    (config,) = (
        config
        for config in deployed(environment).of_type("Microsoft.Web/sites/config")
        if config.name.endswith("/appsettings")
    )
    settings: dict[str, str] = config["properties"]
    return settings


def settings_as_the_app_sees_them(environment: Environment = PLAIN) -> dict[str, str]:
    """With secrets in place of the references to them, as the platform hands them over. Those
    that are set by hand are "by hand"."""
    return {
        name: MADE.get(match[1], "by hand") if (match := REFERENCE.fullmatch(value)) else value
        for name, value in app_settings(environment).items()
    }


@cache
def triggers() -> dict[str, dict[str, Any]]:
    """Function name -> its trigger's binding, as the host sees it."""
    listed = subprocess.run(
        [sys.executable, "-c", _LIST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {}
    for function, bindings in json.loads(listed.stdout).items():
        (found[function],) = (b for b in map(json.loads, bindings) if b["type"].endswith("Trigger"))
    return found


def data_account(environment: Environment = PLAIN) -> str:
    name: str = deployed(environment).outputs["DATA_STORAGE_NAME"]
    return name


def names_in_data_account(kind: str, environment: Environment = PLAIN) -> set[str]:
    """Last names of what the data account holds: `blobServices/containers` and so on."""
    return {
        resource.name.rpartition("/")[2]
        for resource in deployed(environment).of_type(f"Microsoft.Storage/storageAccounts/{kind}")
        if resource.name.startswith(f"{data_account(environment)}/")
    }
