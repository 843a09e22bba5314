"""Secrets, and the hook behind the code, run against stand-ins for az, azd and curl."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from shared.model.setting import api_key, signing_secrets, webhook_secret
from shared.version import VERSION
from tests.azure_stubs import Ran, Said, run
from tests.bicep.dropscribe import INFRA, deployed

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
    assert ran.err.rstrip().endswith("DEPLOYMENT=prod.env infra/secret.sh ...")


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
