"""`make chaos`, a small run of it. There is a test file for each provider, so that the runs, which
wait most of the time, need not wait for each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = 1


def assert_ledger_is_clean(provider: str, folder: Path) -> None:
    """Whatever is killed, lost or refused."""
    books = folder / "ledger.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "local.chaos", "--short", "--seed", str(SEED)),
            *("--provider", provider),
            *("--settle-seconds", "240", "--json", str(books)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=420,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ledger = json.loads(books.read_text())
    assert ledger["provider"] == provider
    assert ledger["is_clean"] and not any(ledger["findings"].values())
    ends = ("transcribed", "failed", "unchanged")
    assert ledger["accepted"] == sum(ledger[end] for end in ends)
    assert ledger["accepted"] >= 40
    assert ledger["done"]["hosts killed"] >= 1 and ledger["done"]["emulator killed"] >= 1
