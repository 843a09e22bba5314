"""What people type as parameters, worked out by the reader of Bicep; tests/compilers has the real
compiler do the same. And the hooks, which stop what azd would not see."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import INFRA, OWNER, WIDE, Environment, app_settings, deployed
from tests.bicep.syntax import read_bicep
from tests.compilers.typed import CLIENT, FINE, PUT_RIGHT, REFUSED, Typed, told_of, whole

pytestmark = pytest.mark.long

FREE = {"POLL_SCHEDULE", "SWEEP_SCHEDULE", "PYTHON_THREADPOOL_THREAD_COUNT"}
EVERYTHING: Environment = (
    *WIDE,
    ("OTHER_PROVIDERS", "assemblyai soferai"),
    ("API_CLIENT_ID", "3f2b1c7a-90de-4c11-8a5e-6b0d9f4e2a10"),
    ("ALLOWED_ADDRESSES", ""),
    ("AUDIO_MAY_LEAVE", "true"),
)
TEMPLATE = INFRA / "main.bicep"
SWITCHES = [s.name for s in read_bicep(TEMPLATE) if s.kind == "param" and s.type == "bool"]
NUMBERS = [s.name for s in read_bicep(TEMPLATE) if s.kind == "param" and s.type == "int"]
HOOK = INFRA / "hooks" / "preprovision.sh"


def shown(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, set) else str(value)[:60]


def made_of(typed: Typed) -> list[dict[str, Any]]:
    return [
        {"is": str(resource), "id": resource.id, **resource.body}
        for resource in Deployment(TEMPLATE, whole(typed)).resources
    ]


@pytest.mark.long
@pytest.mark.parametrize(("typed", "meant"), PUT_RIGHT, ids=shown)
def test_what_is_clear_is_put_right(typed: Typed, meant: Typed) -> None:
    assert made_of(typed) == made_of(meant)


@pytest.mark.long
@pytest.mark.parametrize(("typed", "named"), REFUSED, ids=shown)
def test_what_cannot_be_is_refused_by_name_and_all_of_it_at_once(
    typed: Typed, named: set[str]
) -> None:
    with pytest.raises(ValueError) as refusal:
        made_of(typed)
    assert told_of(str(refusal.value)) == named


@pytest.mark.long
@pytest.mark.parametrize("typed", FINE, ids=shown)
def test_what_may_be_meant_is_taken(typed: Typed) -> None:
    assert made_of(typed)


def test_the_settings_that_the_template_gives_are_its_own() -> None:
    """Whoever gives one of them in `appSettings` would override it without a word."""
    names = {*app_settings(), *app_settings(EVERYTHING)} - FREE
    with pytest.raises(ValueError) as refusal:
        made_of({"appSettings": dict.fromkeys(names, "x"), "audioContainers": "calls"})
    for name in names:
        assert f"appSettings: {name} is set by" in str(refusal.value)


def test_the_containers_of_the_app_take_no_audio_of_others() -> None:
    (taken,) = (s for s in read_bicep(INFRA / "typed.bicep") if s.name == "taken")
    assert taken.value is not None
    named = {part[1][0] for part in taken.value[2][1]}
    storage = "Microsoft.Storage/storageAccounts/blobServices/containers"
    there = {r.name.rpartition("/")[2] for r in deployed().of_type(storage)}
    assert named == there - {"audio", "uploads", "deployments"}


def test_every_name_of_the_convention_has_its_limits() -> None:
    (convention,) = (s for s in read_bicep(TEMPLATE) if s.name == "convention")
    (limits,) = (s for s in read_bicep(INFRA / "typed.bicep") if s.name == "limits")
    assert convention.value is not None and limits.value is not None
    limited = [{k[1][0]: v for k, v in entry[1]}["key"][1][0] for entry in limits.value[2][1]]
    assert limited == [key[1][0] for key, _ in convention.value[1]]


def patterns() -> dict[str, tuple[str, str]]:
    """Variable -> its pattern and its meaning."""
    lines = (INFRA / "hooks" / "parameters.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert all(len(row) == 3 for row in rows)
    return {name: (pattern, meaning) for name, pattern, meaning in rows}


def variables() -> dict[str, str]:
    """Parameter -> the variable by which azd knows it."""
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    found = {
        name: re.match(r"\$\{(\w+)", entry["value"])
        for name, entry in given.items()
        if isinstance(entry["value"], str)
    }
    return {name: match[1] for name, match in found.items() if match}


def run_hook(tmp_path: Path, **environment: str) -> tuple[int, str, list[str]]:
    """Its exit code, what it says, and the calls of az and azd that it made."""
    calls = tmp_path / "calls"
    calls.touch()
    for name in ("az", "azd"):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $*" >> "{calls}"\n'
            'case "$*" in "consumption budget"*) [ "$STARTED" ] && echo "$STARTED" ;;\n'
            '"provider register"*) exit "${REGISTERS:-0}" ;;\n'
            '"account show"*) echo "${WHO-servicePrincipal}"; [ "${WHO-x}" ] ;;\n'
            '"ad signed-in-user show"*) [ "$ME" ] && echo "$ME" ;; esac\n'
        )
        program.chmod(0o755)
    done = subprocess.run(
        [HOOK],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "AZURE_SUBSCRIPTION_ID": "s",
            "AZURE_ENV_NAME": "test",
            "STARTED": "",
            "ME": "",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr, calls.read_text().splitlines()


def test_the_hooks_know_every_variable_of_azd() -> None:
    assert sorted(patterns()) == sorted(variables().values())


def test_a_default_is_something_that_the_hooks_take() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    for name, variable in variables().items():
        default = re.fullmatch(r"\$\{\w+=(.*)\}", given[name]["value"])
        if default and default[1]:
            assert re.search(patterns()[variable][0], default[1]), variable


SWALLOWED = [
    *((variables()[name], value) for name in SWITCHES for value in ("yes", "on", "no", "enabled")),
    *((variables()[name], value) for name in NUMBERS for value in ("30d", "2.5", "many", "1 000")),
    ("LOG_CAP_GB", "0"),
    ("LOG_DAYS", "7"),
    ("MAXIMUM_INSTANCE_COUNT", "10"),
    ("ALWAYS_READY_INSTANCES", "21"),
    ("INSTANCE_MEMORY_MB", "1024"),
    ("AUDIO_DAYS", "36501"),
    ("APP_PYTHON_VERSION", "3.13.11"),
    ("STORAGE_SKU", "LRS"),
    ("OWNER_PRINCIPAL_TYPE", "user"),
    ("OWNER_PRINCIPAL_ID", "me"),
    ("SITE_UPDATE_STRATEGY", "rolling"),
]
READ = [
    *((variables()[name], value) for name in SWITCHES for value in ("true", "false", "1", "F")),
    ("LOG_CAP_GB", "-1"),
    ("AUDIO_DAYS", "36500"),
    ("LOG_DAYS", "730"),
    ("MONTHLY_BUDGET", "0"),
    ("SPEECH_REGIONS", " EastUS,\n swedencentral "),
    ("FLOWS_MAIL_TO", "a@example.com; b@example.com"),
    ("OWNER_PRINCIPAL_ID", "nobody"),
]


def test_what_azd_would_swallow_stops_the_hook_which_names_all_of_it(tmp_path: Path) -> None:
    for variable, value in SWALLOWED:
        pattern = patterns()[variable][0]
        assert not re.search(pattern, value), (variable, value)
    by_variable = dict(SWALLOWED)
    code, told, calls = run_hook(tmp_path, **by_variable)
    assert code == 1 and calls == []
    refused = [line.partition(":")[0] for line in told.splitlines()[:-1]]
    assert sorted(refused) == sorted(by_variable)
    for line in told.splitlines()[:-1]:
        name = line.partition(":")[0]
        assert line == f"{name}: '{by_variable[name]}' is not {patterns()[name][1]}."


@pytest.mark.long
@pytest.mark.parametrize(("variable", "value"), SWALLOWED, ids=lambda value: value)
def test_the_hook_refuses_each_alone(tmp_path: Path, variable: str, value: str) -> None:
    code, told, calls = run_hook(tmp_path, **{variable: value})
    assert code == 1 and calls == []
    assert told.startswith(f"{variable}: '{value}' is not ")


@pytest.mark.parametrize(("variable", "value"), READ, ids=lambda value: value)
def test_the_hook_takes_what_azd_can_read(tmp_path: Path, variable: str, value: str) -> None:
    code, told, calls = run_hook(tmp_path, **{variable: value})
    assert (code, told) == (0, "")
    assert [call for call in calls if "provider register" in call]


def azd_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_hook_and_template_agree(tmp_path: Path) -> None:
    """What the template puts right passes the hook, and what the hook refuses the template does."""
    for typed, _ in PUT_RIGHT:
        for name, value in whole(typed).items():
            text = re.sub(r"[\n\r\t]", " ", azd_text(value))
            fits = not text.strip() or re.search(patterns()[variables()[name]][0], text)
            assert fits, (name, value)
    for typed in FINE:
        for name, value in typed.items():
            if name in variables():
                assert re.search(patterns()[variables()[name]][0], azd_text(value)), (name, value)
    wrong = {
        name: azd_text(value)
        for typed, named in REFUSED
        for name, value in typed.items()
        if name in variables() and name in named
    }
    _, told, _ = run_hook(tmp_path, **{variables()[name]: value for name, value in wrong.items()})
    assert len(told.splitlines()) > 5


@pytest.mark.parametrize(
    ("environment", "calls"),
    [
        ({}, []),
        ({"MONTHLY_BUDGET": "0"}, []),
        ({"MONTHLY_BUDGET": "50", "BUDGET_START": "2026-03-01"}, []),
        (
            {"MONTHLY_BUDGET": "50", "STARTED": "2026-05-01T00:00:00Z"},
            ["consumption budget", "env set BUDGET_START 2026-05-01"],
        ),
        ({"MONTHLY_BUDGET": "50"}, ["consumption budget", r"env set BUDGET_START 20\d\d-\d\d-01$"]),
    ],
)
def test_a_budget_keeps_its_first_month(
    tmp_path: Path, environment: dict[str, str], calls: list[str]
) -> None:
    code, told, made = run_hook(tmp_path, **environment)
    assert (code, told) == (0, "")
    made = [
        call for call in made if not re.search("provider register|account show|group show", call)
    ]
    assert len(made) == len(calls)
    for call, pattern in zip(made, calls, strict=True):
        assert re.search(pattern, call)


@pytest.mark.parametrize(
    ("environment", "owner"),
    [
        ({"WHO": "user", "ME": OWNER}, OWNER),
        ({"WHO": "user", "ME": OWNER, "OWNER_PRINCIPAL_ID": CLIENT}, None),
        ({"WHO": "user", "ME": OWNER, "OWNER_PRINCIPAL_ID": "nobody"}, None),
        ({"WHO": "servicePrincipal"}, None),
    ],
)
def test_the_data_is_the_person_s_who_deploys_first_and_nobody_s_in_a_pipeline(
    tmp_path: Path, environment: dict[str, str], owner: str | None
) -> None:
    code, told, made = run_hook(tmp_path, **environment)
    assert (code, told) == (0, "")
    kept = [call for call in made if "OWNER_PRINCIPAL_ID" in call]
    assert kept == ([f"azd env set OWNER_PRINCIPAL_ID {owner}"] if owner else [])


def test_who_cannot_be_asked_for_gets_nothing_and_the_deployment_goes_on(tmp_path: Path) -> None:
    code, told, made = run_hook(tmp_path, WHO="user")
    assert code == 0 and "nobody gets the data roles" in told
    assert not [call for call in made if call.startswith("azd")]


def test_before_azd_asked_for_a_subscription_the_hook_takes_that_of_the_azure_cli(
    tmp_path: Path,
) -> None:
    code, told, made = run_hook(tmp_path, AZURE_SUBSCRIPTION_ID="", AZURE_ENV_NAME="")
    assert (code, told) == (0, "")
    assert [call for call in made if "provider register" in call]
    assert not [call for call in made if "--subscription" in call]


def test_without_a_sign_in_of_the_azure_cli_nothing_is_begun(tmp_path: Path) -> None:
    code, told, made = run_hook(tmp_path, WHO="")
    assert code == 1 and "'az login'" in told
    assert len(made) == 1


def test_who_may_not_register_is_told_and_goes_on(tmp_path: Path) -> None:
    code, told, _ = run_hook(tmp_path, REGISTERS="1")
    assert code == 0
    assert told.count("is not registered by you") == 3


def test_the_budget_is_the_one_that_the_hooks_ask_for() -> None:
    (budget,) = deployed(WIDE).of_type("Microsoft.Consumption/budgets")
    for shell in ("sh", "ps1"):
        text = HOOK.with_suffix(f".{shell}").read_text()
        assert f"--budget-name {budget.name} " in text


def test_patterns_are_of_the_part_that_both_languages_share() -> None:
    """Extended expressions of grep on one side, .NET on the other: no classes in words, no
    backslash but before a dot, and nothing that looks around."""
    for name, (pattern, meaning) in patterns().items():
        assert pattern.startswith("^") and pattern.endswith("$"), name
        assert not re.search(r"\[\[|\\[^.]|\(\?|[+*?]\?|\\$", pattern), name
        assert meaning == meaning.strip() and not meaning.endswith("."), name


def test_both_hooks_say_and_do_the_same() -> None:
    """PowerShell is compared as text: it was not run here."""
    one, other = HOOK.read_text(), HOOK.with_suffix(".ps1").read_text()
    for said in (
        "parameters.tsv",
        "is not ",
        "Nothing was deployed. 'azd env set NAME value' sets each right.",
        "az group create",
        "has a sign-in of its own",
        "is not registered by you",
        "nobody gets the data roles",
        "signed-in-user show",
        "timePeriod.startDate",
        "rg-$",
    ):
        assert said in one and said in other, said
    for kept in re.findall(r"\bkeep (\w+)", one):
        assert f"azd env set {kept} " in other
    assert "cnotmatch" in other and "grep -Eq" in one  # both mind capitals
    assert one.index("exit 1") < one.index("az provider register")
    assert other.index("exit 1") < other.index("az provider register")
