"""What goes to Azure, and how: package, requirements, hooks, workflows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bicep.dropscribe import INFRA, ROOT, deployed
from tests.bicep.syntax import read_bicep
from tests.conformance.package import packaged_files

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HOOKS = ("preprovision", "postprovision", "postdeploy")


def test_the_package_is_as_small_as_the_docs_say() -> None:
    total = sum((ROOT / file).stat().st_size for file in packaged_files())
    (megabytes,) = re.findall(r"package is under (\d+) MB", (ROOT / "docs/deploy.md").read_text())
    assert total < int(megabytes) * 1_000_000


@pytest.mark.long
def test_a_cold_start_loads_neither_ffmpeg_nor_what_is_for_machines_of_developers() -> None:
    """What takes long to load is loaded when it is needed. How long the rest takes, the benchmark
    measures."""
    code = "import sys, function_app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"av", "starlette", "pytest", "local"} & set(done.stdout.split())


@pytest.mark.parametrize("hook", HOOKS)
def test_both_shells_do_the_same(hook: str) -> None:
    one = (INFRA / "hooks" / f"{hook}.sh").read_text()
    other = (INFRA / "hooks" / f"{hook}.ps1").read_text()
    for pattern in (
        r"Microsoft\.\w+",
        r"AZURE_\w+|EVENT_\w+|DATA_\w+",
        r"az [a-z ]+",
        r"--[a-z-]+",
    ):
        told = set(re.findall(pattern, one)) - {"--silent", "--fail", "--max-time", "--output"}
        assert told <= {*re.findall(pattern, other), "--parameters"}, pattern


def test_both_shells_make_secrets_in_the_same_way() -> None:
    """PowerShell is compared as text: it was not run here."""
    one = (INFRA / "secret.sh").read_text()
    other = (INFRA / "hooks" / "postprovision.ps1").read_text()
    for said in (
        "az rest --method GET --only-show-errors --output none --url",
        "/providers/Microsoft.KeyVault/vaults/",
        "api-version=2025-05-01",
        "Not ?Found",
        "az deployment group create --name",
        "secrets.bicep",
        "whsec_",
        "webhook-secret",
        "events-secret",
        "owner-key",
    ):
        assert said in one and said in other, said


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_uses_what_azd_and_the_template_give_it_and_no_secret(hook: str) -> None:
    text = (INFRA / "hooks" / f"{hook}.sh").read_text()
    of_azd = {"AZURE_SUBSCRIPTION_ID", "AZURE_ENV_NAME"}
    of_azd |= {"MONTHLY_BUDGET", "BUDGET_START", "OWNER_PRINCIPAL_ID"}
    of_azd |= {"DEPLOYMENT"}  # the file of infra/deploy.sh, where that runs the hook
    assert set(re.findall(r"\$\{?([A-Z_]+)", text)) <= {*deployed().outputs, *of_azd}
    assert not re.search("listKeys|keys list|code=", text)
    subprocess.run(["sh", "-n", INFRA / "hooks" / f"{hook}.sh"], check=True)


def test_the_hook_gives_the_second_template_what_it_needs() -> None:
    parameters = [s for s in read_bicep(INFRA / "events.bicep") if s.kind == "param"]
    for text in (
        (INFRA / "hooks" / "postdeploy.sh").read_text(),
        (INFRA / "hooks" / "postdeploy.ps1").read_text(),
    ):
        for parameter in parameters:
            is_given = parameter.value is None or parameter.name == "posture"
            assert (f"{parameter.name}=" in text) == is_given, parameter.name


def test_azd_finds_what_its_file_names() -> None:
    text = (ROOT / "azure.yaml").read_text()
    named = re.findall(r"run: (\S+)", text)
    assert len(named) == 2 * len(HOOKS)
    for path in named:
        assert (ROOT / path).is_file(), path
    assert text.count("      interactive: true\n") == len(named)  # or nobody sees what they say
    (service,) = re.findall(r"^services:\n  (\w+):", text, re.MULTILINE)
    (app,) = deployed().of_type("Microsoft.Web/sites")
    assert app["tags"]["azd-service-name"] == service


def test_everything_carries_the_tag_by_which_azd_finds_it() -> None:
    for resource in deployed().resources:
        if "tags" in resource.body:
            assert resource["tags"]["azd-env-name"] == "test", resource


def test_parameters_have_the_same_name_in_azd_but_in_capitals() -> None:
    """As the docs say. Two are azd's own, and images of Python set PYTHON_VERSION to theirs."""
    of_azd = {"AZURE_ENV_NAME", "AZURE_LOCATION", "APP_PYTHON_VERSION"}
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    for name, entry in given.items():
        match = re.fullmatch(r"\$\{(\w+)(=.*)?\}", str(entry["value"]))
        if match and match[1] not in of_azd:
            assert match[1] == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def test_every_parameter_is_in_the_docs_with_its_default() -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    (section,) = re.findall(r"^## Parameters\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|([^|]*)\|", section, re.MULTILINE)
    told = {name: cell for names, cell in rows for name in re.findall(r"`(\w+)`", names)}
    plain = deployed()
    assert set(told) == set(plain.parameters)
    for name, cell in told.items():
        values = re.findall(r"`([^`]*)`", cell)
        if values:
            default = plain.default_of(name)
            assert str(default).lower() in [value.lower() for value in values], name


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_workflow_stores_no_secret_and_may_do_little(path: Path) -> None:
    text = (ROOT / path).read_text()
    assert "secrets." not in text
    assert re.search(r"^permissions:\n  contents: read\n", text, re.MULTILINE)
    may = re.findall(r"^\s+([a-z-]+): write$", text, re.MULTILINE)
    wanted = {"deploy": ["contents", "id-token"], "infra": ["id-token"]}
    assert may == wanted.get(path.stem, [])
    assert all("persist-credentials: false" in part for part in text.split("actions/checkout@")[1:])


def test_the_workflow_makes_an_environment_before_the_first_hook() -> None:
    text = (ROOT / ".github/workflows/deploy.yml").read_text()
    commands = re.findall(r"- run: (azd (?!auth)\w+)", text)
    assert commands == ["azd env", "azd provision", "azd deploy"]


def test_the_workflow_of_tests_runs_what_everybody_runs_on_every_version() -> None:
    text = (ROOT / ".github/workflows/test.yml").read_text()
    assert ".ci/run" in text
    (versions,) = re.findall(r"python: \[(.+)\]", text)
    (allowed,) = (
        statement.allowed
        for statement in read_bicep(INFRA / "main.bicep")
        if statement.name == "pythonVersion"
    )
    assert list(allowed) == re.findall(r'"([\d.]+)"', versions)


def test_every_template_is_compiled_by_the_real_compiler() -> None:
    text = (ROOT / ".github/workflows/infra.yml").read_text()
    assert "find infra -name '*.bicep' -not -path '*/modules/*'" in text
    assert "az bicep build" in text
    assert "az bicep lint" in text


def test_no_name_of_a_machine_of_ours_is_in_what_is_delivered() -> None:
    for path in (*INFRA.rglob("*.*"), *WORKFLOWS, ROOT / "azure.yaml", ROOT / "requirements.txt"):
        assert not re.search(r"/(work|opt|root)/|localhost", path.read_text()), path
