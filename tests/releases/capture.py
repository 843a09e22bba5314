"""python -m tests.releases.capture: what this version leaves in tables and queues, as JSON.

For each kind of message, the moment before the first of them is handled: the message, what else is
in the queues, and all rows, in the form in which they are stored.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec
from azure.data.tables import EntityProperty

import shared.stores.table.batches  # they prepare the rows
import shared.stores.table.indices
from shared.messages import Message, encode, step_of
from shared.stores.table.struct_to_row import to_row
from tests.fakes.world import World
from tests.releases.scenario import messages

assert shared.stores.table.batches


def capture() -> dict[str, Any]:
    """Queue -> the moment before its first message is handled."""
    world = World()
    moments: dict[str, Any] = {}
    for message in messages(world):
        if (queue := former_queue(message)) not in moments:
            moments[queue] = {
                "at": world.clock.now().isoformat(),
                "message": encode(message).decode(),
                "waiting": [_waiting(due, other) for due, other in world.queue.waiting],
                "rows": _rows(world),
            }
        world.step(message)
    return moments


def former_queue(message: Message) -> str:
    """By which captures call each kind of message: once it had a queue of its own."""
    return f"dropscribe-{step_of(message)}"


def _waiting(due_at: datetime, message: Message) -> dict[str, str]:
    queue, body = former_queue(message), encode(message).decode()
    return {"due_at": due_at.isoformat(), "queue": queue, "body": body}


def _rows(world: World) -> dict[str, list[dict[str, Any]]]:
    return {
        "Batch": [_row(row) for row in world.store.headers.values()],
        "Job": [_row(row) for row in world.store.job_rows.values()],
        "Recording": [_row(row) for row in world.store.rows.values()],
        "ActiveJob": [_row(row) for row in world.active.entries.values()],
        "EndpointState": [_row(row) for row in world.book.states.values()],
        "Diary": [_row(row) for row in world.diaries.diaries.values()],
        "note": [{"batch": batch} for batch in world.store.notes],
    }


def _row(struct: msgspec.Struct) -> dict[str, Any]:
    row = to_row("partition", "key", struct)
    return {name: _plain(value) for name, value in row.items() if name not in _KEYS}


_KEYS = ("PartitionKey", "RowKey")


def _plain(value: Any) -> Any:
    if isinstance(value, EntityProperty):
        return value.value
    return {"time": value.isoformat()} if isinstance(value, datetime) else value


if __name__ == "__main__":
    print(json.dumps(capture(), indent=1, sort_keys=True))
