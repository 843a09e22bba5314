"""python -m local: the local stack. `demo` does the main job once, `run` stays up."""

from __future__ import annotations

import argparse
import contextlib
import signal
import tempfile
import threading
from pathlib import Path

from local.stack import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="drop audio, show what was said, write it to a folder")
    demo.add_argument("audio", nargs="*", default=[str(ROOT / "samples" / "audio")])
    demo.add_argument("--out", type=Path, default=Path("out"))
    demo.add_argument("--minutes", type=float, default=60, help="give up after that long")
    run = commands.add_parser("run", help="start the stack and keep it up")
    run.add_argument("--port", type=int, default=7071, help="of the functions app")
    for command in (demo, run):
        command.add_argument(
            "--engine",
            default="pocketsphinx",
            help="the recogniser: pocketsphinx, vosk:FOLDER or faster-whisper:FOLDER",
        )
    emulators = commands.add_parser("emulators", help="only the provider emulators")
    emulators.add_argument("--azure-speech-port", type=int, default=5101)
    emulators.add_argument("--engine", default="pocketsphinx")
    options = parser.parse_args()
    if options.command == "demo":
        from local.demo import demo as do_demo

        return do_demo(options.audio, options.out, engine=options.engine, minutes=options.minutes)
    if options.command == "run":
        return _run(options.engine, options.port)
    return _emulators(options.engine, options.azure_speech_port)


def _run(engine: str, port: int) -> int:
    from local.stack import running_stack

    logs = Path(tempfile.mkdtemp(prefix="dropscribe-logs-"))
    with running_stack(logs, engine=engine, host_port=port) as stack, _until_told() as told:
        storage = stack.azurite
        print(
            f"The stack is up; Ctrl-C stops it.\n"
            f"  functions app   {stack.app_url}\n"
            f"  Azure Speech    {stack.speech_url}/speechtotext\n"
            f"  blobs           {storage.blob_endpoint}\n"
            f"  logs            {logs}\n\n"
            f"Drop a file:\n"
            f"  .venv/bin/python -m local.drop '{storage.blob_endpoint}' samples/audio/monologue.wav\n",
            flush=True,
        )
        while not told.wait(1):
            stack.check()
    return 0


def _emulators(engine: str, azure_speech_port: int) -> int:
    import os
    import sys

    command = ["-m", "local.azure_speech", "--port", str(azure_speech_port), "--engine", engine]
    os.execv(sys.executable, [sys.executable, *command])


@contextlib.contextmanager
def _until_told():
    """An event that SIGINT and SIGTERM set."""
    told = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: told.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    raise SystemExit(main())
