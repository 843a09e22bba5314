"""The same mistake elsewhere: what was wrong, and where else it stands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

CODE = Path(__file__).resolve().parents[2] / "shared" / "web" / "app" / "code"


def run(expression: str, folder: Path) -> Any:
    script = folder / "same.mjs"
    script.write_text((CODE / "same.js").read_text("utf-8"), "utf-8")
    told = f'import * as same from "./same.mjs"; console.log(JSON.stringify({expression}))'
    (folder / "run.mjs").write_text(told, "utf-8")
    ran = subprocess.run(
        ["node", str(folder / "run.mjs")], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(ran.stdout)


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("my larger number is", "my order number is", ("larger", "order")),
        ("a larger, table", "a order, table", ("larger", "order")),
        ("one two three", "one 2 3 three", ("two", "2 3")),
        ("Dr. Smith says", "Dr. Smyth says", ("Smith", "Smyth")),
        ("a larger, c, larger. d", "a order, c, order. d", ("larger", "order")),
        ("Larger than larger", "Order than order", ("larger", "order")),
        ("one two one three", "on two won three", None),  # two mistakes
        ("yes yes larger", "yes order", ("yes larger", "order")),
        ("hello", "Hello", None),  # a capital alone is a matter of its place
        ("hello there", "hello", None),
        ("hello", "hello there", None),
        ("a b c d e f g", "h i j k l m n", None),
        ("same", "same", None),
        ("", "new", None),
    ],
)
def test_what_was_wrong_is_told_in_its_own_words(
    before: str, after: str, found: tuple[str, str] | None, tmp_path: Path
) -> None:
    told = run(f"same.mistakeIn({json.dumps(before)}, {json.dumps(after)})", tmp_path)
    assert told == (None if found is None else {"was": found[0], "now": found[1]})


@pytest.mark.long
@pytest.mark.parametrize(
    ("texts", "was", "now", "right"),
    [
        (
            ["Larger or larger.", "enlarger", "LARGER"],
            "larger",
            "order",
            ["Order or order.", "order"],
        ),
        (["a  larger\nnumber?"], "larger number", "order", ["a  order?"]),
        (["Größe, größer"], "größe", "Maß", ["Maß, größer"]),
        (["it costs $5 (net)."], "$5", "€5", ["it costs €5 (net)."]),
        (["c++ and C."], "c", "Go", ["Go++ and Go."]),
        (["nothing"], "larger", "order", []),
    ],
)
def test_where_else_it_stands_in_whole_words(
    texts: list[str], was: str, now: str, right: list[str], tmp_path: Path
) -> None:
    utterances = json.dumps([{"text": text} for text in texts])
    mistake = json.dumps({"was": was, "now": now})
    told = run(f"same.placesOf({utterances}, {mistake}).map((one) => one.now)", tmp_path)
    assert told == right
