"""Who may do what, against the calls that are made. A role that no call needs fails here, as does
a call without its role: what is needed is worked out from the code and the settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from shared.configuration.settings import read_settings
from shared.providers.registry import OFFERS
from tests.bicep.deployment import Resource
from tests.bicep.dropscribe import (
    PLAIN,
    POLLED,
    PRIVATE,
    ROOT,
    WIDE,
    Environment,
    app_settings,
    data_account,
    deployed,
    event_subscriptions,
    settings_as_the_app_sees_them,
    triggers,
)

NAMES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "f2dc8367-1007-4938-bd23-fe263f013447": "Cognitive Services Speech User",
    "0e75ca1e-0464-4b4d-8b93-68208a576181": "Cognitive Services Speech Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
}
# The smallest built-in role for what a client of the storage library is used for here: all of
# them write. The one for blobs also makes user delegation keys, by which links are signed.
ROLE_OF_CLIENT = {
    "BlobServiceClient": "Storage Blob Data Contributor",
    "QueueServiceClient": "Storage Queue Data Contributor",
    "TableServiceClient": "Storage Table Data Contributor",
}
# https://learn.microsoft.com/azure/azure-functions/functions-reference, "Connecting to host
# storage with an identity".
OF_THE_HOST = {
    "Storage Blob Data Owner",
    "Storage Queue Data Contributor",
    "Storage Table Data Contributor",
}
OTHERS = tuple(sorted(set(OFFERS) - {"azure-speech"}))
ALL_PROVIDERS = (("OTHER_PROVIDERS", " ".join(OTHERS)),) if OTHERS else PLAIN
in_every_form = pytest.mark.parametrize(
    "environment",
    [PLAIN, WIDE, POLLED, PRIVATE, ALL_PROVIDERS],
    ids=["plain", "wide", "polled", "private", "others"],
)
Grant = tuple[str, str, str]
"""Principal, scope, role."""


def grants(environment: Environment) -> Iterator[Grant]:
    for assignment in deployed(environment).of_type("Microsoft.Authorization/roleAssignments"):
        properties = assignment["properties"]
        role = NAMES[properties["roleDefinitionId"].rpartition("/")[2]]
        yield properties["principalId"], assignment.scope.id, role


def one(environment: Environment, type_: str) -> Resource:
    (resource,) = deployed(environment).of_type(type_)
    return resource


def clients_of_the_code() -> set[str]:
    """Which services of the storage account the app calls."""
    tree = ast.parse((ROOT / "shared" / "stores" / "clients.py").read_text())
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {ast.unparse(function).partition(".")[0] for function in called}
    return names & set(ROLE_OF_CLIENT)


def account_id(environment: Environment, *, is_data: bool) -> str:
    (found,) = (
        account.id
        for account in deployed(environment).of_type("Microsoft.Storage/storageAccounts")
        if (account.name == data_account(environment)) == is_data
    )
    return found


def needed(environment: Environment) -> Iterator[Grant]:
    settings = app_settings(environment)
    app = one(environment, "Microsoft.ManagedIdentity/userAssignedIdentities").name
    data = account_id(environment, is_data=True)
    for role in OF_THE_HOST:
        yield app, account_id(environment, is_data=False), role
    for client in clients_of_the_code():
        yield app, data, ROLE_OF_CLIENT[client]
    if any(value.startswith("@Microsoft.KeyVault(") for value in settings.values()):
        yield app, one(environment, "Microsoft.KeyVault/vaults").id, "Key Vault Secrets User"
    if "/keys/" in settings.get("SEALING_KEY", ""):
        vault = one(environment, "Microsoft.KeyVault/vaults").id
        yield app, vault, "Key Vault Crypto Service Encryption User"
    if "Authorization=AAD" in settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]:
        insights = one(environment, "Microsoft.Insights/components").id
        yield app, insights, "Monitoring Metrics Publisher"
    yield from needed_for_speech(environment, app, data)
    yield from needed_for_events(environment, data)
    yield from needed_by_the_owner(environment, data)


def needed_for_speech(environment: Environment, app: str, data: str) -> Iterator[Grant]:
    """Webhooks are written with a role that may write more than transcriptions."""
    settings = read_settings(settings_as_the_app_sees_them(environment))
    by_url = {e.url: e for e in settings.endpoints if e.provider == "azure-speech"}
    role = "Contributor" if settings.webhook_base_url else "User"
    for account in deployed(environment).of_type("Microsoft.CognitiveServices/accounts"):
        assert by_url.pop(f"https://{account.name}.cognitiveservices.azure.com").key is None
        yield app, account.id, f"Cognitive Services Speech {role}"
        if settings.of_provider["azure-speech"]["reads_audio"] == "identity":
            sources = settings.manifest_sources or (settings.uploads_container,)
            for container in {settings.audio_container, settings.prepared_container, *sources}:
                scope = f"{data}/blobServices/default/containers/{container}"
                yield account.name, scope, "Storage Blob Data Reader"
    assert by_url == {}


def needed_for_events(environment: Environment, data: str) -> Iterator[Grant]:
    topic = one(environment, "Microsoft.EventGrid/systemTopics").name
    for subscription in event_subscriptions():
        dead = subscription["properties"]["deadLetterWithResourceIdentity"]
        container = dead["deadLetterDestination"]["properties"]["blobContainerName"]
        scope = f"{data}/blobServices/default/containers/{container}"
        yield topic, scope, "Storage Blob Data Contributor"
        delivery = subscription["properties"].get("deliveryWithResourceIdentity")
        if delivery is not None:
            queue = delivery["destination"]["properties"]["queueName"]
            scope = f"{data}/queueServices/default/queues/{queue}"
            yield topic, scope, "Storage Queue Data Message Sender"


def needed_by_the_owner(environment: Environment, data: str) -> Iterator[Grant]:
    """Who is named gets the data roles to drop, look, replay and set keys; nobody else does."""
    owner = dict(environment).get("OWNER_PRINCIPAL_ID")
    if owner:
        for role in ROLE_OF_CLIENT.values():
            yield owner, data, role
        vault = one(environment, "Microsoft.KeyVault/vaults").id
        yield owner, vault, "Key Vault Secrets Officer"


@pytest.mark.long
@in_every_form
def test_every_call_has_its_role_and_every_role_its_call(environment: Environment) -> None:
    assert sorted(grants(environment)) == sorted(set(needed(environment)))


def test_the_clients_of_the_code_are_found() -> None:
    assert clients_of_the_code() == set(ROLE_OF_CLIENT)


@pytest.mark.long
@in_every_form
def test_every_role_says_what_it_is_for(environment: Environment) -> None:
    reasons = [
        assignment["properties"]["description"]
        for assignment in deployed(environment).of_type("Microsoft.Authorization/roleAssignments")
    ]
    assert all(len(reason) > 30 and reason.endswith(".") for reason in reasons)


def test_all_roles_are_in_one_module() -> None:
    """But for those at accounts that may lie in another group, which have modules that are
    deployed there. Templates in folders of their own are samples, deployed apart from this."""
    files = [
        path.name
        for path in (*(ROOT / "infra").glob("*.bicep"), *(ROOT / "infra/modules").glob("*.bicep"))
        if "Microsoft.Authorization/roleAssignments@" in path.read_text()
    ]
    assert sorted(files) == ["chat.bicep", "roles.bicep", "search.bicep"]


@pytest.mark.long
@in_every_form
def test_names_of_assignments_differ(environment: Environment) -> None:
    names = [
        (assignment.scope.id, assignment["name"])
        for assignment in deployed(environment).of_type("Microsoft.Authorization/roleAssignments")
    ]
    assert len(set(names)) == len(names)


def test_the_app_exists_only_after_its_roles() -> None:
    """Without them its first start would fail."""
    assert "roles" in deployed().depends_on("app")


@pytest.mark.long
def test_every_trigger_uses_the_account_of_the_data() -> None:
    """The host has no roles elsewhere."""
    connections = {t["connection"] for t in triggers().values() if "connection" in t}
    assert connections == {"DATA_STORAGE"}
    address = app_settings()["DATA_STORAGE__blobServiceUri"]
    assert address.startswith(f"https://{data_account()}.")
