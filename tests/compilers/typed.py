"""Parameters as people type them: what is put right, and what is refused by its name.

The reader of Bicep in tests/bicep tries them in every run, the real compiler in `make test-all`,
and the hooks where a parameter of azd is meant.
"""

from __future__ import annotations

from typing import Any

Typed = dict[str, Any]
"""Parameters of infra/main.bicep by name."""

CLIENT = "3f2b1c7a-90de-4c11-8a5e-6b0d9f4e2a10"
OWNER = "9f1c0e55-7d2b-4b8e-9a49-0a8b7a3f6d21"
LIBRARY = "5d0c7b52-0f1e-4f0a-b0cf-61e6f1a9d3c4"
SITE = "https://contoso.sharepoint.com/sites/calls"
FLOWS = {
    "flowsEnabled": True,
    "apiClientId": CLIENT,
    "flowsSite": SITE,
    "flowsLibrary": LIBRARY,
    "flowsMailTo": "team@contoso.com",
}
NETWORK = {"vnetEnabled": True}
PRIVATE = {"posture": "private"}
OTHERS = "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups"
_NETWORKS = f"{OTHERS}/rg-net/providers/Microsoft.Network/virtualNetworks/hub/subnets"
SUBNETS = {"appSubnetId": f"{_NETWORKS}/speech-app", "endpointSubnetId": f"{_NETWORKS}/endpoints"}
ZONES = {"dnsZonesGroupId": f"{OTHERS}/rg-dns"}
WORKSPACE = {
    "workspaceId": f"{OTHERS}/rg-log/providers/Microsoft.OperationalInsights/workspaces/central"
}
KEY = {
    "customerKey": "https://kv-keys.vault.azure.net/keys/speech",
    "customerKeyIdentityId": f"{OTHERS}/rg-keys/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/id-keys",
}
CHAT = {
    "chatAccountId": f"{OTHERS}/rg-ai/providers/Microsoft.CognitiveServices/accounts/ai-contoso",
    "chatModel": "calls",
}
SEARCH = {
    "searchServiceId": f"{OTHERS}/rg-ai/providers/Microsoft.Search/searchServices/srch-contoso"
}
BUDGET = {"monthlyBudget": 50, "budgetStart": "2026-11-01"}

# What was typed, and what is deployed as if it had been typed instead.
PUT_RIGHT: list[tuple[Typed, Typed]] = [
    ({"location": "West Europe"}, {"location": "westeurope"}),
    ({"location": "WESTEUROPE "}, {"location": "westeurope"}),
    ({"speechRegions": "westeurope"}, {}),
    ({"speechRegions": "westeurope eastus eastus"}, {"speechRegions": "eastus"}),
    ({"speechRegions": "eastus  swedencentral"}, {"speechRegions": "eastus swedencentral"}),
    ({"speechRegions": " eastus "}, {"speechRegions": "eastus"}),
    ({"speechRegions": "eastus, swedencentral;"}, {"speechRegions": "eastus swedencentral"}),
    ({"speechRegions": "EastUS\nSwedenCentral\t"}, {"speechRegions": "eastus swedencentral"}),
    ({"speechRegions": "  "}, {}),
    ({"otherProviders": "AssemblyAI"}, {"otherProviders": "assemblyai"}),
    ({"otherProviders": "assemblyai,soferai"}, {"otherProviders": "assemblyai soferai"}),
    ({"otherProviders": " soferai  soferai "}, {"otherProviders": "soferai"}),
    ({"audioContainers": "audio"}, {}),
    ({"audioContainers": "uploads audio calls calls"}, {"audioContainers": "calls"}),
    ({"audioContainers": "Calls, Archive"}, {"audioContainers": "calls archive"}),
    ({**NETWORK, "addressPrefix": " 10.30 "}, {**NETWORK, "addressPrefix": "10.30"}),
    (
        {**NETWORK, "allowedAddresses": "192.0.2.7/32, 198.51.100.0/24"},
        {**NETWORK, "allowedAddresses": "192.0.2.7 198.51.100.0/24"},
    ),
    (
        {**NETWORK, "allowedAddresses": "192.0.2.7 192.0.2.7/32"},
        {**NETWORK, "allowedAddresses": "192.0.2.7"},
    ),
    ({"apiClientId": f" {CLIENT.upper()} "}, {"apiClientId": CLIENT}),
    (
        {"apiClientId": CLIENT, "apiRole": "Transcribe "},
        {"apiClientId": CLIENT, "apiRole": "Transcribe"},
    ),
    ({**FLOWS, "flowsLibrary": f"{{{LIBRARY.upper()}}}"}, FLOWS),
    ({**FLOWS, "flowsSite": f"{SITE}/ "}, FLOWS),
    ({**FLOWS, "flowsMailTo": " team@contoso.com"}, FLOWS),
    ({"alertEmail": " owner@example.com "}, {"alertEmail": "owner@example.com"}),
    ({"ownerPrincipalId": OWNER.upper()}, {"ownerPrincipalId": OWNER}),
    ({"ownerPrincipalId": "Nobody "}, {}),
    ({**BUDGET, "budgetStart": " 2026-11-01"}, BUDGET),
]

