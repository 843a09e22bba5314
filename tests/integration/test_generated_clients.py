"""Clients that other people's generators make of both descriptions: they compile, they read the
least and the fullest of every answer, and they lose nothing."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.clients import generators
from tests.clients.answers import answers
from tests.clients.generators import DOCS, DOCUMENTS, document, run

pytestmark = pytest.mark.slow
HERE = Path(generators.__file__).parent
GENERATORS = "openapi-3.0.json"
java = pytest.mark.skipif(shutil.which("java") is None, reason="needs a Java runtime")


def written(folder: Path, name: str) -> Path:
    """The answers by the description of that name, in a file."""
    file = folder / "answers.json"
    file.write_text(json.dumps(answers(document(name))), encoding="utf-8")
    return file


def assert_nothing_is_lost(told: str, name: str) -> None:
    """Moments may be written another way, and what is null may be missing."""
    read = json.loads(told.splitlines()[-1])
    asked = answers(document(name))
    assert len(asked) >= 18
    assert plain(read) == plain(asked)


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value)
    return value


@pytest.mark.parametrize("name", DOCUMENTS)
def test_openapi_python_client(name: str, tmp_path: Path) -> None:
    left_out = generators.openapi_python_client(DOCS / name, tmp_path / "made")
    # Of the kinds of manifest it knows JSON alone, and the description for generators has no other.
    assert all(re.fullmatch(r"WARNING parsing POST /\w+ within \w+\.", line) for line in left_out)
    assert bool(left_out) == (name != GENERATORS)
    run(("mypy", "--strict", "dropscribe_client"), tmp_path / "made")
    reader = (sys.executable, HERE / "read_python.py", tmp_path / "made", "dropscribe_client")
    assert_nothing_is_lost(run((*reader, written(tmp_path, name)), tmp_path), name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_openapi_typescript(name: str, tmp_path: Path) -> None:
    """What is a literal there may have no field that its type has not, and must have every other:
    where it compiles, nothing is refused and nothing unknown."""
    generators.openapi_typescript(DOCS / name, tmp_path / "api.d.ts")
    lines = ['import type { components } from "./api";', 'type S = components["schemas"];']
    for schema, each in answers(document(name)).items():
        for number, answer in enumerate(each):
            lines.append(f'export const {schema}{number}: S["{schema}"] = {json.dumps(answer)};')
    (tmp_path / "use.ts").write_text("\n".join(lines), encoding="utf-8")
    generators.tsc(tmp_path, "--exactOptionalPropertyTypes", "use.ts")
    (tmp_path / "use.ts").write_text("\n".join([*lines, 'S_: S["Item"] = {};']), encoding="utf-8")
    with pytest.raises(AssertionError, match="error TS"):
        generators.tsc(tmp_path, "use.ts")


@java
@pytest.mark.parametrize("language", ["csharp", "java", "go", "typescript-fetch"])
def test_openapi_generator_makes_clients_without_a_warning(language: str, tmp_path: Path) -> None:
    warned = generators.openapi_generator(language, DOCS / GENERATORS, tmp_path / "made")
    assert not warned
    made = "\n".join(f.name for f in (tmp_path / "made").rglob("*") if f.is_file())
    assert not re.search(r"Anonymous|InlineObject|Inline_?\d|AnyOf|OneOf", made, re.IGNORECASE)


@java
def test_openapi_generator_for_python(tmp_path: Path) -> None:
    generators.openapi_generator("python", DOCS / GENERATORS, tmp_path / "made")
    reader = (sys.executable, HERE / "read_python.py", tmp_path / "made", "openapi_client")
    assert_nothing_is_lost(run((*reader, written(tmp_path, GENERATORS)), tmp_path), GENERATORS)


@java
def test_openapi_generator_for_fetch(tmp_path: Path) -> None:
    generators.openapi_generator("typescript-fetch", DOCS / GENERATORS, tmp_path / "made")
    (tmp_path / "package.json").write_text('{"type": "commonjs"}', encoding="utf-8")
    generators.tsc(tmp_path, "made/index.ts", out="compiled")
    client = tmp_path / "compiled" / "index.js"
    reader = ("node", HERE / "read_typescript.mjs", client, written(tmp_path, GENERATORS))
    assert_nothing_is_lost(run(reader, tmp_path), GENERATORS)
