"""The questions of docs/analytics.md are asked in DuckDB, of tables that the pipeline wrote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shared.configuration.profiles import parse_profiles
from shared.model.export.columns import Kind
from shared.model.export.tables import RECORDINGS, TABLES, UTTERANCES, Table
from shared.providers.registry import OFFERS
from tests.fakes.exports import a_world, rows, written_to

PAGE = (Path(__file__).resolve().parents[2] / "docs/analytics.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
QUESTIONS = [script for script in SCRIPTS if "SELECT" in script and "read_parquet" not in script]
[VIEWS] = [script for script in SCRIPTS if "read_parquet" in script]
[NOTEBOOK] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SAID: dict[Kind, str] = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "switch": "true or false",
    "moment": "time",
}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two days, some of it merged and some of it not."""
    world = a_world()
    for day in range(2):
        for name in ("a refund", "an order", "a delivery"):
            world.drop(f"calls/{name} {day}.wav", metadata={"desk": name.split()[1]})
            world.run()
        world.clock.advance(86_400)
        if not day:
            world.sweep()
    folder = tmp_path_factory.mktemp("analytics")
    written_to(folder, world.exports)
    (folder / "tables.sql").write_text(VIEWS)
    assert len(rows(world.exports, RECORDINGS)) == 6
    return folder


@pytest.fixture
def ask(exports: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(exports)
    connection = duckdb.connect()
    connection.execute(VIEWS)
    return connection


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_an_answer(question: str, ask: Any) -> None:
    found = ask.execute(question).fetchall()
    assert found and any(value is not None for value in found[0])


def answer(ask: Any, part: str) -> list[tuple[Any, ...]]:
    [question] = [question for question in QUESTIONS if part in question]
    found: list[tuple[Any, ...]] = ask.execute(question).fetchall()
    return found


def test_answers_are_right(ask: Any) -> None:
    assert [row[1:3] for row in answer(ask, "to_review")] == [("calls", 3), ("calls", 3)]
    assert answer(ask, "AS share") == [("Agent", 0.5), ("Customer", 0.5)]
    assert [row[1:] for row in answer(ask, "ILIKE")] == [
        ("Customer", 6, f"It is about a refund {day}.") for day in range(2)
    ]
    assert {row[:4] for row in answer(ask, "desk")} == {
        (desk, 2, 0.333, 7) for desk in ("refund", "order", "delivery")
    }
    assert {row[0]: row[1] for row in answer(ask, "gap_ms")} == {"Agent": 1_000, "Customer": 1_000}
    assert answer(ask, "latest_utterances") == [(24, 6)]


def test_only_the_days_that_are_asked_for_are_read(ask: Any) -> None:
    days = ask.execute("SELECT DISTINCT day FROM recordings ORDER BY day").fetchall()
    assert len(days) == 2
    plan = ask.execute(f"EXPLAIN SELECT text FROM utterances WHERE day = '{days[0][0]}'").fetchall()
    assert "Scanning Files: 1/3" in plan[0][1]


def test_the_notebook_runs(
    exports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(exports)
    exec(compile(NOTEBOOK, "notebook", "exec"), {})
    assert "calls" in capsys.readouterr().out


def listed(table: Table) -> list[tuple[str, str]]:
    """Each column with its type, as the page tells them."""
    part = PAGE.split(f"### {table.name}\n")[1].split("\n#")[0]
    found = []
    for names, types in re.findall(r"^\| (`.*?) \| (.*?) \|", part, re.MULTILINE):
        columns = re.findall(r"`(\w+)`", names)
        kinds = types.split(", ") * len(columns)
        found += list(zip(columns, kinds, strict=False))
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_told_with_its_type(table: Table) -> None:
    assert listed(table) == [(column.name, SAID[column.kind]) for column in table.columns]


def test_the_example_of_a_profile_is_one() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert any(profile.export for profile in parse_profiles(example, file="", providers=OFFERS))


def test_what_power_bi_is_told_names_what_is_there(exports: Path) -> None:
    assert f'"{UTTERANCES.folder}/day="' in PAGE
    assert {path.parent.parent.name for path in exports.rglob("*.parquet")} == {
        table.folder for table in TABLES
    }
