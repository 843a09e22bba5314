"""Finding an interpreter and making its environment, with interpreters that are shell scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import environment
from tests.conformance.environment import NoInterpreter, NotInstalled, ready_environment

SHIM = "echo 'pyenv: python3.13: command not found' >&2; exit 127"
# Called with `-I -c ...` it tells its version, with `-I -m venv FOLDER` it makes an environment
# whose Python takes any command and notes it.
WORKING = """
PATH=/usr/bin:/bin
if [ "$2" = -c ]; then echo 3.13.9; exit; fi
mkdir -p "$4/bin"
printf '#!/bin/sh\\necho "$@" >> "%s"\\n' "$4.commands" > "$4/bin/python"
chmod +x "$4/bin/python"
"""
BROKEN = WORKING.replace('\\necho "$@"', '\\necho no such package; exit 1; echo "$@"')


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only interpreters are those that a test puts on it."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("one\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'bin'}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(environment.sys, "executable", str(tmp_path / "none"))
    monkeypatch.setattr(environment, "REQUIREMENTS", (requirements,))
    monkeypatch.setattr(environment, "SUPPORTED", ("3.13",))
    return tmp_path


def put(place: Path, script: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


def commands(machine: Path) -> list[str]:
    return (machine / ".cache" / "runtime-3.13.commands").read_text().splitlines()


def test_without_an_interpreter_the_message_says_which_one_is_missing_and_where(
    machine: Path,
) -> None:
    with pytest.raises(NoInterpreter, match=r"needs a python3\.13 .* on PATH"):
        ready_environment(machine / ".cache")


def test_a_shim_that_fails_is_passed_over(machine: Path) -> None:
    put(machine / "shims" / "python3.13", SHIM)
    put(machine / ".pyenv" / "versions" / "3.13.9" / "bin" / "python3.13", WORKING)
    python = ready_environment(machine / ".cache")
    assert python == machine / ".cache" / "runtime-3.13" / "bin" / "python"
    assert len(commands(machine)) == 1


def test_it_is_made_once_and_anew_when_the_requirements_change(machine: Path) -> None:
    put(machine / "bin" / "python3.13", WORKING)
    ready_environment(machine / ".cache")
    ready_environment(machine / ".cache")
    assert len(commands(machine)) == 1
    (machine / "requirements.txt").write_text("two\n")
    ready_environment(machine / ".cache")
    assert len(commands(machine)) == 2


def test_packages_that_cannot_be_installed_are_a_failure_each_time(machine: Path) -> None:
    put(machine / "bin" / "python3.13", BROKEN)
    for _ in range(2):
        with pytest.raises(NotInstalled, match="no such package"):
            ready_environment(machine / ".cache")
