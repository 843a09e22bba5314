"""Nothing knows a provider's name but its own files, the registry, and what CONTRIBUTING lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.emulators.registry import EMULATORS
from shared.providers.registry import OFFERS
from tests.contract.provider_rigs import NAMES

ROOT = Path(__file__).resolve().parents[2]
USUAL = "azure-speech"  # the default of profiles, and the provider of the examples
OTHERS = sorted(set(OFFERS) - {USUAL})
TEXT = {".py", ".md", ".toml", ".json", ".bicep", ".txt", ""}
PLACES = ("shared", "functions", "local", "tests", "benchmarks", "docs", "infra", "samples")


def listed() -> list[str]:
    """The first column of the table in CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("## Adding a provider\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def files() -> list[Path]:
    tops = [path for path in ROOT.iterdir() if path.is_file()]
    deep = [path for place in PLACES for path in (ROOT / place).rglob("*") if path.is_file()]
    return [path for path in tops + deep if path.suffix in TEXT and "__pycache__" not in path.parts]


@pytest.mark.parametrize("provider", OTHERS)
def test_only_what_contributing_lists_knows_a_providers_name(provider: str) -> None:
    allowed = tuple(name.replace("<name>", provider.replace("-", "_")) for name in listed())
    word = re.compile(provider.replace("-", "[-_ ]?"), re.IGNORECASE)
    for path in files():
        place = str(path.relative_to(ROOT))
        if not place.startswith((*allowed, "CONTRIBUTING.md", ".")):
            assert not word.search(path.read_text(encoding="utf-8")), place


def test_what_contributing_lists_is_there_for_every_provider() -> None:
    for provider in OFFERS:
        for name in listed():
            path = ROOT / name.replace("<name>", provider.replace("-", "_"))
            assert path.exists(), path


def test_every_provider_has_an_emulator_a_contract_and_a_page() -> None:
    assert set(EMULATORS) == set(OFFERS)
    assert set(OTHERS) <= {name.partition(" ")[0] for name in NAMES}
    for provider in OFFERS:
        assert (ROOT / "docs" / "providers" / f"{provider}.md").exists()
        assert EMULATORS[provider].prefix == OFFERS[provider].form.prefix
