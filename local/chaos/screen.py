"""The ledger of a run, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from local.chaos.audit import Ledger
from local.chaos.run import Performance

_SHOWN = 12


def show(ledger: Ledger, performance: Performance, console: Console) -> None:
    """What was done to the stack, what came of it, and what is not as it must be."""
    table = Table(title=f"The ledger, seed {performance.seed}", title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    table.add_column("must be", justify="right")
    for name, count in performance.done.items():
        table.add_row(name, str(count), "")
    table.add_section()
    for name in _NUMBERS:
        table.add_row(_LABELS.get(name, name), str(getattr(ledger, name)), "")
    table.add_section()
    for finding in ledger.findings:
        style = "bold red" if finding.culprits else "green"
        table.add_row(finding.name, str(len(finding.culprits)), "0", style=style)
    console.print(table)
    for finding in ledger.findings:
        for culprit in finding.culprits[:_SHOWN]:
            console.print(f"{finding.name}: {culprit}", style="red", markup=False)
        if len(finding.culprits) > _SHOWN:
            console.print(f"{finding.name}: and {len(finding.culprits) - _SHOWN} more")


def as_json(ledger: Ledger, performance: Performance) -> dict[str, Any]:
    """`findings` maps each law to what breaks it; all empty when `is_clean`."""
    numbers = {name: value for name, value in asdict(ledger).items() if name != "findings"}
    return {
        "seed": performance.seed,
        "is_clean": ledger.is_clean,
        "settled_after_seconds": round(performance.settled_seconds, 1),
        "done": dict(performance.done),
        **numbers,
        "findings": {finding.name: list(finding.culprits) for finding in ledger.findings},
    }


_NUMBERS = (
    "dropped",
    "replaced",
    "accepted",
    "transcribed",
    "failed",
    "unchanged",
    "attempts",
    "creates",
)
_LABELS = {
    "dropped": "versions dropped",
    "replaced": "replaced before they were seen",
    "attempts": "attempts of all recordings",
    "creates": "create calls at the provider",
}
