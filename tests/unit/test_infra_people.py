"""Who is let in: to the data by infra/access.sh, to the API by infra/entra.sh, both run against
stand-ins for az and curl."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.model.access.roles import PREFIX, ROLES, TRANSCRIBE, grants_of_claims
from tests.azure_stubs import Call, Ran, Said, run
from tests.bicep.dropscribe import INFRA, OWNER, deployed, names_in_data_account
from tests.compilers.typed import CLIENT

pytestmark = pytest.mark.long

NAMES = {
    **{name: str(value) for name, value in deployed().outputs.items()},
    "AZURE_SUBSCRIPTION_ID": "11111111-1111-1111-1111-111111111111",
    "AZURE_ENV_NAME": "test",
}
GROUP = "/subscriptions/{AZURE_SUBSCRIPTION_ID}/resourceGroups/{AZURE_RESOURCE_GROUP}".format(
    **NAMES
)


def option(call: Call, name: str) -> str:
    return call.words[call.words.index(name) + 1]


def access(folder: Path, *arguments: str, **answers: Said) -> Ran:
    return run(INFRA / "access.sh", *arguments, folder=folder, environment=NAMES, answers=answers)


@pytest.mark.parametrize(
    ("what", "role", "containers"),
    [
        ("drop", "Storage Blob Data Contributor", {"audio", "uploads", "manifests"}),
        (
            "read",
            "Storage Blob Data Reader",
            {"transcripts", "corrected", "reports", "errors"},
        ),
        (
            "review",
            "Storage Blob Data Reader",
            {"transcripts", "corrected", "reports", "errors", "audio", "uploads"},
        ),
        ("hear", "Storage Blob Data Reader", {"redacted-audio"}),
        ("unredacted", "Storage Blob Data Reader", {"unredacted"}),
    ],
)
def test_one_command_gives_what_a_person_needs_and_no_more(
    tmp_path: Path, what: str, role: str, containers: set[str]
) -> None:
    ran = access(tmp_path, what, OWNER)
    assert ran.code == 0
    given = ran.of("az role assignment create")
    assert {option(call, "--role") for call in given} == {role}
    assert {option(call, "--assignee") for call in given} == {OWNER}
    named = {option(call, "--scope").rpartition("/containers/")[2] for call in given}
    assert named == containers <= names_in_data_account("blobServices/containers")
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{NAMES['DATA_STORAGE_NAME']}/"
    assert all(option(call, "--scope").startswith(account) for call in given)


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("ann@contoso.com", "az ad user show"),
        ("a-b-c-d-e@contoso.com", "az ad user show"),
        ("Call Centre", "az ad group show"),
    ],
)
def test_people_and_groups_are_found_by_name(tmp_path: Path, who: str, asked: str) -> None:
    ran = access(tmp_path, "watch", who, **{asked: Said(f"{OWNER}\n")})
    assert ran.code == 0 and len(ran.of(asked)) == 1
    assert {option(call, "--assignee") for call in ran.of("az role assignment create")} == {OWNER}


def test_whoever_is_not_found_gets_nothing(tmp_path: Path) -> None:
    ran = access(tmp_path, "read", "nobody@contoso.com", **{"az ad user": Said(code=3)})
    assert ran.code != 0 and ran.of("az role assignment") == []


def test_what_was_given_is_taken_away(tmp_path: Path) -> None:
    ran = access(tmp_path, "take-away", OWNER, **{"assignment list": Said("/a/1\n/a/2\n")})
    assert [option(call, "--ids") for call in ran.of("az role assignment delete")] == [
        "/a/1",
        "/a/2",
    ]


@pytest.mark.parametrize("arguments", [("take-away", OWNER), ("list",)])
def test_a_group_whose_name_begins_like_ours_is_left_alone(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (listed,) = access(tmp_path, *arguments).of("az role assignment list")
    asked = option(listed, "--query")
    assert f"[?scope == '{GROUP}' || starts_with(scope, '{GROUP}/')]" in asked
    assert asked.count(GROUP) == 2


@pytest.mark.parametrize("arguments", [[], ["drop"], ["own", OWNER], ["list", OWNER]])
def test_what_is_not_understood_changes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    ran = access(tmp_path, *arguments)
    assert ran.code == 2 and "infra/access.sh drop WHO" in ran.err and ran.calls == []


ANSWERS = {
    "az cloud show .*microsoftGraph": Said("https://graph.microsoft.com/\n"),
    "az cloud show .*activeDirectory": Said("https://login.microsoftonline.com\n"),
    "az account show .*tenantId": Said("a-tenant\n"),
    "az account get-access-token": Said("a-token\n"),
    "az ad app create": Said(f"{CLIENT}\n"),
    "az ad app show .*appRoles": Said("[]\n"),
    "az ad app show": Said("an-object\n"),
    "az ad sp show": Said(code=3),
    "az ad sp create": Said("a-service\n"),
    "az ad signed-in-user": Said(f"{OWNER}\n"),
    "azd env get-values": Said(f'API_CLIENT_ID="{CLIENT}"\n'),
    "curl .*api/batches": Said("200"),
    "curl .*oauth2": Said('{"token_type":"Bearer","access_token":"a-program-s-token"}'),
}


def entra(folder: Path, *arguments: str, **answers: Said | list[Said]) -> Ran:
    known = {**NAMES} if arguments[:1] == ("register",) else {**NAMES, "API_CLIENT_ID": CLIENT}
    return run(
        INFRA / "entra.sh",
        *arguments,
        folder=folder,
        environment=known,
        answers={**answers, **{k: v for k, v in ANSWERS.items() if k not in answers}},
    )


def bodies(ran: Ran, method: str) -> list[tuple[str, Any]]:
    """Address -> body of what was sent to the directory."""
    return [
        (option(call, "--url"), json.loads(call.files[0]))
        for call in ran.of("az rest")
        if option(call, "--method") == method
    ]


def test_an_application_is_registered_whole_and_ends_in_a_call_that_answers_200(
    tmp_path: Path,
) -> None:
    ran = entra(tmp_path, "register")
    assert ran.code == 0, ran.err
    (where, made), (_, allowed), (_, page) = bodies(ran, "PATCH")
    assert where == "https://graph.microsoft.com/v1.0/applications/an-object"
    assert made["identifierUris"] == [f"api://{CLIENT}"]
    assert made["api"]["requestedAccessTokenVersion"] == 2
    values = [role["value"] for role in made["appRoles"]]
    assert values == [TRANSCRIBE, *(f"{PREFIX}{role}" for role in ROLES)]
    assert len({role["id"] for role in made["appRoles"]}) == len(values)
    assert all(r["allowedMemberTypes"] == ["User", "Application"] for r in made["appRoles"])
    (scope,) = made["api"]["oauth2PermissionScopes"]
    assert page["web"]["implicitGrantSettings"] == {"enableIdTokenIssuance": True}
    (back,) = page["web"]["redirectUris"]
    assert back.startswith("https://") and back.endswith("/.auth/login/aad/callback")
    (cli,) = allowed["api"]["preAuthorizedApplications"]
    assert cli["delegatedPermissionIds"] == [scope["id"]]
    assert len(ran.of("az ad sp create")) == 1
    assigned = bodies(ran, "POST")
    assert {body["appRoleId"] for _, body in assigned} == {role["id"] for role in made["appRoles"]}
    assert {(body["principalId"], body["resourceId"]) for _, body in assigned} == {
        (OWNER, "a-service")
    }
    assert ran.of(f"azd env set API_CLIENT_ID {CLIENT}")
    steps = [str(call).split()[:2] for call in ran.calls]
    assert steps.index(["azd", "provision"]) < len(steps) - 1
    assert ran.calls[-1].program == "curl" and "answers 200." in ran.out


BOUND = {"id": "a-guid", "value": "Dropscribe.Read/profile/sales", "isEnabled": True}


def test_registering_again_keeps_roles_that_it_does_not_know(tmp_path: Path) -> None:
    there = Said(json.dumps([BOUND], indent=2) + "\n")
    ran = entra(tmp_path, "register", **{"az ad app show .*appRoles": there})
    assert ran.code == 0, ran.err
    (_, made), *_ = bodies(ran, "PATCH")
    assert made["appRoles"][0] == BOUND and len(made["appRoles"]) == 2 + len(ROLES)
    unknown = Said(code=1, err="Forbidden")
    refused = entra(tmp_path, "register", **{"az ad app show .*appRoles": unknown})
    assert refused.code == 1 and bodies(refused, "PATCH") == []


def test_a_bound_role_is_added_to_the_application_and_assigned(tmp_path: Path) -> None:
    wanted = "Submit/profile/sales/container/calls"
    there = Said(json.dumps([BOUND]))
    ran = entra(tmp_path, "allow", OWNER, wanted, **{"az ad app show .*appRoles": there})
    assert ran.code == 0, ran.err
    ((_, patched),) = bodies(ran, "PATCH")
    assert patched["appRoles"][0] == BOUND
    made = patched["appRoles"][1]
    assert made["value"] == f"{PREFIX}{wanted}" and grants_of_claims([made["value"]], TRANSCRIBE)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["id"])
    ((_, assigned),) = bodies(ran, "POST")
    assert assigned["appRoleId"] == made["id"]
    assert made["id"] in option(ran.of("az ad app show")[0], "--query")


@pytest.mark.parametrize(
    "role", ["Rule/profile/x", "Transcribe/profile/x", "Read/profile", "Read/x/y", 'Read/profile/"']
)
def test_a_bound_role_that_means_nothing_is_refused(tmp_path: Path, role: str) -> None:
    ran = entra(tmp_path, "allow", OWNER, role)
    assert ran.code == 1 and "There is no role" in ran.err and ran.calls == []


def test_a_call_is_repeated_until_tokens_carry_the_role(tmp_path: Path) -> None:
    ran = entra(tmp_path, "call", **{"curl .*api/batches": [Said("403"), Said("401"), Said("200")]})
    assert ran.code == 0 and ran.out.count("answers") == 3
    refused = entra(tmp_path, "call", **{"curl .*api/batches": Said("403")})
    assert refused.code == 1


def test_a_program_calls_with_a_token_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cr3t~value\n")
    ran = entra(tmp_path, "call", OWNER, "secret.txt")
    assert ran.code == 0
    told = f"{ran.out}{ran.err}{' '.join(map(str, ran.calls))}"
    assert "s3cr3t~value" not in told and "a-program-s-token" not in told
    (asked,) = ran.of("curl --silent --fail")
    assert asked.words[-1] == "https://login.microsoftonline.com/a-tenant/oauth2/v2.0/token"


def test_callers_get_one_role_and_twice_is_once(tmp_path: Path) -> None:
    ran = entra(tmp_path, "allow", OWNER, "Read")
    ((_, body),) = bodies(ran, "POST")
    assert body["appRoleId"].endswith("3")
    there = Said(code=1, err="Permission being assigned already exists on the object")
    assert entra(tmp_path, "allow", OWNER, **{"az rest .*POST": there}).code == 0
    refused = Said(code=1, err="Insufficient privileges")
    ran = entra(tmp_path, "allow", OWNER, **{"az rest .*POST": refused})
    assert ran.code == 1 and "Insufficient privileges" in ran.err


def test_a_role_that_there_is_not_is_refused_before_anything(tmp_path: Path) -> None:
    ran = entra(tmp_path, "allow", OWNER, "Rule")
    assert ran.code == 1 and "There is no role Rule" in ran.err and ran.calls == []


def test_a_program_is_registered_with_its_role(tmp_path: Path) -> None:
    ran = entra(tmp_path, "program", "nightly", "Submit")
    assert ran.code == 0 and f"Its client id is {CLIENT}." in ran.out
    assert len(bodies(ran, "POST")) == 1


@pytest.mark.parametrize("arguments", [("register",), ("program", "it's nightly", "Submit")])
def test_an_application_that_has_the_name_already_is_not_taken_over(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    there = Said("another-app\n")
    ran = entra(tmp_path, *arguments, **{"az ad app list": there})
    assert ran.code == 1 and "already: another-app. It stays as it is." in ran.err
    assert "API_CLIENT_ID another-app" in ran.err or "--id another-app" in ran.err
    assert ran.of("az ad app create") == ran.of("az rest") == ran.of("azd env set") == []
    (asked,) = ran.of("az ad app list")
    named = "it''s nightly" if "program" in arguments else "dropscribe-test"
    assert option(asked, "--filter") == f"displayName eq '{named}'"
