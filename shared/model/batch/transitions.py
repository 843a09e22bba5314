"""What may become of a batch: every step is one of these functions, and `STEPS` tells in which
phase each may be taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from shared.model.batch.batch import Batch, Totals
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Part as Gone
from shared.model.keeping.removal import Removing
from shared.model.state_machine import IllegalTransition

Phase = Literal[
    "expanding", "open", "reported", "retrying", "cancelled", "deleting", "deleted", "refused"
]
"""Where a batch stands, as far as its header tells."""


_ALIVE: frozenset[Phase] = frozenset({"expanding", "open", "reported", "retrying", "cancelled"})


STEPS: Mapping[str, frozenset[Phase]] = {
    "expanded": frozenset({"expanding", "retrying", "cancelled", "reported"}),
    "cancelled": _ALIVE,
    "to_be_retried": _ALIVE,
    "retried": frozenset({"retrying"}),
    "reported": _ALIVE - {"retrying", "expanding"},
    "distrusted": _ALIVE,
    "held": _ALIVE | {"refused"},
    "released": _ALIVE | {"refused"},
    "to_be_lightened": frozenset({"reported", "cancelled"}),
    "lightened": _ALIVE,
    "to_be_deleted": _ALIVE | {"refused"},
    "deleted": frozenset({"deleting"}),
    "revived": frozenset({"deleted"}),
}
"""In which phases each step of a batch may be taken: the functions of these names."""


def phase(batch: Batch) -> Phase:
    """The most that is going on."""
    going_on: tuple[tuple[Phase, object], ...] = (
        ("deleted", batch.deleted_at),
        ("deleting", batch.deleting),
        ("refused", batch.error_report),
        ("retrying", batch.retry_at),
        ("cancelled", batch.cancelled_at),
        ("expanding", batch.is_expanding),
        ("reported", batch.finished_at is not None and batch.reported >= 0),
    )
    return next((name for name, is_so in going_on if is_so), "open")


def expanded(batch: Batch) -> Batch:
    """Every entry of its request is a recording."""
    return _step(batch, "expanded", is_expanding=False)


def cancelled(batch: Batch, now: datetime) -> Batch:
    """Nothing more of it is sent to a provider."""
    return _step(batch, "cancelled", cancelled_at=now, retry_at=None)


def to_be_retried(batch: Batch, now: datetime) -> Batch:
    """Whatever failed before this moment goes back in line, and there will be another report."""
    return _step(
        batch, "to_be_retried", retry_at=now, cancelled_at=None, finished_at=None, reported=-1
    )


def retried(batch: Batch) -> Batch:
    """All that failed is back in line."""
    return _step(batch, "retried", retry_at=None)


def reported(
    batch: Batch,
    recordings: int,
    failed: int,
    now: datetime,
    *,
    unchanged: int = 0,
    totals: Totals | None = None,
) -> Batch:
    """A report on so many recordings is written."""
    return _step(
        batch,
        "reported",
        finished_at=now,
        reported=recordings,
        failed=failed,
        unchanged=unchanged,
        totals=totals,
        removed=batch.removed if now == batch.finished_at else (),
    )


def distrusted(batch: Batch) -> Batch:
    """Nobody knows whose report lies there: another one is needed."""
    return _step(batch, "distrusted", reported=-1)


def held(batch: Batch, hold: Hold | None = None, *, recordings: int = 0) -> Batch:
    """All of it, or so many more of its recordings."""
    return _step(batch, "held", hold=hold or batch.hold, held=batch.held + recordings)


def released(batch: Batch, *, recordings: int = 0) -> Batch:
    """The batch as such, or so many of its recordings."""
    hold = batch.hold if recordings else None
    return _step(batch, "released", hold=hold, held=max(batch.held - recordings, 0))


def to_be_lightened(batch: Batch, removing: Removing) -> Batch:
    """Something goes from its recordings."""
    return _step(batch, "to_be_lightened", removing=removing)


def lightened(batch: Batch, removed: tuple[Gone, ...]) -> Batch:
    """It went. Where the report tells of what is gone, there will be another one."""
    is_outdated = batch.removing is not None and batch.removing.outdates_report
    reported = -1 if is_outdated else batch.reported
    return _step(batch, "lightened", removing=None, removed=removed, reported=reported)


def to_be_deleted(batch: Batch, *, with_outputs: bool) -> Batch:
    return _step(batch, "to_be_deleted", deleting="outputs" if with_outputs else "rows")


def deleted(batch: Batch, now: datetime) -> Batch:
    """What is left of it says nothing of anybody."""
    return _step(batch, "deleted", title="", owner="", totals=None, deleting=None, deleted_at=now)


def revived(batch: Batch) -> Batch:
    """Audio was dropped into it after it was deleted."""
    return _step(batch, "revived", deleted_at=None, finished_at=None, cancelled_at=None, reported=0)


def _step(batch: Batch, step: str, **changes: Any) -> Batch:
    if phase(batch) not in STEPS[step]:
        raise IllegalTransition(f"batch {batch.id} cannot be {step}: it is {phase(batch)}")
    return msgspec.structs.replace(batch, **changes)
