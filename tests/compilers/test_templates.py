"""The templates in the real compiler: no word of complaint, and whole deployments worked out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.configuration.known import SETTINGS
from shared.messages import QUEUES
from shared.pipeline.watch.leftovers import BLOB_POISON
from tests.bicep.dropscribe import INFRA
from tests.compilers.compiler import (
    GROUP,
    PROGRAM,
    Compiler,
    Refused,
    Snapshot,
    running_compiler,
    told,
)
from tests.compilers.typed import (
    BUDGET,
    CHAT,
    CLIENT,
    FINE,
    FLOWS,
    KEY,
    NETWORK,
    OTHERS,
    OWNER,
    PRIVATE,
    PUT_RIGHT,
    REFUSED,
    SEARCH,
    SUBNETS,
    WORKSPACE,
    ZONES,
    Typed,
    told_of,
    whole,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM, reason="there is no bicep on PATH"),
]
MAIN = INFRA / "main.bicep"
TEMPLATES = [  # with all that they consist of
    MAIN,
    INFRA / "events.bicep",
    INFRA / "secrets.bicep",
    INFRA / "logic-apps" / "main.bicep",
]
COMBINATIONS: dict[str, Typed] = {
    "default": {},
    "network": {**NETWORK, "addressPrefix": "10.40", "allowedAddresses": "192.0.2.7"},
    "network and regions": {**NETWORK, "speechRegions": "eastus swedencentral"},
    "all providers": {"otherProviders": "assemblyai soferai", "audioContainers": "calls archive"},
    "all providers in a network": {
        **NETWORK,
        "otherProviders": "assemblyai soferai",
        "audioMayLeave": True,
    },
    "a finder": {"languageEnabled": True},
    "a prompter": CHAT,
    "a searcher": SEARCH,
    "private": {
        **PRIVATE,
        "languageEnabled": True,
        "speechRegions": "eastus",
        "siteUpdateStrategy": "RollingUpdate",
    },
    "private among others": {**PRIVATE, **SUBNETS, **ZONES, **WORKSPACE, **KEY},
    "addresses entered by a policy": {**NETWORK, **SUBNETS, "dnsZonesGroupId": "policy"},
    "another cloud": {**PRIVATE, "cloud": "AzureUSGovernment"},
    "tokens": {"apiClientId": CLIENT, "apiRole": "Transcribe"},
    "workflows": FLOWS,
    "the workflow that waits": {"flowsEnabled": True, "apiClientId": CLIENT},
    "one region more": {"speechRegions": "northeurope"},
    "polled": {"providerWebhooks": False},
    "looked after": {
        **BUDGET,
        "ownerPrincipalId": OWNER,
        "alertEmail": "owner@example.com",
        "audioDays": 30,
        "outputDays": 365,
        "auditBlobs": True,
        "logCapGb": -1,
        "alwaysReadyInstances": 1,
    },
    "everything": {
        **FLOWS,
        **NETWORK,
        **BUDGET,
        **CHAT,
        **SEARCH,
        "otherProviders": "assemblyai soferai",
        "audioMayLeave": True,
        "purgeProtection": True,
        "languageEnabled": True,
        "speechRegions": "eastus swedencentral northeurope",
        "ownerPrincipalId": OWNER,
        "ownerPrincipalType": "Group",
        "audioContainers": "calls archive",
        "storageSku": "Standard_GZRS",
        "tags": {"team": "speech"},
        "appSettings": {"ASSEMBLYAI_REGION": "eu"},
    },
    "named": {
        "names": {
            "functionApp": "func-speech",
            "plan": "plan-speech",
            "identity": "id-speech",
            "hostStorage": "stspeechhost",
            "dataStorage": "stspeechdata",
            "speech": "spch-speech",
            "language": "lang-speech",
            "vault": "kv-speech",
            "eventTopic": "evgt-speech",
            "workspace": "log-speech",
            "applicationInsights": "appi-speech",
            "network": "vnet-speech",
            "actionGroup": "ag-speech",
        },
        **NETWORK,
    },
}
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
# Type -> what a name's last part has to be.
NAMES = {
    "Microsoft.Web/sites": r"[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]",
    "Microsoft.Web/sites/config": "appsettings|authsettingsV2",
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": "ftp|scm",
    "Microsoft.Web/serverfarms": r"[A-Za-z0-9-]{1,40}",
    "Microsoft.Web/connections": r"[a-z0-9]{1,80}",
    "Microsoft.Logic/workflows": r"[\w().-]{1,80}",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[A-Za-z0-9][\w-]{2,127}",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.Storage/storageAccounts/blobServices": "default",
    "Microsoft.Storage/storageAccounts/queueServices": "default",
    "Microsoft.Storage/storageAccounts/tableServices": "default",
    "Microsoft.Storage/storageAccounts/managementPolicies": "default",
    "Microsoft.Storage/storageAccounts/blobServices/containers": (
        r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
    ),
    "Microsoft.Storage/storageAccounts/queueServices/queues": (
        r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
    ),
    "Microsoft.Storage/storageAccounts/tableServices/tables": r"[A-Za-z][A-Za-z0-9]{2,62}",
    "Microsoft.CognitiveServices/accounts": r"[A-Za-z0-9][A-Za-z0-9-]{0,62}[A-Za-z0-9]",
    "Microsoft.KeyVault/vaults": r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "Microsoft.KeyVault/vaults/secrets": r"[A-Za-z0-9-]{1,127}",
    "Microsoft.KeyVault/vaults/keys": r"[A-Za-z0-9-]{1,127}",
    "Microsoft.EventGrid/systemTopics": r"[A-Za-z0-9-]{3,50}",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions": r"[A-Za-z0-9-]{3,64}",
    "Microsoft.OperationalInsights/workspaces": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "Microsoft.OperationalInsights/workspaces/savedSearches": r"[\w-]{1,63}",
    "Microsoft.Insights/components": r"[^%&\\?/]{0,254}[^%&\\?/. ]",
    "Microsoft.Insights/actionGroups": r"[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]",
    "Microsoft.Insights/scheduledQueryRules": r"[^*<>%{}&:\\?/#|]{0,259}[^*<>%{}&:\\?/#|. ]",
    "Microsoft.Insights/metricAlerts": r"[^*#&+:<>?@%{}\\/|]{0,259}[^*#&+:<>?@%{}\\/|. ]",
    "Microsoft.Insights/diagnosticSettings": r"[^*#&+:<>?@%{}\\/|]{1,260}",
    "Microsoft.Insights/workbooks": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "Microsoft.Authorization/roleAssignments": (
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\[guid\(.*\)\]"
    ),
    "Microsoft.Consumption/budgets": r"[\w-]{1,63}",
    "Microsoft.Network/virtualNetworks": r"[A-Za-z0-9][\w.-]{0,62}\w",
    "Microsoft.Network/natGateways": r"[A-Za-z0-9][\w.-]{0,78}\w",
    "Microsoft.Network/publicIPAddresses": r"[A-Za-z0-9][\w.-]{0,78}\w",
    "Microsoft.Network/networkSecurityGroups": r"[A-Za-z0-9][\w.-]{0,78}\w",
    "Microsoft.Network/privateEndpoints": r"[A-Za-z0-9][\w.-]{0,62}\w",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": r"\w[\w.-]{0,78}\w",
    "Microsoft.Network/privateDnsZones": r"[a-z0-9-]+(\.[a-z0-9-]+){1,33}",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": r"[A-Za-z0-9][\w.-]{0,78}\w",
}


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiler]:
    with running_compiler(tmp_path_factory.mktemp("parameters")) as compiler:
        yield compiler


@pytest.fixture(params=list(COMBINATIONS))
def combination(request: pytest.FixtureRequest, compiler: Compiler) -> Snapshot:
    return compiler.snapshot(MAIN, whole(COMBINATIONS[request.param]))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(INFRA)))
@pytest.mark.parametrize("command", ["build", "lint"])
def test_the_compiler_says_nothing(template: Path, command: str) -> None:
    assert told(command, template) == ""


def test_a_combination_is_worked_out_without_a_complaint(combination: Snapshot) -> None:
    assert combination.diagnostics == []
    assert len(combination.resources) > 70


def test_nothing_is_made_twice(combination: Snapshot) -> None:
    twice = [id_ for id_, times in Counter(map(str.lower, combination.ids)).items() if times > 1]
    assert twice == []


def test_every_name_is_one_that_its_service_takes(combination: Snapshot) -> None:
    for resource in combination.resources:
        name = resource["name"]
        last = name if name.startswith("[") else name.rpartition("/")[2]
        assert re.fullmatch(NAMES[resource["type"]], last, re.DOTALL), resource["id"]


def test_what_belongs_to_another_has_it_there(combination: Snapshot) -> None:
    """Roles, diagnostic settings, budgets, children of resources, and private endpoints."""
    ids = {id_.lower() for id_ in (*combination.ids, GROUP)}
    for resource in combination.resources:
        owner = owner_of(resource)
        assert owner.lower() in ids or owner.startswith(OTHERS), (resource["id"], owner)
    for endpoint in combination.of_type("Microsoft.Network/privateEndpoints"):
        (connection,) = endpoint["properties"]["privateLinkServiceConnections"]
        assert connection["properties"]["privateLinkServiceId"].lower() in ids
        network = endpoint["properties"]["subnet"]["id"].rpartition("/subnets/")[0]
        assert network.lower() in ids or network.startswith(OTHERS)


def owner_of(resource: dict[str, Any]) -> str:
    """The id of what this is a part of: parent, scope, or resource group."""
    kind, _, own = resource["type"].rpartition("/")
    _, _, last = (
        resource["name"].rpartition("/")
        if "[" not in resource["name"]
        else ("", "", resource["name"])
    )
    before = str(resource["id"]).removesuffix(f"/{own}/{last}")
    return before.removesuffix(f"/providers/{kind}")


def test_every_named_resource_of_the_group_is_there(combination: Snapshot) -> None:
    """Ids in properties and in expressions name nothing that is not made."""
    ids = {id_.lower() for id_ in combination.ids}
    subnets = ("/subnets/app", "/subnets/endpoints")
    text = json.dumps([resource.get("properties") for resource in combination.resources])
    wanted = set(re.findall(r"/subscriptions/[^'\"/ ,]+/resourceGroups/[^'\"\\ ,)\]]+", text))
    for id_ in wanted:
        plain = id_.lower().removesuffix(subnets[0]).removesuffix(subnets[1])
        plain = re.sub(r"/(listkeys|providers/microsoft\.authorization/.*)$", "", plain)
        assert plain in ids or id_.startswith(OTHERS), id_


def test_queues_containers_and_table_are_those_of_the_code(compiler: Compiler) -> None:
    defaults = {setting.name: setting.default for setting in SETTINGS}
    poison = {*(f"{queue}-poison" for queue in QUEUES), BLOB_POISON}
    for name, typed in COMBINATIONS.items():
        made = compiler.snapshot(MAIN, whole(typed))
        found = {
            kind: {
                r["name"].rpartition("/")[2]
                for r in made.of_type(f"Microsoft.Storage/storageAccounts/{kind}")
            }
            for kind in ("blobServices/containers", "queueServices/queues", "tableServices/tables")
        }
        assert found["queueServices/queues"] == {*QUEUES, *poison}, name
        assert found["tableServices/tables"] == {defaults["STATE_TABLE"]}, name
        own = {value for key, value in defaults.items() if key.endswith("_CONTAINER")}
        further = set(str(typed.get("audioContainers", "")).split())
        assert found["blobServices/containers"] == own | further | {"deployments"}, name


def test_roles_reach_every_speech_account_and_every_container_of_audio(compiler: Compiler) -> None:
    made = compiler.snapshot(MAIN, whole({"speechRegions": "eastus", "audioContainers": "calls"}))
    scopes = Counter(
        one["id"].partition("/providers/Microsoft.Authorization/")[0].rpartition("/")[2]
        for one in made.of_type("Microsoft.Authorization/roleAssignments")
    )
    accounts = [one["name"] for one in made.of_type("Microsoft.CognitiveServices/accounts")]
    assert [scopes[name] for name in accounts] == [1, 1]
    assert [scopes[name] for name in ("audio", "uploads", "calls")] == [2, 2, 2]


@pytest.mark.parametrize(("typed", "meant"), PUT_RIGHT, ids=str)
def test_what_is_clear_is_put_right(compiler: Compiler, typed: Typed, meant: Typed) -> None:
    one, other = (compiler.snapshot(MAIN, whole(each)) for each in (typed, meant))
    assert one.resources == other.resources
    assert one.outputs == other.outputs
    assert one.diagnostics == []


def _in_order(value: Typed | set[str]) -> str:
    """The same in every process, or no two of them would collect the same tests."""
    return str(sorted(value) if isinstance(value, set) else value)


@pytest.mark.parametrize(("typed", "named"), REFUSED, ids=_in_order)
def test_what_cannot_be_is_refused_by_name(
    compiler: Compiler, typed: Typed, named: set[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        compiler.snapshot(MAIN, whole(typed))
    assert told_of(str(refusal.value)) == named


@pytest.mark.parametrize("typed", FINE, ids=str)
def test_what_may_be_meant_is_taken(compiler: Compiler, typed: Typed) -> None:
    assert compiler.snapshot(MAIN, whole(typed)).diagnostics == []


@pytest.mark.parametrize(
    "typed",
    [
        {"storageSku": "LRS"},
        {"pythonVersion": "3.10"},
        {"instanceMemoryMB": 1024},
        {"ownerPrincipalType": "user"},
        {"logDays": 29},
        {"audioDays": -1},
        {"logCapGb": -2},
        {"maximumInstanceCount": 39},
        {"tags": {"year": 2026}},
        {"appSettings": {"MAX_ATTEMPTS": 3}},
        {"names": {"vault": None}},
        {"vnetEnabled": "yes"},
        {"vnetenabled": True},
    ],
    ids=str,
)
def test_what_has_the_wrong_type_is_refused_by_its_type(compiler: Compiler, typed: Typed) -> None:
    wrong = "xpected a value of type|too (small|large) to assign|without being declared"
    with pytest.raises(Refused, match=wrong):
        compiler.snapshot(MAIN, whole(typed))


def test_next_month_and_a_second_time_nothing_differs(combination: Snapshot) -> None:
    """No clock and no dice in any template, so the day of a deployment is nowhere in it. What
    depends on them is left as an expression."""
    made = json.dumps([combination.resources, combination.outputs])
    assert not re.search(r"\b(utcNow|newGuid|dateTime\w+)\(", made)


def test_worked_out_again_it_is_the_same(compiler: Compiler) -> None:
    made = compiler.snapshot(MAIN, whole(COMBINATIONS["everything"])).resources
    compiler.forget()
    assert compiler.snapshot(MAIN, whole(COMBINATIONS["everything"])).resources == made


def test_another_tag_changes_tags_and_nothing_else(compiler: Compiler) -> None:
    def made(tag: str) -> list[dict[str, Any]]:
        return compiler.snapshot(MAIN, whole({"tags": {"team": tag}})).resources

    before, after = made("speech"), made("calls")
    assert before != after
    for old, new in zip(before, after, strict=True):
        assert {k: v for k, v in old.items() if k != "tags"} == {
            k: v for k, v in new.items() if k != "tags"
        }, old["id"]


def test_a_month_later_only_what_the_owner_changed_is_different(compiler: Compiler) -> None:
    before = compiler.snapshot(MAIN, whole(BUDGET)).resources
    after = compiler.snapshot(MAIN, whole({**BUDGET, "monthlyBudget": 70})).resources
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [one["type"] for one in changed] == ["Microsoft.Consumption/budgets"]
    assert changed[0]["properties"]["amount"] == 70
    assert changed[0]["properties"]["timePeriod"]["startDate"] == BUDGET["budgetStart"]


def test_blobs_are_announced_to_the_app_in_the_second_template(compiler: Compiler) -> None:
    given = {"functionAppName": "func", "eventTopicName": "topic", "dataStorageName": "stdata"}
    hidden = compiler.snapshot(INFRA / "events.bicep", {**given, "posture": "private"})
    assert hidden.diagnostics == []
    assert not any("functionName" in json.dumps(one) for one in hidden.resources)
    assert {"topic/audio-announced", "topic/manifests-announced"} <= {
        one["name"] for one in hidden.resources
    }
    made = compiler.snapshot(INFRA / "events.bicep", given)
    assert made.diagnostics == []
    assert [one["name"] for one in made.resources] == [
        "topic/audio-dropped",
        "topic/manifest-dropped",
        "topic/audio-renamed",
        "topic/manifests-renamed",
    ]
    for one in made.resources:
        assert re.fullmatch(NAMES[one["type"]], one["name"].rpartition("/")[2])
