"""The scripts and hooks of infra/, run against stand-ins for az, azd, curl and zip."""

from __future__ import annotations

import base64
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from shared.model.setting import api_key, signing_secrets, webhook_secret
from shared.version import VERSION
from tests.azure_stubs import Call, Ran, Said, run
from tests.bicep.dropscribe import INFRA, OWNER, deployed
from tests.bicep.syntax import read_bicep
from tests.conformance.package import packaged_files

pytestmark = pytest.mark.long

NAMES = {
    **{name: str(value) for name, value in deployed().outputs.items()},
    "AZURE_SUBSCRIPTION_ID": "11111111-1111-1111-1111-111111111111",
    "AZURE_ENV_NAME": "test",
    "AZURE_LOCATION": "westeurope",
}
MISSING = Said(code=3, err='ERROR: Not Found({"error":{"code":"SecretNotFound"}})')
HEALTHY = Said(json.dumps({"status": "ok", "version": VERSION}, separators=(",", ":")))
UNRESOLVED = Said("WEBHOOK_SECRET\tSecretNotFound\nASSEMBLYAI_KEY\tSecretNotFound\n")


def values(ran: Ran) -> dict[str, str]:
    """Name -> secret, as the vault would get them."""
    found: dict[str, str] = {}
    for call in ran.of("az deployment group create --name dropscribe-"):
        found |= {
            k: v
            for f in call.files
            for k, v in json.loads(f)["parameters"]["values"]["value"].items()
        }
    return found


def secret(folder: Path, *arguments: str, **answers: Said | list[Said]) -> Ran:
    table = {r"az rest --method GET": MISSING, **answers}
    return run(INFRA / "secret.sh", *arguments, folder=folder, environment=NAMES, answers=table)


def test_secrets_of_ours_are_random_and_made_where_there_are_none(tmp_path: Path) -> None:
    first, second = (secret(tmp_path, "make") for _ in range(2))
    assert first.code == second.code == 0
    made, again = values(first), values(second)
    assert set(made) == {"webhook-secret", "events-secret", "owner-key"}
    assert api_key(made["owner-key"])
    assert not set(made.values()) & set(again.values())
    assert webhook_secret(made["webhook-secret"])
    (signing,) = signing_secrets(made["events-secret"])
    assert len(base64.b64decode(made["events-secret"].removeprefix("whsec_"))) == 32
    assert signing


def test_secrets_that_are_there_stay(tmp_path: Path) -> None:
    ran = secret(tmp_path, "make", **{r"az rest --method GET": Said()})
    assert ran.code == 0 and values(ran) == {}


def test_who_may_not_look_into_the_vault_makes_nothing(tmp_path: Path) -> None:
    refused = Said(code=1, err="ERROR: Forbidden")
    ran = secret(tmp_path, "make", **{r"az rest --method GET": refused})
    assert ran.code == 1 and "Forbidden" in ran.err and values(ran) == {}


def test_no_secret_is_on_a_command_line_or_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("a1b2c3d4e5f6\r\n")
    for arguments in (["make"], ["set", "assemblyai-key", "key.txt"], ["rotate", "webhook-secret"]):
        ran = secret(tmp_path, *arguments)
        assert ran.code == 0
        for value in values(ran).values():
            assert value not in f"{ran.out}{ran.err}{' '.join(map(str, ran.calls))}"


def test_a_key_of_a_provider_is_taken_from_its_file_without_the_end_of_the_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "key.txt").write_text("a1b2c3d4e5f6\r\n")
    ran = secret(tmp_path, "set", "assemblyai-key", "key.txt")
    assert values(ran) == {"assemblyai-key": "a1b2c3d4e5f6"}
    assert len(ran.of("az functionapp restart")) == 1


