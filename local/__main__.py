"""python -m local: the local stack. `demo` does the main job once, `run` stays up."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from local.children import ChildFailed
from local.emulators.registry import EMULATORS, SERVICES, running_emulators, running_service
from local.recogniser.engines import BEST, EngineUnavailable
from local.stack.lasting import CACHE, Lasting, told
from local.stack.root import ROOT
from local.stack.stack import (
    NOTHING,
    Wanted,
    base_environment,
    check_free,
    running_stack,
)
from shared.configuration.cautions import cautions
from shared.configuration.offered import at_best
from shared.configuration.profiles import parse_profiles, read_file
from shared.errors import ConfigurationError
from shared.providers.registry import OFFERS

SAMPLES = [str(path) for path in sorted((ROOT / "samples" / "audio").iterdir())]
_ALL = {**EMULATORS, **SERVICES}


def main() -> int:
    """The exit code; what keeps a command from being carried out is told on the terminal."""
    try:
        return _carry_out(_parser().parse_args())
    except (ConfigurationError, ChildFailed, EngineUnavailable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _carry_out(options: argparse.Namespace) -> int:
    match options.command:
        case "demo":
            from local.stack.demo import demo

            return demo(
                options.audio,
                options.out,
                engine=options.engine,
                minutes=options.minutes,
                provider=options.provider,
                wants=Wanted(options.redact, options.insights),
                stays=not options.no_wait,
            )
        case "drop":
            if options.manifest is not None:
                from local.stack.manifest import drop_manifest

                return drop_manifest(CACHE, options.manifest, options.audio, options.out)
            from local.stack.demo import drop_into

            return drop_into(CACHE, options.audio or SAMPLES, options.out, dict(options.metadata))
        case "check-profiles":
            return check_profiles(options.file)
        case "check-providers":
            return check_providers(as_data=options.json)
        case "archive":
            return archive(options.results, options.out, options.locale)
        case "run":
            wants = Wanted(options.redact, options.insights)
            return run(options.engine, options.port, options.provider, wants)
    return emulators(options.engine, {name: getattr(options, name) for name in _ALL})


def run(engine: str, port: int, provider: str, wants: Wanted = NOTHING) -> int:
    """Keep the stack up until SIGINT or SIGTERM."""
    told_to_stop = _when_told()
    logs = Path(tempfile.mkdtemp(prefix="dropscribe-logs-"))
    with running_stack(
        logs,
        engine=engine,
        provider=provider,
        host_port=port,
        wants=wants,
    ) as stack:
        storage, api = stack.azurite.connection_string, f"{stack.app_url}/api"
        lasting = Lasting(storage, api, stack.api_key, stack.speech_url)
        with told(lasting, events_secret=stack.environment["EVENTS_SECRET"]):
            print(
                "The stack is up; Ctrl-C stops it.\n"
                f"  the page       {stack.page_url}\n"
                f"  functions app  {stack.app_url}\n"
                f"  its API        {stack.app_url}/api, with the key in .cache/api-key\n"
                "  callbacks      signed with the secret in .cache/events-secret\n"
                f"  {EMULATORS[provider].name:<13}  {stack.speech_url}{EMULATORS[provider].path}\n"
                f"  blobs          {stack.azurite.blob_endpoint}\n"
                f"  logs           {logs}\n"
                'Drop audio from another terminal:  make drop AUDIO="files or folders"',
                flush=True,
            )
            while not told_to_stop.wait(1):
                stack.check()
    return 0


def check_profiles(file: Path) -> int:
    """Whether a file of profiles would be taken, as far as that can be told without the settings of
    the deployment: links, endpoints and the finder are its own."""
    text = read_file(file)
    found = parse_profiles(text, file=file.name, providers=set(EMULATORS), capabilities=at_best())
    for caution in cautions(found, {name: offer.limits for name, offer in OFFERS.items()}):
        print(f"{file}: {caution}")
    number = "1 profile" if len(found) == 1 else f"{len(found)} profiles"
    print(f"{file}: {number}, no mistakes: {', '.join(p.name for p in found)}")
    return 0


def check_providers(*, as_data: bool) -> int:
    """What is known of the providers beside what they say today, where a key is at hand."""
    from local.live import today
    from local.live.__main__ import environment, raw
    from shared.configuration.settings import read_settings

    found = today.look(read_settings(today.with_any_endpoint(environment())), raw)
    print(json.dumps(today.as_data(found), indent=2) if as_data else "\n".join(today.lines(found)))
    return today.exit_code(found)


def archive(results: list[Path], out: Path, locale: str) -> int:
    """Old results in, transcripts out. 3: some of them cannot be read."""
    from local.archive import write

    counts = dict.fromkeys(("transcribed", "failed", "passed over"), 0)
    for one in write.archive(results, out, locale):
        counts[one.state] += 1
        if one.state == "failed":
            print(f"{one.files[0] if one.files else 'A recording'}: {one.why}", file=sys.stderr)
    told = ", ".join(f"{number} {state}" for state, number in counts.items())
    print(f"{told}; listed in {out / write.LIST}")
    return 3 if counts["failed"] else 0


def emulators(engine: str, ports: Mapping[str, int]) -> int:
    """Keep all emulators up until SIGINT or SIGTERM; the key of each is `local`."""
    check_free(*ports.values())
    told = _when_told()
    logs = Path(tempfile.mkdtemp(prefix="dropscribe-logs-"))
    env = base_environment()
    with ExitStack() as exits:
        providers = exits.enter_context(
            running_emulators(ports, engine=engine, key="local", env=env, logs=logs)
        )
        services = [
            exits.enter_context(
                running_service(name, key="local", env=env, logs=logs, port=ports[name])
            )
            for name in SERVICES
        ]
        children = [*providers.values(), *services]
        for child in children:
            assert child.found is not None
            print(child.found[0], flush=True)
        while not told.wait(1):
            for child in children:
                child.check()
    return 0


def _when_told() -> threading.Event:
    """Set by SIGINT or SIGTERM."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


