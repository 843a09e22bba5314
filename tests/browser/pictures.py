"""python -m tests.browser.pictures [FOLDER]: the pictures of the docs, taken of the real page.

The local stack transcribes the samples with its real recogniser; then every screen is looked at, in
both colours, on a desktop and on a phone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from local.stack.demo import drop_and_watch
from local.stack.intake import choose
from local.stack.lasting import Lasting
from local.stack.stack import Stack, running_stack
from tests.browser.play import ROOT, play

FOLDER = ROOT / "docs" / "pictures"
WIDTHS = (1280, 360)
SAMPLES = ROOT / "samples" / "audio"
SHOWN = ("calls", "monologue.wav", "formats/monologue-8khz.wav")


def screens(stack: Stack) -> dict[str, Any]:
    """What is shown where, by the name of its picture."""
    http = httpx.Client(
        base_url=f"{stack.app_url}/api", headers={"x-functions-key": stack.api_key}, timeout=60
    )
    [batch] = http.get("/batches").json()["value"]
    path = f"batches/{batch['id']}"
    items = http.get(f"/{path}/items").json()["value"]
    call = next(item for item in items if "support" in item["name"])
    return {
        "now": {"path": "", "text": "Lately"},
        "drop": {
            "path": "",
            "text": "Lately",
            "files": [str(SAMPLES / "monologue.wav")],
            "then": "of audio, about",
        },
        "batch": {"path": path, "text": "monologue"},
        "calls": {"path": "calls", "text": "By the times of the transcripts"},
        "queue": {"path": "review", "text": "The most in doubt first"},
        "review": {
            "path": f"{path}/{call['id']}",
            "text": "Good morning",
            "keys": ["n", "Enter", "e"],
            "then": "Enter keeps",
        },
        "recording": {"path": f"{path}/{call['id']}#t=9.5", "text": "Good morning"},
    }


def take(folder: Path) -> list[str]:
    """Where they lie."""
    with tempfile.TemporaryDirectory() as logs, running_stack(Path(logs)) as stack:
        there = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", stack.api_key)
        drops = choose([str(SAMPLES / name) for name in SHOWN]).drops
        drop_and_watch(there, drops, Console(quiet=True), check=stack.check, seconds=900)
        given = {"folder": str(folder), "widths": WIDTHS, "screens": screens(stack)}
        taken: list[str] = play("pictures", stack.page_url, seconds=300, **given)
        return taken


if __name__ == "__main__":
    for path in take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)