# What was typed, and the parameters that are named for it.
REFUSED: list[tuple[Typed, set[str]]] = [
    ({"environmentName": "My Env"}, {"environmentName"}),
    ({"environmentName": "prod."}, {"environmentName"}),
    ({"environmentName": "büro"}, {"environmentName"}),
    ({"location": "west-europe"}, {"location"}),
    ({"location": "Europe"}, {"location"}),
    ({"location": " "}, {"location"}),
    ({"speechRegions": "north europe"}, {"speechRegions"}),
    ({"speechRegions": "east us 2"}, {"speechRegions"}),
    ({"speechRegions": "eastus/swedencentral"}, {"speechRegions"}),
    ({"speechRegions": '["eastus"]'}, {"speechRegions"}),
    ({"otherProviders": "assembly"}, {"otherProviders"}),
    ({"otherProviders": "azure-speech assemblyai"}, {"otherProviders"}),
    ({"audioContainers": "my_calls"}, {"audioContainers"}),
    ({"audioContainers": "a"}, {"audioContainers"}),
    ({"audioContainers": "calls--2026"}, {"audioContainers"}),
    ({"audioContainers": "-calls"}, {"audioContainers"}),
    ({"audioContainers": "x" * 64}, {"audioContainers"}),
    ({"audioContainers": "transcripts"}, {"audioContainers"}),
    ({**NETWORK, "addressPrefix": "10.20.30"}, {"addressPrefix"}),
    ({**NETWORK, "addressPrefix": "10.20.0.0/16"}, {"addressPrefix"}),
    ({**NETWORK, "addressPrefix": "10"}, {"addressPrefix"}),
    ({**NETWORK, "addressPrefix": "10.256"}, {"addressPrefix"}),
    ({**NETWORK, "addressPrefix": "10."}, {"addressPrefix"}),
    ({**NETWORK, "addressPrefix": "127.0"}, {"addressPrefix"}),
    ({**NETWORK, "allowedAddresses": "192.0.2.0/31"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "10.1.2.3"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "172.20.0.0/16"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "192.0.2"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "192.0.2.300"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "192.0.2.1-192.0.2.9"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "2001:db8::1"}, {"allowedAddresses"}),
    ({**NETWORK, "allowedAddresses": "192.0.2.0/0"}, {"allowedAddresses"}),
    ({"allowedAddresses": "192.0.2.7"}, {"allowedAddresses"}),
    (
        {
            **NETWORK,
            "allowedAddresses": "192.0.2.7",
            "otherProviders": "soferai",
            "audioMayLeave": True,
        },
        {"allowedAddresses"},
    ),
    ({**NETWORK, "otherProviders": "soferai"}, {"otherProviders"}),
    ({**PRIVATE, "otherProviders": "soferai"}, {"otherProviders"}),
    ({"otherProviders": "soferai", "audioMayLeave": True}, {"audioMayLeave"}),
    ({**PRIVATE, "audioMayLeave": True}, {"audioMayLeave"}),
    ({**PRIVATE, "allowedAddresses": "192.0.2.7"}, {"allowedAddresses"}),
    ({**PRIVATE, **FLOWS}, {"flowsEnabled"}),
    (SUBNETS, {"appSubnetId"}),
    (ZONES, {"appSubnetId"}),
    ({**NETWORK, "appSubnetId": SUBNETS["appSubnetId"]}, {"appSubnetId"}),
    ({**NETWORK, **SUBNETS, "appSubnetId": "snet-app"}, {"appSubnetId"}),
    ({**NETWORK, **SUBNETS, "endpointSubnetId": f"{OTHERS}/x"}, {"endpointSubnetId"}),
    ({**NETWORK, **SUBNETS, "endpointSubnetId": SUBNETS["appSubnetId"]}, {"endpointSubnetId"}),
    ({**NETWORK, "dnsZonesGroupId": "rg-dns"}, {"dnsZonesGroupId"}),
    ({**NETWORK, "dnsZonesGroupId": SUBNETS["appSubnetId"]}, {"dnsZonesGroupId"}),
    ({"workspaceId": "central"}, {"workspaceId"}),
    ({"workspaceId": f"{WORKSPACE['workspaceId']}/tables/x"}, {"workspaceId"}),
    ({"chatModel": "calls"}, {"chatAccountId"}),
    ({"chatAccountId": CHAT["chatAccountId"]}, {"chatAccountId"}),
    ({**CHAT, "chatAccountId": "ai-contoso"}, {"chatAccountId"}),
    ({**CHAT, "chatAccountId": WORKSPACE["workspaceId"]}, {"chatAccountId"}),
    ({**CHAT, "chatModel": "my calls"}, {"chatModel"}),
    ({"searchServiceId": "srch-contoso"}, {"searchServiceId"}),
    ({"searchServiceId": CHAT["chatAccountId"]}, {"searchServiceId"}),
    ({"searchServiceId": f"{SEARCH['searchServiceId']}/indexes/a"}, {"searchServiceId"}),
    ({"customerKey": KEY["customerKey"]}, {"customerKey"}),
    ({**KEY, "customerKey": "https://kv-keys.vault.azure.net/secrets/speech"}, {"customerKey"}),
    ({**KEY, "customerKeyIdentityId": "id-keys"}, {"customerKeyIdentityId"}),
    ({"apiClientId": "dropscribe-api"}, {"apiClientId"}),
    ({"apiClientId": f"api://{CLIENT}"}, {"apiClientId"}),
    ({"apiRole": "Transcribe"}, {"apiRole"}),
    ({"apiClientId": CLIENT, "apiRole": "Transcribe Read"}, {"apiRole"}),
    ({"ownerPrincipalId": "me@contoso.com"}, {"ownerPrincipalId"}),
    ({"flowsEnabled": True}, {"flowsEnabled"}),
    ({"flowsSite": SITE}, {"flowsSite"}),
    ({"flowsEnabled": True, "apiClientId": CLIENT, "flowsSite": SITE}, {"flowsSite"}),
    ({"flowsEnabled": True, "apiClientId": CLIENT, "flowsMailTo": "a@b.com"}, {"flowsSite"}),
    ({**FLOWS, "flowsSite": "contoso.sharepoint.com/sites/calls"}, {"flowsSite"}),
    ({**FLOWS, "flowsLibrary": "Calls"}, {"flowsLibrary"}),
    ({**FLOWS, "flowsMailTo": "team"}, {"flowsMailTo"}),
    ({"alertEmail": "owner"}, {"alertEmail"}),
    ({"alertEmail": "a@example.com b@example.com"}, {"alertEmail"}),
    ({"logCapGb": 0}, {"logCapGb"}),
    ({"monthlyBudget": 50}, {"monthlyBudget"}),
    ({"monthlyBudget": 50, "budgetStart": "2026-11"}, {"budgetStart"}),
    ({"monthlyBudget": 50, "budgetStart": "2026-11-15"}, {"budgetStart"}),
    ({"monthlyBudget": 50, "budgetStart": "01.11.2026"}, {"budgetStart"}),
    ({"monthlyBudget": 50, "budgetStart": "2026-13-01"}, {"budgetStart"}),
    ({"names": {"storage": "stdata1"}}, {"names"}),
    ({"names": {"dataStorage": "st-data"}}, {"names.dataStorage"}),
    ({"names": {"dataStorage": "stData"}}, {"names.dataStorage"}),
    ({"names": {"hostStorage": "s" * 25}}, {"names.hostStorage"}),
    ({"names": {"hostStorage": "stone", "dataStorage": "stone"}}, {"names"}),
    ({"names": {"vault": "1vault"}}, {"names.vault"}),
    ({"names": {"vault": "kv--one"}}, {"names.vault"}),
    ({"names": {"vault": "kv-" + "x" * 22}}, {"names.vault"}),
    ({"names": {"functionApp": "func_one"}}, {"names.functionApp"}),
    ({"names": {"functionApp": ""}}, {"names.functionApp"}),
    ({"names": {"workspace": "log"}}, {"names.workspace"}),
    ({"names": {"eventTopic": "evgt.one"}}, {"names.eventTopic"}),
    ({"names": {"speech": "s" * 60}, "speechRegions": "eastus"}, {"names.speech"}),
    ({"names": {"resourceGroup": "rg-one"}}, {"names"}),
    ({"names": {"network": "-vnet"}}, {"names.network"}),
    ({"appSettings": {"AzureWebJobsStorage__credential": "x"}}, {"appSettings"}),
    ({"appSettings": {"AUDIO_CONTAINER": "x"}}, {"appSettings"}),
    ({"appSettings": {"transcripts_container": "x"}}, {"appSettings"}),
    ({"appSettings": {"WEBSITE_TIME_ZONE": "x"}}, {"appSettings"}),
    ({"appSettings": {"DATA_STORAGE": "x"}}, {"appSettings"}),
    ({"appSettings": {"MANIFEST_SOURCES": "x"}, "audioContainers": "calls"}, {"appSettings"}),
    ({"appSettings": {"MAX-ATTEMPTS": "3"}}, {"appSettings"}),
    ({"appSettings": {"MAX_ATTEMPTS": "3", "max_attempts": "4"}}, {"appSettings"}),
    ({"tags": {"azd-env-name": "other"}}, {"tags"}),
    ({"tags": {"cost/centre": "1"}}, {"tags"}),
    ({"tags": {"team": "x" * 257}}, {"tags"}),
    (
        {"environmentName": "a b", "speechRegions": "west", "flowsEnabled": True, "logCapGb": 0},
        {"environmentName", "speechRegions", "flowsEnabled", "logCapGb"},
    ),
]

