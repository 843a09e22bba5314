"""Containers, queues and the table that Bicep makes, against those that the code names."""

from __future__ import annotations

import pytest

from shared.configuration.known import SETTINGS
from shared.configuration.settings import read_settings
from shared.messages import QUEUES
from shared.pipeline.watch.leftovers import BLOB_POISON
from tests.bicep.dropscribe import (
    PLAIN,
    WIDE,
    Environment,
    app_settings,
    data_account,
    deployed,
    event_subscriptions,
    names_in_data_account,
    settings_as_the_app_sees_them,
    triggers,
)

DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
CONTAINERS = {n: app_settings().get(n, d) for n, d in DEFAULTS.items() if n.endswith("_CONTAINER")}


KNOWN = set(CONTAINERS.values()) | {
    subscription["properties"]["deadLetterWithResourceIdentity"]["deadLetterDestination"][
        "properties"
    ]["blobContainerName"]
    for subscription in event_subscriptions()
}


@pytest.mark.long
def test_the_containers_are_those_of_the_code() -> None:
    assert len(CONTAINERS) >= 5
    assert names_in_data_account("blobServices/containers") == KNOWN


def test_further_containers_of_audio_are_made_and_told_to_the_app() -> None:
    (name,) = names_in_data_account("blobServices/containers", WIDE) - KNOWN
    sources = read_settings(settings_as_the_app_sees_them(WIDE)).manifest_sources
    assert set(sources) == {"audio", "uploads", name}


def test_the_table_is_that_of_the_code() -> None:
    table = app_settings().get("STATE_TABLE", DEFAULTS["STATE_TABLE"])
    assert names_in_data_account("tableServices/tables") == {table}


def test_the_queues_are_those_that_are_sent_to_or_listened_to() -> None:
    listened = {t["queueName"] for t in triggers().values() if t["type"] == "queueTrigger"}
    assert listened == set(QUEUES)
    poison = {*(f"{queue}-poison" for queue in QUEUES), BLOB_POISON}
    assert names_in_data_account("queueServices/queues") == {*QUEUES, *poison}


def test_only_the_package_is_in_the_account_of_the_host() -> None:
    """The host makes the rest itself."""
    others = [
        container.name
        for container in deployed().of_type(
            "Microsoft.Storage/storageAccounts/blobServices/containers"
        )
        if not container.name.startswith(f"{data_account()}/")
    ]
    (app,) = deployed().of_type("Microsoft.Web/sites")
    package = app["properties"]["functionAppConfig"]["deployment"]["storage"]["value"]
    assert [name.rpartition("/")[2] for name in others] == [package.rpartition("/")[2]]


@pytest.mark.parametrize("environment", [PLAIN, WIDE], ids=["plain", "wide"])
def test_no_account_takes_a_key_or_shows_a_blob_to_everybody(
    environment: Environment,
) -> None:
    accounts = deployed(environment).of_type("Microsoft.Storage/storageAccounts")
    assert len(accounts) == 2
    for account in accounts:
        properties = account["properties"]
        assert properties["allowSharedKeyAccess"] is False
        assert properties["allowBlobPublicAccess"] is False
        assert properties["minimumTlsVersion"] == "TLS1_2"


def test_audio_and_outputs_are_kept_unless_days_are_given() -> None:
    (plain,) = deployed().of_type("Microsoft.Storage/storageAccounts/managementPolicies")
    names = [rule["name"] for rule in plain["properties"]["policy"]["rules"]]
    assert names == ["dead-letters", "prepared", "listening", "unredacted", "audit", "answers"]
    (wide,) = deployed(WIDE).of_type("Microsoft.Storage/storageAccounts/managementPolicies")
    rules = wide["properties"]["policy"]["rules"]
    prefixes = {p for rule in rules for p in rule["definition"]["filters"]["prefixMatch"]}
    assert {prefix.rstrip("/") for prefix in prefixes} <= KNOWN
    assert {"audio/", "transcripts/", "reports/", "errors/"} < prefixes


def test_with_a_network_only_named_resources_and_addresses_get_in() -> None:
    wide = deployed(WIDE)
    for account in wide.of_type("Microsoft.Storage/storageAccounts"):
        assert account["properties"]["networkAcls"]["defaultAction"] == "Deny"
    (data,) = (
        account
        for account in wide.of_type("Microsoft.Storage/storageAccounts")
        if account.name == data_account(WIDE)
    )
    rules = data["properties"]["networkAcls"]
    speech = {account.id for account in wide.of_type("Microsoft.CognitiveServices/accounts")}
    assert len(speech) == 3
    assert {rule["resourceId"] for rule in rules["resourceAccessRules"]} == speech
    assert [rule["value"] for rule in rules["ipRules"]] == ["192.0.2.7", "198.51.100.0/24"]


def test_with_a_network_everything_that_is_closed_has_a_private_address_with_its_name() -> None:
    wide = deployed(WIDE)
    reached: dict[str, set[str]] = {}
    for endpoint in wide.of_type("Microsoft.Network/privateEndpoints"):
        (connection,) = endpoint["properties"]["privateLinkServiceConnections"]
        link = connection["properties"]
        reached.setdefault(link["privateLinkServiceId"], set()).update(link["groupIds"])
    for account in wide.of_type("Microsoft.Storage/storageAccounts"):
        assert reached.pop(account.id) == {"blob", "queue", "table"}
    for speech in wide.of_type("Microsoft.CognitiveServices/accounts"):
        assert reached.pop(speech.id) == {"account"}
    (vault,) = wide.of_type("Microsoft.KeyVault/vaults")
    assert reached.pop(vault.id) == {"vault"}
    assert reached == {}
    zones = {zone.name for zone in wide.of_type("Microsoft.Network/privateDnsZones")}
    groups = wide.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    assert len(groups) == len(wide.of_type("Microsoft.Network/privateEndpoints"))
    used = {
        config["properties"]["privateDnsZoneId"].rpartition("/")[2]
        for group in groups
        for config in group["properties"]["privateDnsZoneConfigs"]
    }
    assert used == zones


def test_scripts_of_the_page_may_reach_the_blobs_and_no_others_may() -> None:
    for environment in (PLAIN, WIDE):
        services = deployed(environment).of_type("Microsoft.Storage/storageAccounts/blobServices")
        [rule] = [
            rule
            for service in services
            for rule in service.body.get("properties", {}).get("cors", {}).get("corsRules", [])
        ]
        [app] = deployed(environment).of_type("Microsoft.Web/sites")
        assert rule["allowedOrigins"] == [f"https://{app.name}.azurewebsites.net"]
        assert rule["allowedMethods"] == ["GET", "HEAD", "PUT"]