def _entry(text: str) -> tuple[str, str]:
    """Names of blob metadata are those of C#: letters, digits and underscores."""
    name, equals, value = text.partition("=")
    if not equals or not (name.isascii() and name.isidentifier()):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TEXT, NAME of letters, digits, _")
    return name, value


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local", description="The whole of Dropscribe on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="drop audio, show what was said, keep the outputs")
    demo.add_argument("--minutes", type=float, default=60, help="give up after that long")
    demo.add_argument(
        "--no-wait", action="store_true", help="end at once, on a terminal as well: see no page"
    )
    drop = commands.add_parser("drop", help="drop audio into the stack that `run` keeps up")
    check = commands.add_parser("check-profiles", help="look for mistakes in a file of profiles")
    check.add_argument("file", type=Path, nargs="?", default=ROOT / "profiles.toml")
    providers = commands.add_parser(
        "check-providers", help="what is known of the providers beside what they say today"
    )
    providers.add_argument("--json", action="store_true", help="for programs")
    run = commands.add_parser("run", help="start the stack and keep it up")
    run.add_argument("--port", type=_port, default=7071, help="of the functions app; 0: a free one")
    emulators = commands.add_parser("emulators", help="only the emulators")
    for provider, emulator in _ALL.items():
        emulators.add_argument(
            f"--{provider}-port",
            dest=provider,
            type=_port,
            default=emulator.port,
            help="0: a free one",
        )
    for command in (demo, run):
        command.add_argument(
            "--provider", choices=EMULATORS, default="azure-speech", help="who transcribes"
        )
        command.add_argument(
            "--redact",
            type=_names,
            default=(),
            metavar="KINDS",
            help="what is hidden in the text, such as person_name,phone_number; with a finder",
        )
        command.add_argument(
            "--insights",
            type=_names,
            default=(),
            metavar="NAMES",
            help="what is asked of each transcript, such as summary,sentiment; with who makes them",
        )
    archive = commands.add_parser("archive", help="make transcripts of old Azure Speech results")
    archive.add_argument(
        "results", nargs="+", type=Path, help="files or folders, of any API version"
    )
    archive.add_argument("--locale", default="", help="what was spoken, where nothing says so")
    archive.add_argument("--out", type=Path, default=Path("out"), help="folder for the outputs")
    demo.add_argument("audio", nargs="*", default=SAMPLES, help="files and folders")
    drop.add_argument("audio", nargs="*", help="files and folders, else the samples")
    drop.add_argument(
        "--manifest",
        type=Path,
        help="a manifest to drop; the audio, if any, then goes into the container for uploads",
    )
    demo.add_argument("--out", type=Path, default=Path("out"), help="folder for the outputs")
    drop.add_argument(
        "--metadata",
        action="append",
        type=_entry,
        default=[],
        metavar="NAME=TEXT",
        help="metadata of every file, such as client=ACME or dropscribe_locale=de-DE; repeatable",
    )
    drop.add_argument("--out", type=Path, help="folder for the outputs")
    for command in (demo, run, emulators):
        command.add_argument(
            "--engine",
            default=BEST,
            help="the recogniser: whisper (English), whisper-base (many languages), pocketsphinx, "
            "vosk:FOLDER, faster-whisper:FOLDER; best: the first that is installed",
        )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