# Not refused: odd, but what somebody may mean.
FINE: list[Typed] = [
    {"environmentName": "prod_(2).eu"},
    {"appSettings": {"ASSEMBLYAI_REGION": "eu", "SWEEP_SCHEDULE": "0 */10 * * * *"}},
    {"appSettings": {"MANIFEST_SOURCES": "uploads"}},
    {"names": {"vault": "kv-one", "dataStorage": "stone", "speech": "spch-one"}},
    {"flowsEnabled": True, "apiClientId": CLIENT},
    {"tags": {"team": "speech", "cost centre": "4711"}},
    {"logCapGb": -1},
    {"budgetStart": "2026-11-01"},
    {"ownerPrincipalId": "nobody"},
    {**NETWORK, **SUBNETS, "dnsZonesGroupId": "Policy"},
    {**NETWORK, **ZONES, **WORKSPACE},
    {**PRIVATE, "otherProviders": "soferai", "audioMayLeave": True},
    {**KEY, "customerKey": f"{KEY['customerKey']}/0a1b2c"},
    {"siteUpdateStrategy": "RollingUpdate"},
]


def whole(typed: Typed) -> Typed:
    """With what every deployment is asked for."""
    return {"environmentName": "test", "location": "westeurope", **typed}


def told_of(refusal: str) -> set[str]:
    """The parameters that a refusal names: each of its lines begins with one or more."""
    lines = refusal.partition("is not valid: ")[2] or refusal
    return {line.partition(":")[0].partition(",")[0] for line in lines.splitlines()}
