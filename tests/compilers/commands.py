"""Every `az` command of docs, hooks and workflows, in the real Azure CLI, with nobody logged in.

    python -m tests.compilers.commands PATH_OF_AZ

It parses a command before it asks for a login, so "log in first" is the answer that is wanted. What
the docs only mention in a sentence may leave out what is required; what they show as a command, and
what a hook runs, may not. `make commands` installs that program and runs this.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# They do something at once: one opens a browser, the others fetch the compiler.
HELP_ONLY = ("login", "bicep install", "bicep upgrade")
# Said after a command was parsed, instead of "log in first": where a compiler is missing, of what
# stands in for a secret, of a subscription that nobody is signed in to, and where nobody answers.
PARSED = (
    "az login",
    "Error while attempting to retrieve the latest Bicep",
    "connection string: x",
    "The subscription of 'x' doesn't exist",
    "Operation cancelled",
)
# Said of a command that lacks something, which a sentence may leave out.
SHORT = (
    "are required",
    "[Required]",
    "Please specify",
    "Please provide",
    "'x' is not a valid value for",
)
FOLDERS = ("left", "kept", "moved")
FILES = ("key.txt", "app.zip", "meeting.m4a")
_FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_START = re.compile(r"(?:^|[\s(\"=`])az (?=[a-z])")
_REQUIRED = re.compile(r"the following arguments are required: (.*)")


class Command(NamedTuple):
    """`is_whole`: all that is required is there."""

    where: str
    text: str
    is_whole: bool


def commands() -> list[Command]:
    """All that there are, each once."""
    found = {command.text: command for command in sorted(_all(), key=lambda one: one.is_whole)}
    return sorted(found.values())


def _all() -> Iterator[Command]:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        where = str(page.relative_to(ROOT))
        for block in _FENCE.findall(text):
            yield from (Command(where, one, True) for one in in_script(block))
        for span in _SPAN.findall(_FENCE.sub("", text)):
            yield from (Command(where, one, False) for one in in_script(span.replace("\n", " ")))
    for file in scripts():
        where, text = str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
        yield from (Command(where, one, True) for one in in_script(text))


def scripts() -> list[Path]:
    """Hooks, workflows, and what people run by hand."""
    places = ("infra/hooks/*.sh", "infra/hooks/*.ps1", "infra/*.sh", ".github/workflows/*.yml")
    return sorted(file for place in places for file in ROOT.glob(place))


def in_script(text: str) -> Iterator[str]:
    """The commands of a piece of shell or PowerShell."""
    text = re.sub(r"[\\`]\n\s*", " ", text)
    for line in text.splitlines():
        if line.lstrip().startswith(("#", "- name:", "//")):
            continue
        for start in _START.finditer(line):
            yield _one(line[start.end() - 3 :])


def _one(text: str) -> str:
    """The command at the beginning, up to what the shell does with it."""
    depth, quote, end = 0, "", len(text)
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                end = at
                break
        elif depth == 0 and re.match(r"\||&&|;|\s2?>", text[at:]):
            end = at
            break
    return text[:end].strip()


def arguments(text: str) -> list[str]:
    """What the shell would give to az, with something in place of what only it knows."""
    text = text.replace('--parameters "$@"', "--parameters x=x")
    text = re.sub(r'"\$@"|(?<=\s)@[a-z]+\b', "", text)  # further arguments
    while (plainer := re.sub(r"\$\([^()]*\)", "x", text)) != text:
        text = plainer
    text = text.replace("UseDevelopmentStorage=true", "x")  # which would reach a running Azurite
    text = re.sub(r"<[\w ]+>|\$\{?[\w:]+(:-[^}]*)?\}?", "x", text)
    return shlex.split(text)[1:]


def refusal(az: str, command: Command, config: str) -> str:
    """Why the Azure CLI does not take it; empty when it does."""
    given = arguments(command.text)
    plain = " ".join(given)
    if plain.startswith(HELP_ONLY):
        given.append("--help")
    code, told = _run(az, given, config)
    required = _REQUIRED.search(told)
    if required and not command.is_whole:
        names = [one.split("/")[0].strip() for one in required[1].split(",")]
        code, told = _run(az, [*given, *(part for name in names for part in (name, "x"))], config)
    good = PARSED if command.is_whole else (*PARSED, *SHORT)
    is_taken = code == 0 or any(words in told for words in good)
    return "" if is_taken else told.strip() or f"exit code {code}"


def _run(az: str, given: list[str], config: str) -> tuple[int, str]:
    """In a folder that has what the commands read: our own, and files that people are to make."""
    done = subprocess.run(
        [az, *given],
        cwd=config,
        env={**os.environ, "AZURE_CONFIG_DIR": config, "AZURE_CORE_COLLECT_TELEMETRY": "false"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stderr


def main() -> int:
    _, az = sys.argv
    wrong = 0
    found = commands()
    with tempfile.TemporaryDirectory() as config:
        for name in FILES:
            (Path(config) / name).write_text("x")
        for name in FOLDERS:
            (Path(config) / name).mkdir()
        for folder in ("infra", "samples"):
            (Path(config) / folder).symlink_to(ROOT / folder)
        for command in found:
            if why := refusal(az, command, config):
                wrong += 1
                print(f"{command.where}: {command.text}\n    {why}")
        made_up = Command("", "az storage blob uplode --nme x", True)
        if not refusal(az, made_up, config):
            print("The Azure CLI takes a command that there is not.")
            wrong += 1
    print(f"{len(found)} commands, {wrong} that the Azure CLI does not take")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
