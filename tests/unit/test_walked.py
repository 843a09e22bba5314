"""Somebody who has only these pages, and types what they say, from the top: nothing is used before
the page says where it comes from, and every blob that is named is where the app puts it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.model.recording.output_names import output_stem

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("deploy", "operations", "flows", "day-one")
OF_THE_SHELL = {"HOME", "PATH", "PWD"}


def commands(page: str) -> list[str]:
    """What stands in fenced blocks and in cells and sentences of code, in the order of the page."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [
        block or line for block, line in re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", text, re.S)
    ]


def unset(texts: list[str]) -> set[str]:
    """Variables of the shell that are read before anything sets them."""
    known, found = set(OF_THE_SHELL), set()
    for text in texts:
        known |= set(re.findall(r"(?:^|\s|export )([A-Z][A-Z_]+)=", text))
        used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)\b", text))
        found |= used - known
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_is_set_before_it_is_used(page: str) -> None:
    assert unset(commands(page)) == set()


def test_what_is_used_first_is_seen() -> None:
    assert unset(['curl -H "x: $KEY"', "KEY=$(az keys)"]) == {"KEY"}
    assert unset(["KEY=1 make", "echo ${KEY}"]) == set()


@pytest.mark.parametrize("page", PAGES)
def test_what_is_fetched_from_the_transcripts_lies_there(page: str) -> None:
    for text in commands(page):
        flat = text.replace("\\\n", " ")
        for name in re.findall(r"--container-name transcripts\b.*? --name (\S+)", flat):
            stem = output_stem("audio", "x").removesuffix("x")
            assert name.startswith(stem), (
                f"{name}: transcripts are in the folder of their container"
            )


@pytest.mark.parametrize("page", PAGES)
def test_a_secret_is_printed_as_it_is_and_not_in_quotes(page: str) -> None:
    for text in commands(page):
        flat = text.replace("\\\n", " ")
        for line in flat.splitlines():
            if "keyvault secret show" in line and "--query value" in line:
                assert "--output tsv" in line, line
