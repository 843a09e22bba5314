"""What the docs say is there: links, commands, settings, codes, events, states, examples."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from local.__main__ import _parser
from shared.configuration.known import FORMS, NAMED_KEYS, all_settings
from shared.configuration.profiles import parse_profiles
from shared.messages import QUEUES
from shared.model.failure_texts import GOES_ON, TEXTS
from shared.model.job.job import JobState
from shared.model.policy import Policy
from shared.model.recording.recording import State
from shared.outputs.formats import FORMATS
from shared.providers.registry import OFFERS
from tests.bicep.dropscribe import triggers

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(ROOT / "samples").rglob("*.md"),
        *(ROOT / "local").rglob("*.md"),
        *(ROOT / "client").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    ]
)
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
VARIABLES_OF_AZD = {
    *re.findall(r"^([A-Z]\w+)\t", (ROOT / "infra/hooks/parameters.tsv").read_text(), re.MULTILINE),
    *re.findall(r"^output ([A-Z]\w+)", (ROOT / "infra/main.bicep").read_text(), re.MULTILINE),
    "AZURE_SUBSCRIPTION_ID",
    "APP_SETTINGS",  # in the file of infra/deploy.sh
}
FOLDERS = tuple("shared functions local client examples tests docs samples infra".split())
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("shared", "functions", "local", "client")
    for path in sorted((ROOT / folder).rglob("*.py"))
)
on_every_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", read(page))


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(read(page)) if kind == language]


def quoted(page: Path) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", prose(page))


def anchors(page: Path) -> set[str]:
    """The names by which headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def column(page: Path, heading: str, number: int = 0) -> Iterator[str]:
    """The cells of a column of the tables below a heading, up to the next heading of its level."""
    level = heading.split(" ")[0]
    body = read(page).split(f"\n{heading}\n", 1)[1]
    body = re.split(rf"^#{{1,{len(level)}}} ", body, maxsplit=1, flags=re.MULTILINE)[0]
    for line in body.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield from line.strip("| ").split(" | ")[number : number + 1]


@on_every_page
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_file(), target
        assert not anchor or anchor in anchors(there), target


def test_every_page_is_in_the_index() -> None:
    linked = {
        (DOCS / target.partition("#")[0]).resolve()
        for target in LINK.findall(read(DOCS / "README.md"))
        if "://" not in target
    }
    wanted = {*PAGES, *DOCS.rglob("*.schema.json")} - {DOCS / "README.md"}
    assert wanted <= linked, wanted - linked


@on_every_page
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = re.findall(r"^\s*(?:.*&& )?make ([a-z-]+)", "\n".join(code(page)), re.MULTILINE)
    assert set(named) <= targets


def code(page: Path) -> list[str]:
    """Whatever is set as code."""
    return [*quoted(page), *(body for _, body in FENCE.findall(read(page)))]


@on_every_page
def test_every_variable_of_make_exists(page: Path) -> None:
    known = set(re.findall(r"\b([A-Z]+) *[?:]?=|\$\(([A-Z]+)\)", read(ROOT / "Makefile")))
    flat = {name for pair in known for name in pair}
    for line in re.findall(r"\bmake [a-z-]+.*", "\n".join(code(page))):
        assert set(re.findall(r"\b([A-Z]+)=", line)) <= flat, line


@on_every_page
def test_every_command_of_the_local_stack_is_understood(page: Path) -> None:
    for line in re.findall(r"python -m local (.+)", "\n".join(code(page))):
        arguments = re.sub(r'"[^"]*"', "file", line).split()
        try:
            _parser().parse_args(arguments)
        except SystemExit as error:
            assert error.code == 0, line


@on_every_page
def test_every_setting_exists(page: Path) -> None:
    known = {*FORMS, *(setting.name for setting in all_settings()), *VARIABLES_OF_AZD}
    for name in re.findall(r"\b[A-Z]+(?:_[A-Z<>]+)+\b", " ".join(quoted(page))):
        assert name in known or name.startswith(NAMED_KEYS) or f'"{name}"' in CODE, name


@on_every_page
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    for text in quoted(page):
        if text.startswith(tuple(f"{folder}/" for folder in FOLDERS)) and not set("<*{") & set(
            text
        ):
            assert (ROOT / text.split()[0]).exists(), text


