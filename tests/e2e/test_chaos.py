"""`make chaos`, a small run for each provider: whatever is killed, lost or refused, the ledger is
clean."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.chaos.providers.registry import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]
SEED = 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_is_lost_doubled_or_paid_twice_while_the_stack_is_killed(
    provider: str, tmp_path: Path
) -> None:
    books = tmp_path / "ledger.json"
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
    assert ledger["accepted"] == ledger["transcribed"] + ledger["failed"]
    assert ledger["accepted"] >= 40
    assert ledger["done"]["hosts killed"] >= 1 and ledger["done"]["emulator killed"] >= 1