@pytest.mark.parametrize("text", ["", "\n", 'a"b', "a\\b", "schlüssel"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.txt").write_text(text)
    ran = secret(tmp_path, "set", "assemblyai-key", "key.txt")
    assert ran.code != 0 and values(ran) == {} and ran.of("az functionapp restart") == []


def test_while_the_secret_of_events_changes_both_sign_and_the_new_one_comes_first(
    tmp_path: Path,
) -> None:
    old = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    ran = secret(
        tmp_path, "rotate", "events-secret", **{"az keyvault secret show": Said(f"{old}\n")}
    )
    new, kept = signing_secrets(values(ran)["events-secret"])
    assert kept == signing_secrets(old)[0] != new
    both = Said(f"{values(ran)['events-secret']}\n")
    settled = secret(tmp_path, "settle", "events-secret", **{"az keyvault secret show": both})
    assert signing_secrets(values(settled)["events-secret"]) == (new,)
    replaced = secret(tmp_path, "replace", "events-secret")
    assert len(signing_secrets(values(replaced)["events-secret"])) == 1


@pytest.mark.parametrize(
    "arguments", [[], ["make", "x"], ["set", "events-secret"], ["rotate", "x"]]
)
def test_what_is_not_understood_is_answered_with_what_there_is(
    tmp_path: Path, arguments: list[str]
) -> None:
    ran = secret(tmp_path, *arguments)
    assert ran.code == 2 and "infra/secret.sh rotate" in ran.err and ran.calls == []


def postdeploy(folder: Path, **answers: Said | list[Said]) -> Ran:
    table = {"curl .*api/health": HEALTHY, **answers}
    hook = INFRA / "hooks" / "postdeploy.sh"
    return run(hook, folder=folder, environment=NAMES, answers=table)


@pytest.mark.parametrize("failures", [0, 2, 10])
def test_blobs_are_announced_as_soon_as_the_app_has_its_key(tmp_path: Path, failures: int) -> None:
    said = [Said(code=1)] * failures + [Said()]
    ran = postdeploy(tmp_path, **{"az deployment group create": said})
    tried = ran.of("az deployment group create --name dropscribe-events")
    assert len(tried) == min(failures + 1, 10)
    assert (ran.code == 0) == (failures < 10)
    assert f"functionAppName={NAMES['AZURE_FUNCTION_APP_NAME']}" in tried[0].words
    assert ("Blobs are announced to" in ran.out) == (failures < 10)


def test_a_deployment_is_green_when_the_app_answers_with_this_version(tmp_path: Path) -> None:
    ran = postdeploy(tmp_path)
    assert ran.code == 0 and ran.out.endswith(f"answers: version {VERSION}.\n")
    older = postdeploy(tmp_path, **{"curl .*api/health": Said('{"version":"0.0.9"}')})
    assert older.code == 1 and f"does not answer with version {VERSION}" in older.err
    none = postdeploy(tmp_path, **{"curl .*api/health": Said(code=22)})
    assert none.code == 1


def test_a_secret_that_is_not_resolved_stops_and_a_key_of_a_provider_is_told(
    tmp_path: Path,
) -> None:
    asked = "az rest --method GET"
    ran = postdeploy(tmp_path, **{asked: UNRESOLVED})
    assert ran.code == 1 and "Not resolved: WEBHOOK_SECRET\tSecretNotFound" in ran.err
    ran = postdeploy(tmp_path, **{asked: [UNRESOLVED, Said()]})
    assert ran.code == 0
    ran = postdeploy(tmp_path, **{asked: Said("ASSEMBLYAI_KEY\tSecretNotFound\n")})
    assert ran.code == 0 and "Not resolved: ASSEMBLYAI_KEY" in ran.err


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


def deploy(folder: Path, *arguments: str, lines: str = "", **answers: Said | list[Said]) -> Ran:
    (folder / "prod.env").write_text(f"AZURE_ENV_NAME=test\nAZURE_LOCATION=westeurope\n{lines}")
    table = {
        "az deployment group create --name dropscribe ": Said(outputs()),
        "az account show .*user.type": Said("user\n"),
        "az account show": Said("a-subscription\n"),
        "az ad signed-in-user": Said(f"{OWNER}\n"),
        "az rest --method GET .*vaults": MISSING,
        "curl .*api/health": HEALTHY,
        **answers,
    }
    return run(INFRA / "deploy.sh", "prod.env", *arguments, folder=folder, answers=table)


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
    assert given_in(call) == {
        "environmentName": "test",
        "providerWebhooks": False,
        "apiRole": "a\\b",
    }


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


def test_further_parameters_win(tmp_path: Path) -> None:
    ran = deploy(tmp_path, "tags={'team': 'speech'}", "location=eastus")
    (main,) = ran.of("az deployment group create --name dropscribe ")
    given = main.words[main.words.index("--parameters") + 1 :]
    assert given[0].startswith("@") and given[1] == "tags={'team': 'speech'}"
    assert given_in(main)["location"] == "westeurope" and given[2] == "location=eastus"


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
