"""What every contributor meets first: a Python that fits, one command per habit, the same in CI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connector.swagger import definition
from shared.api.describe.openapi import document
from shared.api.operations.all import OPERATIONS
from shared.version import VERSION
from tests.conftest import TESTS, WAITING

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


class Machine:
    """Stand-ins for `python3` and its kind, of the versions named, and for pip and npm, which do
    nothing. What was asked of them is noted."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bin"
        self._home = folder / "home"
        self._project = folder / "project"
        self._notes = folder / "notes"
        for place in (self._path, self._home, self._project):
            place.mkdir()
        shutil.copy(ROOT / "Makefile", self._project)
        for path in ROOT.glob("requirements*"):
            (self._project / path.name).touch()
        for name in ("package.json", "package-lock.json"):
            (self._project / name).touch()
        for name in ("sh", "make", "touch", "mkdir", "chmod"):
            (self._path / name).symlink_to(str(shutil.which(name)))
        self._write(self._path / "npm", "mkdir -p node_modules")

    def install(self, name: str, version: str) -> None:
        self._write(self._path / name, self._python(version))

    def install_by_pyenv(self, version: str) -> None:
        folder = self._home / ".pyenv" / "versions" / version / "bin"
        folder.mkdir(parents=True)
        self._write(folder / "python3", self._python(version))

    def set_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "--silent", "setup", *arguments],
            cwd=self._project,
            env={"PATH": str(self._path), "HOME": str(self._home)},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def chosen(self) -> list[str]:
        """The versions of which an environment was made."""
        return self._notes.read_text().split() if self._notes.exists() else []

    def _python(self, version: str) -> str:
        told = f"sys.version_info = ({version.replace('.', ', ')}, 'final', 0)"
        return (
            f'case "$1" in\n'
            f"-V) echo Python {version};;\n"
            f'-c) exec {sys.executable} -c "import sys; {told}; $2";;\n'
            f'-m) echo {version} >> {self._notes}; mkdir -p "$3/bin"\n'
            f'    echo "#!{self._path}/sh" > "$3/bin/python"; chmod +x "$3/bin/python";;\n'
            f"esac"
        )

    def _write(self, path: Path, script: str) -> None:
        path.write_text(f"#!{self._path}/sh\n{script}\n")
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("version", ["3.11.2", "3.12.1", "3.13.0"])
def test_make_takes_the_python3_of_the_machine_where_it_fits(
    machine: Machine, version: str
) -> None:
    machine.install("python3", version)
    machine.install("python3.13", "3.13.9")
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert machine.chosen == [version]


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.9.2", "3.10.13", "3.14.0", "3.15.0"])
def test_make_takes_one_that_fits_where_python3_is_too_old_or_too_new(
    machine: Machine, version: str
) -> None:
    machine.install("python3", version)
    machine.install("python3.11", "3.11.4")
    machine.install("python3.12", "3.12.4")
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert machine.chosen == ["3.12.4"]


def test_make_finds_what_pyenv_installed(machine: Machine) -> None:
    machine.install("python3", "3.14.0")
    machine.install_by_pyenv("3.12.1")
    machine.install_by_pyenv("3.10.1")
    assert machine.set_up().returncode == 0
    assert machine.chosen == ["3.12.1"]


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0"])
@pytest.mark.parametrize("arguments", [(), ("PYTHON=python3",)], ids=["found", "named"])
def test_make_refuses_any_other_with_one_sentence(
    machine: Machine, version: str, arguments: tuple[str, ...]
) -> None:
    machine.install("python3", version)
    if arguments:  # what is named is taken at its word
        machine.install("python3.12", "3.12.4")
    done = machine.set_up(*arguments)
    said, *of_make = done.stderr.splitlines()
    assert done.returncode != 0
    assert said == (
        f"Python 3.11, 3.12 or 3.13 is needed, and there is only Python {version}; "
        "pocketsphinx has no wheel for 3.14 yet."
    )
    assert all(line.startswith("make: ***") for line in of_make)
    assert machine.chosen == []


def test_make_alone_lists_every_habit() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    inner = {"types", "unit"}  # halves of `make check`
    assert set(re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE)) == (
        set(phony.split()) - inner
    )


def test_ci_runs_what_everybody_runs_and_the_slow_tests_besides() -> None:
    runs = re.findall(r"^make (\S+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert runs == ["check", "test-all", "commands"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    commands = dict(re.findall(r"^(test|test-all): setup ##.*\n\t(.*)$", MAKEFILE, re.MULTILINE))
    assert commands == {"test": '$(TESTS) -m "not slow"', "test-all": "$(TESTS)"}


@pytest.mark.parametrize("pattern", WAITING)
def test_what_is_said_to_wait_is_there(pattern: str) -> None:
    assert list(TESTS.glob(pattern))


def test_what_is_checked_before_a_commit_is_what_make_check_runs() -> None:
    hooks = re.findall(r"entry: (.+)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert hooks.pop() == "make check"
    for hook in hooks:
        words = [word for word in hook.split() if word != "--force-exclude"]
        program = " ".join(words).replace(".venv", "$(VENV)")
        assert re.search(rf"^\t{re.escape(program)}( \.)?$", MAKEFILE, re.MULTILINE), hook


def test_the_container_for_developers_ends_in_the_demo() -> None:
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert told["postCreateCommand"] == "make demo"
    assert (ROOT / ".devcontainer" / told["build"]["dockerfile"]).exists()


def test_the_version_stands_in_one_place_and_is_told_by_all_who_tell_it() -> None:
    assert re.search(rf"^## {re.escape(VERSION)}\b", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert document(OPERATIONS, "/api")["info"]["x-dropscribe-version"] == VERSION
    assert definition()["info"]["version"] == VERSION
    project = (ROOT / "pyproject.toml").read_text()
    assert 'attr = "shared.version.VERSION"' in project
    assert not re.search(r"^version *=.*\d", project, re.MULTILINE)


def test_setup_says_how_much_it_loads_before_it_does(machine: Machine) -> None:
    machine.install("python3", "3.12.1")
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^Loading (.+): (\d+) MB$", done.stdout, re.MULTILINE) == [
        ("the Python packages of the app, the stack and the tests", "185"),
        ("the recogniser, faster-whisper with its model tiny.en", "170"),
        ("the storage emulator and the tools of the tests", "100"),
    ]
    assert "Loading" not in machine.set_up().stdout


def test_a_recogniser_that_cannot_be_installed_stops_nothing(machine: Machine) -> None:
    machine.install("python3", "3.12.1")
    done = machine.set_up("MODEL=false")
    assert done.returncode == 0
    assert "pocketsphinx listens instead" in done.stdout


@pytest.mark.long
def test_the_model_of_another_engine_is_loaded_when_it_is_asked_for() -> None:
    def loads(engine: str) -> bool:
        command = ["make", "--dry-run", "--always-make", "demo", f"ENGINE={engine}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return "-r requirements-whisper-base.txt" in done.stdout

    assert loads("whisper-base")
    assert not loads("best")
