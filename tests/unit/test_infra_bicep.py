"""The reader of Bicep that the other tests stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import INFRA
from tests.bicep.syntax import read_bicep


def outputs(tmp_path: Path, text: str, **parameters: Any) -> dict[str, Any]:
    file = tmp_path / "main.bicep"
    file.write_text(text, encoding="utf-8")
    return Deployment(file, parameters).outputs


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("!true || 1 < 2 && 'a' != 'b'", True),
        ("null ?? 'other'", "other"),
        ("false ? 1 : true ? 2 : 3", 2),
        ("'${1 + 1} and \\'${'in${'side'}'}\\''", "2 and 'inside'"),
        ("[for (x, i) in ['a', 'b']: '${i}${x}']", ["0a", "1b"]),
        ("union({ a: { b: 1 } }, { a: { c: 2 } })", {"a": {"b": 1, "c": 2}}),
        ("[\n  'a' // one\n  'b'\n]", ["a", "b"]),
        ("{\n  'a-b': 1\n  c: 7 / 2\n  d: 7 % 2\n}", {"a-b": 1, "c": 3, "d": 1}),
        ("{ a: 1 }.?b", None),
        ("filter(split(' A, b', [' ', ',']), word => !empty(word))", ["A", "b"]),
        ("map(['a', 'b'], one => '${one}${one}')", ["aa", "bb"]),
        ("'''\nplain ${text}\n'''", "plain ${text}\n"),
    ],
)
def test_expressions_have_the_values_of_the_language(
    tmp_path: Path, expression: str, value: Any
) -> None:
    assert outputs(tmp_path, f"output it object = {expression}\n") == {"it": value}


def test_resources_know_their_ids_and_modules_their_outputs(tmp_path: Path) -> None:
    (tmp_path / "part.bicep").write_text(
        "param name string\n"
        "resource a 'Microsoft.Storage/storageAccounts@2025-06-01' = {\n  name: name\n}\n"
        "resource b 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {\n"
        "  parent: a\n  name: 'default'\n}\n"
        "output id string = b.id\noutput url string = a.properties.primaryEndpoints.blob\n"
    )
    text = "module m 'part.bicep' = [for n in ['x', 'y']: { name: n, params: { name: n } }]\n"
    found = outputs(tmp_path, f"{text}output id string = m[1].outputs.id\n")
    assert found["id"].endswith(
        "/providers/Microsoft.Storage/storageAccounts/y/blobServices/default"
    )
    url = outputs(tmp_path, f"{text}output url string = m[0].outputs.url\n")
    assert url == {"url": "https://x.blob.core.windows.net/"}


def test_functions_are_called_by_those_who_import_them(tmp_path: Path) -> None:
    (tmp_path / "texts.bicep").write_text(
        "func loud(text string) string => toUpper(text)\n"
        "@export()\nfunc twice(text string, by string) string[] => [loud(text), by]\n"
    )
    found = outputs(
        tmp_path,
        "import { twice } from 'texts.bicep'\n"
        "param size 1 | 2 = 2\nparam tags { *: string } = {}\n"
        "output it array = twice('a', string(size))\n",
    )
    assert found == {"it": ["A", "2"]}


def test_what_is_switched_off_is_not_deployed(tmp_path: Path) -> None:
    file = tmp_path / "main.bicep"
    file.write_text(
        "param on bool = false\n"
        "resource a 'Microsoft.Storage/storageAccounts@2025-06-01' = if (on) {\n  name: 'a'\n}\n"
        "resource b 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {\n  name: 'b'\n}\n"
    )
    assert Deployment(file).resources == []
    assert [str(resource) for resource in Deployment(file, {"on": True}).resources] == [
        "Microsoft.Storage/storageAccounts a"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("type f = string\n", "type is not a statement"),
        ("var x = [\n  1 + \n]\n", "was not expected"),
        ("var x = ;\n", "is not understood"),
        ("param x string\n", "needs the parameter x"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        outputs(tmp_path, text)


def test_a_parameter_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no parameters"):
        outputs(tmp_path, "param x string = ''\n", y=1)


@pytest.mark.parametrize("path", sorted(INFRA.rglob("modules/*.bicep")), ids=lambda p: p.name)
def test_every_module_is_read_and_used(path: Path) -> None:
    assert read_bicep(path)
    assert f"'modules/{path.name}'" in (INFRA / "main.bicep").read_text()
