"""Generated clients on the running stack: from a file to a transcript, a report, and errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack.stack import Stack, running_stack
from tests.clients import generators
from tests.clients.generators import NODE, run
from tests.stack import QUICK, sound

pytestmark = pytest.mark.slow
HERE = Path(generators.__file__).parent


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("clients")
    with running_stack(logs, engine="scripted", settings=QUICK) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> str:
    return f"{stack.app_url}/api"


@pytest.fixture
def folder(tmp_path: Path, stack: Stack, api: str) -> Path:
    """With the descriptions that the running app gives, and a recording."""
    for name in generators.DOCUMENTS:
        got = httpx.get(f"{api}/{name}", headers={"x-functions-key": stack.api_key}, timeout=60)
        (tmp_path / name).write_bytes(got.content)
    (tmp_path / "meeting.wav").write_bytes(sound())
    return tmp_path


def check(told: str, title: str, item_id: str) -> None:
    read: dict[str, Any] = json.loads(told.splitlines()[-1])
    assert read["status"] == "completed"
    assert read["item"] == ["transcribed", item_id, True]
    assert read["words"]
    assert read["utterances"] >= 1
    assert read["captions"] == "WEBVTT"
    assert read["report"][:2] == [title, 1]
    assert read["is_the_item"]
    assert read["table"]
    assert read["errors"][:3] == ["batch_missing", 404, "manifest_refused"]


@pytest.mark.parametrize("name", generators.DOCUMENTS)
def test_the_client_of_openapi_python_client(
    name: str, folder: Path, stack: Stack, api: str
) -> None:
    generators.openapi_python_client(folder / name, folder / "made")
    program = (sys.executable, HERE / "use_python.py", folder / "made")
    check(
        run((*program, api, stack.api_key, folder / "meeting.wav"), folder), "Python", "meeting-9"
    )


def test_the_client_of_openapi_fetch(folder: Path, stack: Stack, api: str) -> None:
    """By the description for generators: in the other a transcript is JSON or a text."""
    generators.openapi_typescript(folder / "openapi-3.0.json", folder / "api.d.ts")
    (folder / "node_modules").symlink_to(NODE)
    (folder / "use.ts").write_bytes((HERE / "use_typescript.ts").read_bytes())
    (folder / "package.json").write_text('{"type": "commonjs"}', encoding="utf-8")
    generators.tsc(folder, "use.ts", out=".")
    program = ("node", folder / "use.js", api, stack.api_key, folder / "meeting.wav")
    check(run(program, folder), "TypeScript", "meeting-10")
