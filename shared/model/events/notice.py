"""A notice: the events that follow from a change, stored in the same transaction as the change,
so that neither is there without the other."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.model.events.event import Event

MOST_BYTES = 60_000  # a column of a table holds 64 KiB
_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(tuple[Event, ...])


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One row in the partition of what changed. `content` are the events, compressed."""

    partition: str
    id: str
    made_at: datetime
    content: bytes

    @property
    def fits(self) -> bool:
        return len(self.content) <= MOST_BYTES

    @property
    def events(self) -> tuple[Event, ...]:
        return _decoder.decode(zlib.decompress(self.content))


def notice_of(partition: str, events: Sequence[Event], now: datetime) -> Notice:
    ids = "\n".join(event.id for event in events)
    return Notice(
        partition=partition,
        id=hashlib.sha256(ids.encode()).hexdigest()[:24],
        made_at=now,
        content=zlib.compress(_encoder.encode(events), 6),
    )
