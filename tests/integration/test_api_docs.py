"""docs/api.md is run as it stands, against the local stack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from local.stack.stack import Stack, running_stack
from shared.api.operations.all import OPERATIONS
from tests.stack import QUICK, sound

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return [body for kind, body in found if kind == language]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("docs")
    with running_stack(logs, engine="scripted", settings=QUICK) as running:
        yield running


@pytest.fixture
def run(stack: Stack, tmp_path: Path) -> Any:
    (tmp_path / "meeting.wav").write_bytes(sound())
    environment = {**os.environ, "API": f"{stack.app_url}/api", "KEY": stack.api_key}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs Debian's package curl")
def test_the_commands_lead_from_a_file_to_a_transcript(run: Any, tmp_path: Path) -> None:
    script = "set -eo pipefail\n" + "\n".join(blocks("sh"))
    assert "WEBVTT" in run("bash", "-c", script)
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_program_leads_from_a_file_to_a_transcript(run: Any) -> None:
    [program] = [block for block in blocks("python") if "httpx" in block]
    assert "[00:00:00]" in run(sys.executable, "-c", program)


def test_the_ten_lines_verify_what_the_standards_library_signs() -> None:
    [lines] = [block for block in blocks("python") if "def is_genuine" in block]
    names: dict[str, Any] = {}
    exec(lines, names)
    assert len(lines[lines.index("def is_genuine") :].strip().splitlines()) <= 10
    secret, body = "whsec_" + "c2VjcmV0" * 4, '{"type": "batch.completed"}'
    now = int(time.time())
    signature = Webhook(secret).sign("evt_1", datetime.fromtimestamp(now, UTC), body)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,other {signature}",
    }
    assert names["is_genuine"](headers, body.encode(), secret)
    assert not names["is_genuine"](headers, body.encode() + b" ", secret)
    assert not names["is_genuine"](headers, body.encode(), "whsec_b3RoZXI=")
    old = {**headers, "webhook-timestamp": str(now - 600)}
    assert not names["is_genuine"](old, body.encode(), secret)


def test_every_operation_is_in_the_table() -> None:
    table = TEXT[TEXT.index("## What there is") : TEXT.index("## Formats")]
    for operation in OPERATIONS:
        first = operation.path.split("/")[0]
        assert f"/{first}" in table, operation.name
