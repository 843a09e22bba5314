"""python -m local: the local stack. `demo` does the main job once, `run` stays up."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from local.stack import ROOT, running_stack

ADDRESS = ROOT / ".cache" / "storage"  # where `drop` finds the stack that `run` keeps up
SAMPLES = str(ROOT / "samples" / "audio")


def main() -> int:
    options = _parser().parse_args()
    match options.command:
        case "demo":
            from local.demo import demo

            return demo(options.audio, options.out, engine=options.engine, minutes=options.minutes)
        case "drop":
            from local.demo import drop_into

            return drop_into(ADDRESS, options.audio, options.out)
        case "archive":
            return archive(options.results, options.out)
        case "run":
            return run(options.engine, options.port)
    return emulators(options.engine, options.azure_speech_port)


def run(engine: str, port: int) -> int:
    """Keep the stack up until SIGINT or SIGTERM."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    logs = Path(tempfile.mkdtemp(prefix="dropscribe-logs-"))
    with running_stack(logs, engine=engine, host_port=port) as stack:
        ADDRESS.parent.mkdir(exist_ok=True)
        ADDRESS.write_text(stack.azurite.connection_string, encoding="utf-8")
        print(
            "The stack is up; Ctrl-C stops it.\n"
            f"  functions app  {stack.app_url}\n"
            f"  Azure Speech   {stack.speech_url}/speechtotext\n"
            f"  blobs          {stack.azurite.blob_endpoint}\n"
            f"  logs           {logs}\n"
            'Drop audio from another terminal:  make drop AUDIO="files or folders"',
            flush=True,
        )
        try:
            while not told.wait(1):
                stack.check()
        finally:
            ADDRESS.unlink(missing_ok=True)
    return 0


def archive(results: list[Path], out: Path) -> int:
    """Old results in, transcripts out."""
    from local.archive import normalise
    from shared.errors import ResultMalformed

    try:
        for path in normalise(results, out):
            print(path)
    except (ResultMalformed, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def emulators(engine: str, azure_speech_port: int) -> int:
    """Become the emulator."""
    command = ["-m", "local.azure_speech", "--port", str(azure_speech_port), "--engine", engine]
    os.execv(sys.executable, [sys.executable, *command])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local", description="The whole of Dropscribe on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="drop audio, show what was said, keep the outputs")
    demo.add_argument("--minutes", type=float, default=60, help="give up after that long")
    drop = commands.add_parser("drop", help="drop audio into the stack that `run` keeps up")
    run = commands.add_parser("run", help="start the stack and keep it up")
    run.add_argument("--port", type=int, default=7071, help="of the functions app; 0: a free one")
    emulators = commands.add_parser("emulators", help="only the provider emulators")
    emulators.add_argument("--azure-speech-port", type=int, default=5101)
    archive = commands.add_parser("archive", help="make transcripts of old Azure Speech results")
    archive.add_argument("results", nargs="+", type=Path, help="result files, of any API version")
    archive.add_argument("--out", type=Path, default=Path("out"), help="folder for the outputs")
    for command in (demo, drop):
        command.add_argument("audio", nargs="*", default=[SAMPLES], help="files and folders")
    demo.add_argument("--out", type=Path, default=Path("out"), help="folder for the outputs")
    drop.add_argument("--out", type=Path, help="folder for the outputs")
    for command in (demo, run, emulators):
        command.add_argument(
            "--engine",
            default="pocketsphinx",
            help="the recogniser: pocketsphinx, vosk:FOLDER or faster-whisper:FOLDER",
        )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
