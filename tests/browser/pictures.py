"""python -m tests.browser.pictures [FOLDER]: the pictures of the docs, taken of the real page.

The local stack transcribes the samples with its real recogniser; then every screen is looked at, in
both colours, on a desktop and on a phone.
"""

from __future__ import annotations

import sys
import tempfile
import wave
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from local.stack.demo import drop_and_watch
from local.stack.intake import choose
from local.stack.lasting import Lasting
from local.stack.stack import Stack, running_stack
from tests.browser.play import ROOT, play
from tests.stack import have_copy

FOLDER = ROOT / "docs" / "pictures"
WIDTHS = (1280, 360)
SAMPLES = ROOT / "samples" / "audio"
SHOWN = ("calls", "monologue.wav", "formats/monologue-8khz.wav")
AGENTS = {"Ann": ("monday", "tuesday"), "Bo": ("wednesday",), "Cem": ("thursday",)}
"""Whose calls, and what they are called."""
PROFILES = """
[default]
locale = "en-US"
formats = ["vtt"]
review_below = 0.6

[profile.calls]
prefixes = ["calls"]
channels = [0, 1]
roles = { 0 = "Customer", 1 = "Agent" }
"""


def screens(stack: Stack) -> dict[str, Any]:
    """What is shown where, by the name of its picture."""
    http = httpx.Client(
        base_url=f"{stack.app_url}/api", headers={"x-functions-key": stack.api_key}, timeout=60
    )
    batches = http.get("/batches").json()["value"]
    batch = next(one for one in batches if one["recordings"] == 3)
    path = f"batches/{batch['id']}"
    items = http.get(f"/{path}/items").json()["value"]
    call = next(item for item in items if "support" in item["name"])
    have_copy(stack, f"{path}/items/{call['id']}")  # a wave is in every picture
    return {
        "now": {"path": "", "text": "Lately"},
        "drop": {
            "path": "",
            "text": "Lately",
            "files": [str(SAMPLES / "monologue.wav")],
            "then": "of audio, about",
        },
        "batch": {"path": path, "text": "monologue"},
        "calls": {"path": "calls?by=metadata.agent", "text": "Longest monologue"},
        "queue": {"path": "review", "text": "The most in doubt first"},
        "search": {"path": "search#q=order+number", "text": "recordings."},
        "recording": {"path": f"{path}/{call['id']}#t=9.5", "text": "Good morning"},
        "review": {
            "path": f"{path}/{call['id']}",
            "text": "Good morning",
            "keys": ["n", "Enter", "e"],
            "then": "Enter keeps",
        },
    }


def _calls(folder: Path, names: Sequence[str]) -> None:
    """The call of the samples once more, each a little shorter, so that it is another."""
    folder.mkdir(parents=True)
    [source] = (SAMPLES / "calls").glob("*.wav")
    for name in names:
        with wave.open(str(source)) as sound, wave.open(str(folder / f"{name}.wav"), "wb") as out:
            out.setparams(sound.getparams())
            out.writeframes(sound.readframes(sound.getnframes() - 800 * len(name)))


def _drop(there: Lasting, stack: Stack, paths: Sequence[Path], metadata: dict[str, str]) -> None:
    drops = choose([str(path) for path in paths]).drops
    drop_and_watch(
        there, drops, Console(quiet=True), check=stack.check, seconds=900, metadata=metadata
    )


def take(folder: Path) -> list[str]:
    """Where they lie."""
    with ExitStack() as exits:
        logs = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        profiles = logs / "own.toml"
        profiles.write_text(PROFILES, encoding="utf-8")
        stack = exits.enter_context(
            running_stack(logs / "logs", settings={"PROFILES_FILE": str(profiles)})
        )
        there = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", stack.api_key)
        for agent, names in AGENTS.items():
            folder_of_agent = logs / agent
            _calls(folder_of_agent / "calls", names)
            _drop(there, stack, [folder_of_agent], {"agent": agent})
        _drop(there, stack, [SAMPLES / name for name in SHOWN], {})
        given = {"folder": str(folder), "widths": WIDTHS, "screens": screens(stack)}
        taken: list[str] = play("pictures", stack.page_url, seconds=300, **given)
        return taken


if __name__ == "__main__":
    for path in take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)
