"""Events that could not be delivered. Event Grid leaves them in a container; what they told of is
handed over all the same.

The comparison of the containers with the table finds it, too, but later and without a reason. The
files stay for people to read, until the rules of the storage account delete them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import islice

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Register
from shared.model.batch.places import places
from shared.model.batch.policy import Policy
from shared.pipeline.watch.missed import NAMES_IN_MESSAGE
from shared.ports.blobs import AudioBlobs, AudioEntry
from shared.ports.queue import Clock, Queue
from shared.ports.state import Diaries, Diary

_PATIENCE = timedelta(seconds=60)  # blobs of one second may come one after the other


class _Data(msgspec.Struct, frozen=True):
    url: str = ""


class _Letter(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of an undelivered event, as in "Dead letter and retry policies" of the
    documentation of Event Grid."""

    data: _Data = _Data()
    dead_letter_reason: str = ""
    last_delivery_outcome: str = ""


_decoder = msgspec.json.Decoder(list[_Letter])


def take_dead_letters(
    container: str,
    *,
    intake: Collection[str],
    audio: AudioBlobs,
    diaries: Diaries,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """Read what was left since the last time, unless that was a moment ago, and have registered
    what lies in the containers of `intake`."""
    now = clock.now()
    name = f"dead letters {container}"
    before = diaries.get(name)
    if before is not None and now - before.done_at < timedelta(seconds=policy.relist_seconds):
        return
    since = before.complete_to_at if before else None
    until = now - _PATIENCE
    new = [
        entry
        for entry in audio.list(container)
        if entry.last_modified_at <= until and not (since and entry.last_modified_at <= since)
    ]
    for entry in new:
        _take(container, entry, intake, audio, queue)
    version = before.version if before else ""
    try:
        diaries.save(Diary(name=name, done_at=now, complete_to_at=until, version=version))
    except StoreConflict:
        return  # another instance did the same at the same time


def _take(
    container: str,
    entry: AudioEntry,
    intake: Collection[str],
    audio: AudioBlobs,
    queue: Queue,
) -> None:
    head = audio.head(container, entry.name)
    if head is None:
        return
    whole = len(head.data) == head.bytes
    content = head.data if whole else audio.read(container, entry.name, head.etag, 0, head.bytes)
    try:
        letters = _decoder.decode(content)
    except msgspec.DecodeError:
        event("event.unreadable", container=container, level=40)
        return
    named: dict[str, list[str]] = defaultdict(list)
    for letter in letters:
        for place, name in places(letter.data.url):
            if place in intake:
                named[str(place)].append(name)
    for place, names in named.items():
        for some in _in_messages(names):
            queue.send(Register(container=place, names=some))
    last = letters[-1] if letters else _Letter()
    event(
        "event.undelivered",
        events=len(letters),
        reason=last.dead_letter_reason,
        outcome=last.last_delivery_outcome,
        level=40,
    )


def _in_messages(names: list[str]) -> Iterator[tuple[str, ...]]:
    left = iter(names)
    while some := tuple(islice(left, NAMES_IN_MESSAGE)):
        yield some
