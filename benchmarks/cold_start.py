"""How long the app takes to import, beside an empty app with the same kinds of trigger."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from local.stack.root import ROOT

ROUNDS = 7
EMPTY_APP = """
import azure.functions as func
import azurefunctions.extensions.bindings.blob as blob

app = func.FunctionApp()


@app.blob_trigger("audio", "audio/{name}", "DATA_STORAGE", source=func.BlobSource.EVENT_GRID)
def on_blob(audio: blob.BlobClient) -> None:
    pass


@app.queue_trigger("message", "q", "DATA_STORAGE")
def on_message(message: func.QueueMessage) -> None:
    pass


@app.timer_trigger("timer", "0 * * * * *")
def on_time(timer: func.TimerRequest) -> None:
    pass


@app.route("hook")
def on_request(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("")
"""
_TIMED = (
    "import sys, time; sys.path.insert(0, sys.argv[1]); t = time.perf_counter(); "
    "import function_app; print(time.perf_counter() - t)"
)


def run() -> dict[str, Any]:
    """Medians of interleaved rounds, each in a process of its own, bytecode already compiled."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "function_app.py").write_text(EMPTY_APP, encoding="utf-8")
        ours, empty = [], []
        for _ in range(ROUNDS + 1):
            ours.append(_import_seconds(ROOT))
            empty.append(_import_seconds(Path(folder)))
    app, bare = median(ours[1:]), median(empty[1:])
    return {
        "import_seconds": round(app, 3),
        "empty_app_seconds": round(bare, 3),
        "over_the_empty_app_seconds": round(app - bare, 3),
    }


def _import_seconds(app: Path) -> float:
    command = [sys.executable, "-c", _TIMED, str(app)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_compiled())
    return float(done.stdout)


def _compiled() -> dict[str, str]:
    """The Makefile keeps bytecode out of the tree; a deployed app has it."""
    return {"PATH": "/usr/bin:/bin", "PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "bytecode")}