@on_every_page
def test_every_example_can_be_read(page: Path) -> None:
    for example in blocks(page, "python"):
        compile(example, str(page), "exec")
    for example in blocks(page, "json"):
        json.loads(example)
    for example in blocks(page, "toml"):
        tomllib.loads(example)


def test_the_profiles_in_the_readme_are_right() -> None:
    (example,) = blocks(ROOT / "README.md", "toml")
    names = [profile.name for profile in parse_profiles(example, file="", providers=OFFERS)]
    assert names == ["default", "calls"]


def test_the_readme_counts_the_samples() -> None:
    samples = [path for path in (ROOT / "samples" / "audio").rglob("*") if path.is_file()]
    text = read(ROOT / "README.md")
    assert f"{len(samples)} transcribed, 0 failed of {len(samples)} recordings" in text


def test_every_word_of_the_glossary_is_used_in_the_code_and_they_are_in_order() -> None:
    words = re.findall(r"^\| \*\*(.+)\*\* \|", read(DOCS / "glossary.md"), re.MULTILINE)
    assert words == sorted(words)
    for word in words:
        assert re.search(rf"\b{word}s?\b", CODE, re.IGNORECASE), word


def test_every_codec_and_container_that_is_taken_is_in_the_table_of_formats() -> None:
    limits = OFFERS["azure-speech"].limits
    containers = {cell.strip("`") for cell in column(DOCS / "formats.md", "## What can be dropped")}
    assert limits.containers <= containers
    kinds = " ".join(column(DOCS / "formats.md", "## What can be dropped", 2)).lower()
    families = ("pcm", "wma", "amr")
    for codec in limits.codecs:
        assert next((kind for kind in families if codec.startswith(kind)), codec) in kinds, codec


def test_every_output_format_is_described() -> None:
    text = read(DOCS / "formats.md")
    for kind in FORMATS.values():
        assert f"`{kind.extension}`" in text or f"{kind.extension}`" in text, kind.name


def test_every_code_of_a_failure_is_explained_and_none_is_invented() -> None:
    page = DOCS / "troubleshooting.md"
    codes = {text.code for text in TEXTS.values() if text.advice != GOES_ON}
    cells = " ".join(column(page, "## A recording failed"))
    assert set(re.findall(r"`([a-z_]+)`", cells)) == codes


def test_why_a_job_moved_on_is_explained_in_the_log() -> None:
    (row,) = re.findall(r"^\| `job\.moved_on` \|(.+)$", read(DOCS / "troubleshooting.md"), re.M)
    codes = {text.code for text in TEXTS.values() if text.advice == GOES_ON}
    assert set(re.findall(r"`([a-z_]+)`", row)) == codes


def test_every_event_of_the_log_is_explained_and_none_is_invented() -> None:
    cells = " ".join(column(DOCS / "troubleshooting.md", "## The log"))
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", cells))
    logged = set(re.findall(r'\bevent\(\s*"([a-z]+\.[a-z_]+)"', CODE))
    assert len(logged) > 25
    assert documented == logged


def test_the_states_and_queues_are_those_of_the_code() -> None:
    text = read(DOCS / "architecture.md")
    drawn = text.split("## States", 1)[1].split("\n## ", 1)[0]
    for state in (*get_args(State), *get_args(JobState)):
        assert re.search(rf"\b{state}\b", drawn), state
    queues = {cell.strip("`") for cell in column(DOCS / "architecture.md", "## The queues")}
    assert queues == {"queue", *QUEUES}


def test_the_figures_of_patience_are_those_of_the_code() -> None:
    page = DOCS / "architecture.md"
    rows = zip(column(page, "## The timers"), column(page, "## The timers", number=1), strict=True)
    figures = {cell.split("`")[1]: int(value) for cell, value in rows if "`" in cell}
    assert len(figures) > 5
    for name, value in figures.items():
        assert getattr(Policy(), name) == value, name


@pytest.mark.long
def test_the_functions_that_are_listed_are_those_of_the_app() -> None:
    told = read(DOCS / "run-with-func.md").split("You should see the functions:", 1)[1]
    told = told.split("one for each operation", 1)[0]
    assert set(re.findall(r"`([a-z_]+)`", told)) == {
        name for name in triggers() if not name.startswith("api_")
    }


@pytest.mark.parametrize("page", DECISIONS, ids=[page.stem for page in DECISIONS])
def test_a_decision_is_short_and_has_its_four_parts(page: Path) -> None:
    text = read(page)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Status",
        "Context",
        "Decision",
        "Consequences",
    ]
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))
