"""What comes from others is pinned, named with its licence, and in the bill of materials."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.supply.notice import notice
from tests.supply.sbom import of_release, with_libraries
from tests.supply.wheels import ROOT, SOURCES, Library, asked_for, libraries, packages, pinned

LISTS = sorted([*ROOT.glob("requirements*.in"), *ROOT.glob(".ci/*.in")])
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
ALLOWED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0"}
ALLOWED |= {"PSF-2.0", "Zlib"}


@pytest.mark.parametrize("path", LISTS, ids=[path.stem for path in LISTS])
def test_every_version_is_pinned_with_hashes(path: Path) -> None:
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    _, *entries = re.split(r"\n(?=[a-zA-Z])", text)
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+( ;[^\\]*)? \\\n", entry), entry[:80]
        assert "--hash=sha256:" in entry
    names = pinned(str(path.with_suffix(".txt").relative_to(ROOT)))
    assert asked_for(str(path.relative_to(ROOT))) <= set(names)
    assert not re.search(r"--(extra-)?index-url|--find-links|(?<!# )https?://", text)


@pytest.mark.parametrize("list_", ["requirements-dev.txt", "requirements-conformance.txt"])
def test_what_is_tested_is_what_is_deployed(list_: str) -> None:
    deployed, tested = pinned(), pinned(list_)
    for name in deployed.keys() & tested.keys():
        assert tested[name] <= deployed[name], name
    assert list_ != "requirements-dev.txt" or set(deployed) <= set(tested)


def test_what_is_pinned_is_what_these_tests_run_on() -> None:
    for name in ("azure-storage-blob", "azure-data-tables", "httpx", "msgspec", "av", "hypothesis"):
        assert version(name) in pinned("requirements-dev.txt")[name], name


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_workflow_runs_nothing_that_somebody_else_can_move(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for used in re.findall(r"uses: (\S+)", text):
        assert used.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used
    for line in re.findall(r"pip install .*", text):
        assert re.search(r"-r \S+\.txt$", line), line
    assert "-latest" not in text
    assert not re.search(r"curl .*\|", text)


def test_the_makefile_installs_nothing_that_is_not_pinned() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = re.findall(r"pip install .*", text)
    assert len(installed) >= 4
    assert all(re.search(r"-r \S+$|--require-hashes", line) for line in installed)
    assert "npm install" not in text
    assert "npm ci --ignore-scripts" in text


def test_a_tag_is_deployed_and_released_after_its_tests_with_its_bill_of_materials() -> None:
    text = (ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    assert text.count("needs: test") == 2
    assert "uses: ./.github/workflows/test.yml" in text
    assert "make sbom" in text
    assert "dropscribe.cdx.json NOTICE" in text


def test_no_variable_of_a_deployment_sets_another_one() -> None:
    text = (ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    check = re.search(r"jq --exit-status '(.+?)'", text)
    assert check is not None
    assert check[1] == r'all(.[]; test("[\\r\\n]") | not)'


def test_notice_names_every_package_and_library_with_its_licence() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert {one.name for one in libraries()} <= set(SOURCES)
    for one in packages():
        assert f"  {one.name} " in text, one.name
    assert set(pinned()) <= set(re.findall(r"^  (\S+) ", text, re.MULTILINE))
    lines = set(text.splitlines())
    assert [line for line in notice().splitlines() if line not in lines] == []


def test_every_package_of_the_app_has_a_licence_that_asks_little() -> None:
    for one in packages():
        choices = re.split(r" (?:OR|AND) ", one.licence)
        assert ALLOWED.intersection(choices), one


def bill() -> dict[str, Any]:
    names = {"av": "av==1", "httpx": "httpx==2"}
    return {
        "metadata": {"component": {"bom-ref": "root", "name": "dropscribe"}},
        "components": [{"name": name, "bom-ref": ref} for name, ref in names.items()],
        "dependencies": [
            {"ref": "root"},
            {"ref": "av==1", "dependsOn": ["x"]},
            {"ref": "httpx==2"},
        ],
    }


def test_a_bill_of_materials_holds_what_lies_in_the_wheels() -> None:
    found = with_libraries(
        bill(), [Library("av", "libavcodec", "62.1"), Library("av", "libx264", "1")]
    )
    assert [one["name"] for one in found["components"]] == ["av", "httpx", "libavcodec", "libx264"]
    assert found["components"][3]["licenses"] == [{"expression": "GPL-2.0-or-later"}]
    needs = {one["ref"]: one.get("dependsOn") for one in found["dependencies"]}
    assert needs["av==1"] == ["av/libavcodec", "av/libx264", "x"]


def test_a_bill_of_materials_says_of_which_release_it_is() -> None:
    found = of_release(bill(), "1.2.3", {"av"})
    assert found["metadata"]["component"]["version"] == "1.2.3"
    assert found["dependencies"][0] == {"ref": "root", "dependsOn": ["av==1"]}
    assert len(found["dependencies"]) == 3


SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=\n]{200}",
    "a key of a storage account": r"AccountKey=[A-Za-z0-9+/]{86}==",
    "a signed link": r"[?&]sig=[A-Za-z0-9%+/]{43,}",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{80,})",
    "a token of npm or PyPI": r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgEIcHlwaS[A-Za-z0-9_-]{50,})",
    "a key of AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "a secret of Entra": r"\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,}",
    "a token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}",
}
AZURITE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key of every Azurite, which its makers published."""


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is no clone")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.long
def test_nothing_that_is_checked_in_looks_like_a_secret() -> None:
    pattern = re.compile("|".join(f"(?P<s{i}>{text})" for i, text in enumerate(SECRETS.values())))
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content[:8000]:
            continue
        text = content.decode("utf-8", "replace").replace(AZURITE, "")
        found = pattern.search(text)
        assert found is None, (
            f"{path.relative_to(ROOT)}: {list(SECRETS)[int((found.lastgroup or 's0')[1:])]}"
        )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a key of a storage account", "AccountKey=" + "A" * 86 + "=="),
        ("a signed link", "https://a.example/b?sv=1&sig=" + "a" * 43 + "%3D"),
        ("a token of GitHub", "ghp_" + "a" * 36),
    ],
)
def test_a_secret_would_be_seen(kind: str, text: str) -> None:
    assert re.search(SECRETS[kind], text)
