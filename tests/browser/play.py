"""Plays a scene in Chromium: a script beside this file, which knows the address of the page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHROMIUM = shutil.which("chromium")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="the Debian package chromium is not installed"
)


def play(scene: str, page_url: str, *, seconds: float = 120, **given: object) -> Any:
    """What the scene says in the end, as JSON on its last line. `given` is what it is told."""
    environment = {
        **os.environ,
        "CHROMIUM": CHROMIUM or "",
        "PAGE": page_url,
        "GIVEN": json.dumps(given),
    }
    run = subprocess.run(
        ["node", str(HERE / f"{scene}.mjs")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])
