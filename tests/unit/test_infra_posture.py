"""Private: nothing public answers, and what an audit asks for is switched on. And into what others
made: their network, their zones, their workspace, their key, another cloud."""

from __future__ import annotations

import base64
import json

import pytest

from shared.configuration.settings import read_settings
from shared.messages import Register, read
from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import (
    INFRA,
    PRIVATE,
    WIDE,
    Environment,
    app_settings,
    data_account,
    deployed,
    event_subscriptions,
    settings_as_the_app_sees_them,
)
from tests.compilers.typed import KEY, NETWORK, OTHERS, SUBNETS, WORKSPACE, ZONES, Typed, whole

pytestmark = pytest.mark.long


def made_of(typed: Typed) -> Deployment:
    return Deployment(INFRA / "main.bicep", whole({"posture": "private", **typed}))


def test_nothing_public_answers() -> None:
    """The data account has a public endpoint still, which answers to the Speech accounts, by their
    ids, and to Event Grid's dead letters alone."""
    made = deployed(PRIVATE)
    for type_ in ("Microsoft.Web/sites", "Microsoft.CognitiveServices/accounts"):
        for one in made.of_type(type_):
            assert one["properties"]["publicNetworkAccess"] == "Disabled", one
    (vault,) = made.of_type("Microsoft.KeyVault/vaults")
    assert vault["properties"]["publicNetworkAccess"] == "Disabled"
    for account in made.of_type("Microsoft.Storage/storageAccounts"):
        acls = account["properties"]["networkAcls"]
        assert acls["defaultAction"] == "Deny" and acls.get("ipRules", []) == []
        if account.name != data_account(PRIVATE):
            assert account["properties"]["publicNetworkAccess"] == "Disabled"


def test_the_app_has_a_private_address_under_its_own_name() -> None:
    made = deployed(PRIVATE)
    (app,) = made.of_type("Microsoft.Web/sites")
    (endpoint,) = (
        e for e in made.of_type("Microsoft.Network/privateEndpoints") if e.name == "pe-app"
    )
    (connection,) = endpoint["properties"]["privateLinkServiceConnections"]
    assert connection["properties"] == {"privateLinkServiceId": app.id, "groupIds": ["sites"]}
    (record,) = (
        r
        for r in made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
        if r.name.startswith("pe-app/")
    )
    (zone,) = record["properties"]["privateDnsZoneConfigs"]
    assert zone["properties"]["privateDnsZoneId"].endswith("/privatelink.azurewebsites.net")


def test_providers_are_polled_because_they_cannot_call() -> None:
    settings = read_settings(settings_as_the_app_sees_them(PRIVATE))
    assert settings.webhook_base_url is None and settings.webhook_secret is None


def test_blobs_are_announced_in_a_queue_and_no_address_is_called() -> None:
    subscriptions = event_subscriptions(PRIVATE)
    assert "endpointUrl" not in json.dumps([one.body for one in subscriptions])
    created = [
        one["properties"]
        for one in subscriptions
        if one["properties"]["filter"]["includedEventTypes"] == ["Microsoft.Storage.BlobCreated"]
    ]
    heard = {one["filter"]["subjectBeginsWith"].split("/")[4] for one in created}
    assert heard == {"audio", "manifests"}
    for one in created:
        delivery = one["deliveryWithResourceIdentity"]
        assert delivery["identity"] == {"type": "SystemAssigned"}
        there = delivery["destination"]["properties"]
        assert there["queueName"] == Register.queue
        assert there["resourceId"].endswith(f"/{data_account(PRIVATE)}")


def test_what_event_grid_puts_into_the_queue_is_understood() -> None:
    """The fields of the documented example of a BlobCreated; the host has taken base64 off it."""
    event = {
        "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
        "subject": "/blobServices/default/containers/audio/blobs/calls/a b.wav",
        "eventType": "Microsoft.Storage.BlobCreated",
        "data": {
            "api": "PutBlockList",
            "eTag": "0x8D4BCC2E4835CD0",
            "contentLength": 524288,
            "url": "https://stdata.blob.core.windows.net/audio/calls/a%20b.wav",
        },
    }
    told = read(Register.queue, base64.b64decode(base64.b64encode(json.dumps(event).encode())))
    assert isinstance(told, Register)
    assert (told.container, told.names) == ("audio", ("calls/a b.wav",))


def test_what_an_audit_asks_for_is_on() -> None:
    made = deployed(PRIVATE)
    (vault,) = made.of_type("Microsoft.KeyVault/vaults")
    assert vault["properties"]["enablePurgeProtection"] is True
    services = made.of_type("Microsoft.Storage/storageAccounts/blobServices")
    (data,) = (one for one in services if one.name == f"{data_account(PRIVATE)}/default")
    assert data["properties"]["isVersioningEnabled"] is True
    audits = [
        {log["category"] for log in one["properties"]["logs"]}
        for one in made.of_type("Microsoft.Insights/diagnosticSettings")
        if one.scope is data or "StorageRead" in str(one.body)
    ]
    assert {"StorageRead", "StorageWrite", "StorageDelete"} in audits


