"""What is typed for the picture, and how it is made the same each time: what differs from run to
run (ids) is numbered anew; all else is as it was written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from local.recogniser.engines import BEST
from local.stack.stack import Stack, running_stack
from tests.recording.svg import Scene, picture
from tests.recording.terminal import shown

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "pictures" / "command-line.svg"
TITLE = "dropscribe in a terminal: what 3000 recordings would cost, and a call that becomes a text"
COLUMNS = 88
SESSION = (
    "dropscribe estimate --recordings 3000 --minutes 6",
    'dropscribe transcribe calls/ --title "Monday" --get txt --out texts',
    'cat "texts/+15551234 support.wav.txt"',
    "dropscribe items {batch}",
)
_ID = re.compile(
    r"(?<![0-9a-f-])(?:api-[0-9a-f]{20,}|[0-9a-f]{32}|[0-9a-f]{8}(?= (?:txt|vtt)\b))\b"
)
_BATCH = re.compile(r"\bapi-[0-9a-f]{20,}\b")


def record() -> str:
    """The picture, of a stack that is started for it."""
    with TemporaryDirectory() as folder, running_stack(Path(folder) / "logs", engine=BEST) as stack:
        home = Path(folder) / "home"
        shutil.copytree(ROOT / "samples" / "audio" / "calls", home / "calls")
        scenes, batch = [], ""
        for command in SESSION:
            typed = command.format(batch=batch)
            written = _run(typed, home, stack)
            batch = next(iter(_BATCH.findall(written)), batch)
            scenes.append(Scene(typed, _filled(shown(written))))
    return picture(_with_steady_ids(scenes), columns=COLUMNS, title=TITLE)


def _run(command: str, home: Path, stack: Stack) -> str:
    """Everything that it writes, in its order."""
    (home / "bin").mkdir(exist_ok=True)
    program = home / "bin" / "dropscribe"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m dropscribe "$@"\n')
    program.chmod(0o755)
    environment = {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "client"),
        "DROPSCRIBE_URL": stack.app_url,
        "DROPSCRIBE_KEY": stack.api_key,
        "FORCE_COLOR": "1",
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "TZ": "UTC",
    }
    told = subprocess.run(
        ["sh", "-c", command],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    written = told.stdout.decode()
    if told.returncode:
        raise RuntimeError(f"{command} ended with {told.returncode}:\n{written}")
    return written


def _filled(lines: list[str]) -> list[str]:
    """Without what is empty at the end."""
    while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
        lines = lines[:-1]
    return lines


def _with_steady_ids(scenes: list[Scene]) -> list[Scene]:
    """Numbered in the order in which they come; the first digits of one stay those of it."""
    known: dict[str, str] = {}

    def steady(found: re.Match[str]) -> str:
        head, dash, tail = found[0].rpartition("-")
        made = known.setdefault(tail[:8], sha256(str(len(known)).encode()).hexdigest())
        return f"{head}{dash}{made[: len(tail)]}"

    return [
        Scene(_ID.sub(steady, scene.command), [_ID.sub(steady, line) for line in scene.lines])
        for scene in scenes
    ]
