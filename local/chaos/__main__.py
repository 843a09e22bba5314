"""`python -m local.chaos`: kill the real stack again and again, then audit what it did.

Exit code 0: the ledger is clean. 1: something is not as it must be, or a program ended by itself.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from random import SystemRandom
from time import monotonic

from rich.console import Console

from local.chaos.audit import audit
from local.chaos.evidence import collect
from local.chaos.plan import make_plan
from local.chaos.providers.registry import PROVIDERS
from local.chaos.run import perform
from local.chaos.screen import as_json, show
from local.chaos.stage import set_up
from local.children import ChildFailed

SHORT = {"recordings": 40, "seconds": 14.0}


def main() -> int:
    options = _parse()
    console = Console(highlight=False, soft_wrap=True)
    started = monotonic()
    provider = PROVIDERS[options.provider]
    plan = make_plan(options.seed, options.recordings, options.seconds, provider)
    console.print(
        f"{options.provider}, seed {plan.seed}: {options.recordings} recordings in "
        f"{len(plan.drops)} versions, "
        f"{len(plan.kills)} kills, {len(plan.freezes)} freezes, "
        f"{len(plan.storms)} storms in {plan.seconds:.0f} s"
    )
    folder = options.keep or Path(tempfile.mkdtemp(prefix="dropscribe-chaos-"))
    try:
        with set_up(folder, options.provider) as stage:
            performance = perform(
                stage,
                plan,
                settle_seconds=options.settle_seconds,
                tell=lambda line: console.print(line, markup=False),
            )
            evidence = collect(stage, performance.dropped, plan.troubles, performance.strikes)
            ledger = audit(evidence, provider)
    except ChildFailed as error:
        console.print(f"{error}\nLogs are in {folder}", style="red", markup=False)
        return 1
    show(ledger, performance, console)
    took = f"{monotonic() - started:.0f} s, of which {performance.settled_seconds:.0f} to settle"
    if options.json:
        told = {"provider": options.provider, **as_json(ledger, performance)}
        text = json.dumps(told, indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    if not ledger.is_clean:
        console.print(f"Not clean, after {took}. Logs are in {folder}", style="bold red")
        return 1
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    console.print(f"Clean, after {took}.", style="bold green")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.chaos", description=__doc__)
    add = parser.add_argument
    add(
        "--provider",
        choices=PROVIDERS,
        default="azure-speech",
        help="whose emulator (default: %(default)s)",
    )
    add("--recordings", type=int, help="blobs to drop (default: 300)")
    add("--seconds", type=float, help="for how long things go wrong (default: 180)")
    add("--seed", type=int, help="for the same misfortunes again (default: a new one)")
    add("--short", action="store_true", help="a small run: 40 recordings in 14 seconds")
    add("--settle-seconds", type=float, default=240, help="how long it may take to settle")
    add("--json", type=Path, help="write the ledger to this file, too")
    add("--keep", type=Path, help="keep logs and the emulator's state in this new folder")
    options = parser.parse_args()
    if options.keep and options.keep.exists() and any(options.keep.iterdir()):
        parser.error("--keep: the folder holds something, maybe the books of another run")
    usual = SHORT if options.short else {"recordings": 300, "seconds": 180.0}
    options.recordings = options.recordings or usual["recordings"]
    options.seconds = options.seconds or usual["seconds"]
    if options.seed is None:
        options.seed = SystemRandom().randrange(1_000_000)
    return options


if __name__ == "__main__":
    sys.exit(main())
