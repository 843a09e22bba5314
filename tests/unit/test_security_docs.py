"""Each threat of docs/security.md is answered by a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Threats")[2]
ROWS = [row for row in ROW.findall(TEXT) if row[0] not in ("threat", "---")]


def test_there_are_threats() -> None:
    assert len(ROWS) > 20
    assert len({threat for threat, _, _ in ROWS}) == len(ROWS)
    assert len(ROWS) == sum(line.startswith("| ") for line in TEXT.splitlines()) - 1


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_tests_that_hold_a_threat_exist(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`([^`]+)`", row[2])
    assert named[0].endswith(".py")
    found: set[str] = set()
    for name in named:
        if name.endswith(".py"):
            tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
            found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert any(each.startswith("test_") for each in found), name
        else:
            assert name in found
