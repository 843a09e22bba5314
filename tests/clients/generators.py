"""Runs the generators: each makes a client in a folder, and says what it did not like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = ("openapi.json", "openapi-3.0.json")
BIN = Path(sys.executable).parent
NODE = ROOT / "node_modules"
SECONDS = 300


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / name).read_text("utf-8"))
    return found


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> str:
    """What it printed. Its failure is one of the test."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PATH": path, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-6_000:]
    return told


def openapi_python_client(source: Path, folder: Path) -> list[str]:
    """A package `dropscribe_client` in the folder. What it left out."""
    command = ("openapi-python-client", "generate", "--path", source, "--output-path", folder)
    told = run(command, folder.parent)
    return [line for line in told.splitlines() if line.startswith(("WARNING", "ERROR"))]


def openapi_typescript(source: Path, target: Path) -> None:
    """Types of everything, in one file."""
    run((NODE / ".bin" / "openapi-typescript", source, "--output", target), target.parent)


def openapi_generator(language: str, source: Path, folder: Path) -> list[str]:
    """What it warns of."""
    command = ("openapi-generator-cli", "generate", "-g", language, "-i", source, "-o", folder)
    told = run(command, folder.parent)
    return [line for line in told.splitlines() if "WARN" in line or "ERROR" in line]


def tsc(folder: Path, *files: str, out: str = "") -> str:
    """Compiled as strictly as it goes; into the folder `out`, or only checked."""
    target = ("--outDir", out) if out else ("--noEmit",)
    command = (
        *(NODE / ".bin" / "tsc", "--strict", "--target", "es2022", "--lib", "es2022,dom"),
        *("--module", "nodenext", "--moduleResolution", "nodenext", *target, *files),
    )
    return run(command, folder)
