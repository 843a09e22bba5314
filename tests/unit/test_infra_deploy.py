"""infra/deploy.sh and infra/what-if.sh, run against stand-ins for az, azd, curl and zip."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from shared.model.setting import api_key
from tests.azure_stubs import Call, Ran, Said, run
from tests.bicep.dropscribe import INFRA, OWNER, deployed
from tests.bicep.syntax import read_bicep
from tests.conformance.package import packaged_files
from tests.unit.test_infra_scripts import HEALTHY, MISSING, NAMES, UNRESOLVED, postdeploy, values

pytestmark = pytest.mark.long


def outputs() -> str:
    """As Azure answers: in letters of its own, and with some that are no text."""
    found = {
        name.replace("AZURE", "azurE"): {
            "type": "Array" if isinstance(value, list) else "String",
            "value": value,
        }
        for name, value in deployed().outputs.items()
    }
    return json.dumps(found, indent=2)


def deploy(
    folder: Path,
    *arguments: str,
    first: tuple[str, ...] = (),
    lines: str = "",
    **answers: Said | list[Said],
) -> Ran:
    (folder / "prod.env").write_text(f"AZURE_ENV_NAME=test\nAZURE_LOCATION=westeurope\n{lines}")
    table = {
        **{k: v for k, v in answers.items() if "configreferences" in k},
        "az deployment group create --name dropscribe ": Said(outputs()),
        "az account show .*user.type": Said("user\n"),
        "az account show": Said("a-subscription\n"),
        "az ad signed-in-user": Said(f"{OWNER}\n"),
        "az rest --method GET .*vaults": MISSING,
        "curl .*api/health": HEALTHY,
        **answers,
    }
    return run(INFRA / "deploy.sh", *first, "prod.env", *arguments, folder=folder, answers=table)


def given_in(call: Call) -> dict[str, object]:
    """Parameter -> value, in the file that a deployment is given."""
    (file,) = call.files
    return {name: entry["value"] for name, entry in json.loads(file)["parameters"].items()}


def test_what_would_change_is_shown_with_the_same_parameters(tmp_path: Path) -> None:
    lines = (
        'AZURE_RESOURCE_GROUP=given\nAZURE_ENV_NAME=test\nPROVIDER_WEBHOOKS=F\nAPI_ROLE="a\\b"\n'
    )
    (tmp_path / "prod.env").write_text(lines)
    ran = run(INFRA / "what-if.sh", "prod.env", folder=tmp_path)
    assert ran.code == 0, ran.err
    (call,) = ran.calls
    assert call.words[:3] == ["deployment", "group", "what-if"]
    assert call.words[call.words.index("--validation-level") + 1] == "ProviderNoRbac"
    assert "--subscription" not in call.words
    assert given_in(call) == {
        "environmentName": "test",
        "providerWebhooks": False,
        "apiRole": "a\\b",
    }


def test_it_looks_where_the_deployment_is_with_the_objects_and_changes_no_line(
    tmp_path: Path,
) -> None:
    lines = "AZURE_RESOURCE_GROUP=given\nAZURE_SUBSCRIPTION_ID=sub\nPLAN=true\n"
    (tmp_path / "prod.env").write_text(lines + 'TAGS={"team": "old"}\n')
    given = ("prod.env", 'appSettings={"ASSEMBLYAI_REGION": "eu"}', "audioDays=30")
    ran = run(INFRA / "what-if.sh", *given, folder=tmp_path)
    assert ran.code == 0, ran.err
    (call,) = ran.calls
    assert call.words[call.words.index("--subscription") + 1] == "sub"
    assert given_in(call) == {
        "audioDays": 30,
        "tags": {"team": "old"},
        "appSettings": {"ASSEMBLYAI_REGION": "eu"},
    }
    assert ran.err == "prod.env: PLAN is no parameter, and is not looked at.\n"
    assert (tmp_path / "prod.env").read_text() == lines + 'TAGS={"team": "old"}\n'


def test_objects_of_the_file_of_azd_are_looked_at_too(tmp_path: Path) -> None:
    """As a pipeline does, whose parameters are variables."""
    copy = tmp_path / "infra"
    shutil.copytree(INFRA, copy)
    file = copy / "main.parameters.json"
    given = json.loads(file.read_text())
    tags = {"team": '}{ a " \\ b', "b": "c"}
    given["parameters"]["tags"]["value"] = tags
    file.write_text(json.dumps(given, indent=2))
    (tmp_path / "prod.env").write_text("AZURE_RESOURCE_GROUP=given\n")
    ran = run(copy / "what-if.sh", "prod.env", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert given_in(ran.calls[0]) == {"tags": tags}


def test_every_parameter_of_azd_reaches_the_template(tmp_path: Path) -> None:
    variables = [name for name, _ in patterns_of_hooks()]
    lines = "".join(f"{name}=1\n" for name in variables)
    (tmp_path / "prod.env").write_text(f"{lines}AZURE_RESOURCE_GROUP=given\n")
    ran = run(INFRA / "what-if.sh", "prod.env", folder=tmp_path)
    statements = {s.name: s.type for s in read_bicep(INFRA / "main.bicep") if s.kind == "param"}
    given = given_in(ran.calls[0])
    assert set(given) == set(statements) - {"names", "tags", "appSettings"}
    for name, value in given.items():
        wanted: object = {"bool": True, "int": 1}.get(statements[name], "1")
        assert value == wanted and type(value) is type(wanted), name


def patterns_of_hooks() -> list[tuple[str, str]]:
    """Variable and pattern, as the hooks have them."""
    lines = (INFRA / "hooks" / "parameters.tsv").read_text().splitlines()
    return [
        (line.split("\t")[0], line.split("\t")[1]) for line in lines if not line.startswith("#")
    ]


def kept(folder: Path) -> dict[str, str]:
    lines = (folder / "prod.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_without_azd_the_same_steps_are_taken_in_the_same_order(tmp_path: Path) -> None:
    ran = deploy(tmp_path, lines='VNET_ENABLED="True"\nAUDIO_DAYS=30\nINSTANCE_MEMORY_MB=4096\n')
    assert ran.code == 0, ran.err
    steps = [re.sub(r" --.*", "", str(call)) for call in ran.calls if call.program == "az"]
    wanted = ["provider register", "group show", "ad signed-in-user show"]
    wanted += ["deployment group create", "rest", "deployment group create"]
    wanted += ["functionapp deployment source config-zip", "deployment group create"]
    place = 0
    for step in wanted:
        place = steps.index(f"az {step}", place) + 1
    (main,) = ran.of("az deployment group create --name dropscribe ")
    assert given_in(main) == {
        "environmentName": "test",
        "location": "westeurope",
        "vnetEnabled": True,
        "audioDays": 30,
        "instanceMemoryMB": 4096,
        "ownerPrincipalId": OWNER,
    }
    assert set(values(ran)) == {"webhook-secret", "events-secret", "owner-key"}
    assert api_key(values(ran)["owner-key"])
    assert not [call for call in ran.calls if call.program == "azd"]


def test_what_is_found_out_is_kept_for_the_next_time(tmp_path: Path) -> None:
    deploy(tmp_path, lines="MONTHLY_BUDGET=50\n")
    found = kept(tmp_path)
    assert found["AZURE_RESOURCE_GROUP"] == NAMES["AZURE_RESOURCE_GROUP"]
    assert found["KEY_VAULT_NAME"] == NAMES["KEY_VAULT_NAME"]
    assert found["OWNER_PRINCIPAL_ID"] == OWNER
    assert re.fullmatch(r"20\d\d-\d\d-01", found["BUDGET_START"])
    assert "SPEECH_NAMES" not in found


def test_further_parameters_win_and_are_kept_for_the_next_time(tmp_path: Path) -> None:
    objects = {
        "tags": {"team": "a = b"},
        "names": {"vault": "kv-calls"},
        "appSettings": {"ASSEMBLYAI_REGION": "eu"},
    }
    words = [f"{name}={json.dumps(value, indent=1)}" for name, value in objects.items()]
    ran = deploy(tmp_path, "location=eastus", "vnetEnabled=true", *words)
    assert ran.code == 0, ran.err
    (main,) = ran.of("az deployment group create --name dropscribe ")
    assert given_in(main)["location"] == "eastus"
    again = run(INFRA / "what-if.sh", "prod.env", folder=tmp_path)
    given = given_in(again.calls[0])
    assert {name: given[name] for name in objects} == objects and given["vnetEnabled"] is True
    assert again.err == ""
    none = run(INFRA / "what-if.sh", "prod.env", "appSettings={}", folder=tmp_path)
    assert given_in(none.calls[0])["appSettings"] == {}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("POSTUR=private\n", "prod.env: POSTUR is no parameter."),
        ("export POSTURE=private\n", "prod.env: 'export': a line is NAME=value"),
        ("POSTURE = private\n", "prod.env: 'POSTURE': a line is NAME=value"),
        (" POSTURE=private\n", "prod.env: ' POSTURE': a line is NAME=value"),
        ("POSTURE\n", "prod.env: 'POSTURE': a line is NAME=value"),
        ("POSTURE=private\nPOSTURE=open\n", "prod.env: POSTURE stands there twice"),
        ("POSTURE='private'\n", "prod.env: POSTURE: single quotes"),
        ("POSTURE=private\r\n", "prod.env: its lines end as on Windows"),
        ("TAGS={'team': 'speech'}\n", "is not an object in JSON"),
        ("TAGS=team\n", "is not an object in JSON"),
    ],
)
def test_a_file_that_would_be_misread_is_refused(tmp_path: Path, lines: str, told: str) -> None:
    ran = deploy(tmp_path, lines=lines)
    assert ran.code == 1 and told in ran.err
    assert not ran.of("az deployment")


@pytest.mark.parametrize("word", ["tags={'team': 'speech'}", "tags={team: speech}", "names=kv-1"])
def test_what_is_no_object_is_refused_before_it_is_kept(tmp_path: Path, word: str) -> None:
    ran = deploy(tmp_path, word)
    assert ran.code == 1 and "is not an object in JSON" in ran.err and ran.calls == []
    assert {"TAGS", "NAMES"}.isdisjoint(kept(tmp_path))


def test_outputs_of_another_release_do_not_stand_in_the_way(tmp_path: Path) -> None:
    ran = deploy(tmp_path, lines="OUTPUTS=FLOWS_OF_LATER_ID\nFLOWS_OF_LATER_ID=a\n")
    assert ran.code == 0, ran.err
    known = kept(tmp_path)["OUTPUTS"].split()
    assert {"FLOWS_OF_LATER_ID", "AZURE_FUNCTION_APP_URL"} <= set(known)


def test_what_is_not_carried_over_to_another_deployment_is_no_parameter(tmp_path: Path) -> None:
    """As the docs have it: a private deployment would be carried over as an open one."""
    ran = deploy(tmp_path, lines="OUTPUTS=POSTURE KEY_VAULT_NAME\n")
    assert ran.code == 0, ran.err
    known = set(kept(tmp_path)["OUTPUTS"].split())
    assert "KEY_VAULT_NAME" in known and "POSTURE" in kept(tmp_path)
    assert known.isdisjoint(name for name, _ in patterns_of_hooks())


@pytest.mark.parametrize("word", ["postur=private", "tags", "--no-wait"])
def test_a_word_that_is_no_parameter_is_refused(tmp_path: Path, word: str) -> None:
    ran = deploy(tmp_path, word)
    assert ran.code == 1 and "is no parameter" in ran.err and ran.calls == []


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    assert deploy(tmp_path, lines="\n# who is told\nALERT_EMAIL=a@example.com\n").code == 0


def test_the_resources_alone_are_made_where_that_is_said(tmp_path: Path) -> None:
    ran = deploy(tmp_path, first=("--provision",))
    assert ran.code == 0, ran.err
    assert ran.of("az deployment group create --name dropscribe ")
    assert set(values(ran)) == {"webhook-secret", "events-secret", "owner-key"}
    assert not ran.of("az functionapp deployment") and not ran.of("curl")
    assert "'infra/deploy.sh prod.env' brings it" in ran.out


def test_what_is_told_fits_who_called(tmp_path: Path) -> None:
    ran = deploy(tmp_path, lines="VNET_ENABLED=yes\n")
    assert "Set these lines of prod.env right." in ran.err and "azd" not in ran.err
    silent = {"az deployment group create --name dropscribe-events ": Said(code=1)}
    ran = deploy(tmp_path, **silent)
    assert "'infra/deploy.sh prod.env' tries again" in ran.err and "azd" not in ran.err
    assert (
        "'azd hooks run postdeploy' tries again"
        in postdeploy(tmp_path, **{"az deployment group create": Said(code=1)}).err
    )
    ran = deploy(tmp_path, **{"az rest --method GET .*configreferences": UNRESOLVED})
    assert "(DEPLOYMENT=prod.env infra/secret.sh make)" in ran.err


def test_before_anything_is_deployed_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "prod.env").write_text("AZURE_ENV_NAME=test\nAZURE_LOCATION=westeurope\n")
    for script, *arguments in (
        ("secret.sh", "make"),
        ("access.sh", "list"),
        ("entra.sh", "register"),
    ):
        known = {"DEPLOYMENT": "prod.env"}
        ran = run(INFRA / script, *arguments, folder=tmp_path, environment=known)
        assert ran.code == 1 and ran.calls == [], script
        assert "deploy first, with 'azd up' or 'infra/deploy.sh prod.env'" in ran.err, script


def test_into_a_group_that_is_there_nothing_of_the_subscription_is_made(tmp_path: Path) -> None:
    ran = deploy(
        tmp_path,
        lines="AZURE_RESOURCE_GROUP=given\n",
        **{"az provider register": Said(code=1, err="AuthorizationFailed")},
    )
    assert ran.code == 0
    assert not ran.of("az group create") and not ran.of("az deployment sub")
    (main,) = ran.of("az deployment group create --name dropscribe ")
    assert main.words[main.words.index("--resource-group") + 1] == "given"


@pytest.mark.skipif(not shutil.which("zip"), reason="there is no zip on this machine")
def test_what_goes_up_is_what_azd_packs(tmp_path: Path) -> None:
    assert deploy(tmp_path).code == 0
    with zipfile.ZipFile(tmp_path / "stubs" / "sent") as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
    assert names == {str(file) for file in packaged_files()}


@pytest.mark.parametrize("lines", ["VNET_ENABLED=yes\n", "AUDIO_DAYS=30d\n"])
def test_a_switch_that_cannot_be_read_stops_before_anything_is_made(
    tmp_path: Path, lines: str
) -> None:
    ran = deploy(tmp_path, lines=lines)
    assert ran.code == 1 and "Nothing was deployed" in ran.err
    assert not ran.of("az deployment")


def test_code_that_is_not_taken_is_tried_again(tmp_path: Path) -> None:
    step = "az functionapp deployment source config-zip"
    ran = deploy(tmp_path, **{step: [Said(code=1), Said()]})
    assert ran.code == 0 and len(ran.of(step)) == 2
    ran = deploy(tmp_path, **{step: Said(code=1)})
    assert ran.code == 1 and len(ran.of(step)) == 3