def test_versions_that_were_overtaken_end() -> None:
    (policy,) = deployed(PRIVATE).of_type("Microsoft.Storage/storageAccounts/managementPolicies")
    rules = {rule["name"]: rule["definition"] for rule in policy["properties"]["policy"]["rules"]}
    assert rules["versions"]["actions"] == {
        "version": {"delete": {"daysAfterCreationGreaterThan": 7}}
    }


def test_into_a_network_and_zones_and_a_workspace_of_others_none_of_these_is_made() -> None:
    made = made_of({**SUBNETS, **ZONES, **WORKSPACE})
    for type_ in (
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "Microsoft.OperationalInsights/workspaces",
    ):
        assert made.of_type(type_) == [], type_
    (app,) = made.of_type("Microsoft.Web/sites")
    assert app["properties"]["virtualNetworkSubnetId"] == SUBNETS["appSubnetId"]
    for endpoint in made.of_type("Microsoft.Network/privateEndpoints"):
        assert endpoint["properties"]["subnet"]["id"] == SUBNETS["endpointSubnetId"]
    for record in made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        (zone,) = record["properties"]["privateDnsZoneConfigs"]
        assert zone["properties"]["privateDnsZoneId"].startswith(ZONES["dnsZonesGroupId"])
    (search,) = made.of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
    assert search.id.startswith(WORKSPACE["workspaceId"])


def test_where_a_policy_enters_addresses_the_template_enters_none() -> None:
    made = made_of({**SUBNETS, "dnsZonesGroupId": "Policy"})
    assert made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups") == []
    assert made.of_type("Microsoft.Network/privateDnsZones") == []
    assert len(made.of_type("Microsoft.Network/privateEndpoints")) == 9


def test_in_a_network_of_others_zones_of_ours_are_linked_to_it() -> None:
    made = made_of(SUBNETS)
    links = made.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    network = SUBNETS["appSubnetId"].partition("/subnets/")[0]
    assert len(links) == 6
    assert {link["properties"]["virtualNetwork"]["id"] for link in links} == {network}
    assert network.startswith(OTHERS)


def test_a_key_of_the_owner_encrypts_the_data() -> None:
    made = made_of(KEY)
    (data,) = (
        a
        for a in made.of_type("Microsoft.Storage/storageAccounts")
        if a.name == made.outputs["DATA_STORAGE_NAME"]
    )
    encryption = data["properties"]["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["keyvaultproperties"] == {
        "keyvaulturi": "https://kv-keys.vault.azure.net",
        "keyname": "speech",
        "keyversion": "",
    }
    assert list(data["identity"]["userAssignedIdentities"]) == [KEY["customerKeyIdentityId"]]


def test_who_must_set_keys_reaches_the_vault_from_a_named_address() -> None:
    (vault,) = deployed(WIDE).of_type("Microsoft.KeyVault/vaults")
    properties = vault["properties"]
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["networkAcls"]["defaultAction"] == "Deny"
    assert [rule["value"] for rule in properties["networkAcls"]["ipRules"]] == [
        "192.0.2.7",
        "198.51.100.0/24",
    ]


CLOUDS = {
    "AzureCloud": ("azure.com", "vaultcore.azure.net", "azurewebsites.net"),
    "AzureUSGovernment": ("azure.us", "vaultcore.usgovcloudapi.net", "azurewebsites.us"),
    "AzureChinaCloud": ("azure.cn", "vaultcore.azure.cn", "chinacloudsites.cn"),
}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_names_and_audience_are_those_of_the_cloud(cloud: str) -> None:
    end, vault, app = CLOUDS[cloud]
    environment: Environment = (*PRIVATE, ("CLOUD", cloud))
    zones = {
        zone.name for zone in deployed(environment).of_type("Microsoft.Network/privateDnsZones")
    }
    assert {
        f"privatelink.cognitiveservices.{end}",
        f"privatelink.{vault}",
        f"privatelink.{app}",
    } <= zones
    assert app_settings(environment)["SPEECH_AUDIENCE"] == f"https://cognitiveservices.{end}"
    blobs = deployed(environment).of_type("Microsoft.Storage/storageAccounts/blobServices")
    (rule,) = (
        rule
        for one in blobs
        for rule in one.body.get("properties", {}).get("cors", {}).get("corsRules", [])
    )
    assert [origin.partition(".")[2] for origin in rule["allowedOrigins"]] == [app]


def test_a_network_alone_leaves_the_app_open() -> None:
    made = Deployment(INFRA / "main.bicep", whole(NETWORK))
    (app,) = made.of_type("Microsoft.Web/sites")
    assert app["properties"]["publicNetworkAccess"] == "Enabled"
    assert len(made.of_type("Microsoft.Network/privateDnsZones")) == 5
