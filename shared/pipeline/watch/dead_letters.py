"""Events that could not be delivered. Event Grid leaves them in a container; what they told of is
handed over all the same.

The comparison of the containers with the table finds it, too, but later and without a reason. The
files stay for people to read, until the rules of the storage account delete them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Register
from shared.model.recording.places import places
from shared.pipeline.watch.missed import in_messages
from shared.ports.blobs import AudioBlobs, AudioEntry
from shared.ports.ground import UseCase
from shared.ports.indices import Diaries, Diary

_PATIENCE = timedelta(seconds=60)  # blobs of one second may come one after the other


class _Data(msgspec.Struct, frozen=True, rename="camel"):
    """An event of a renamed blob has a `destinationUrl` in place of a `url`."""

    url: str = ""
    destination_url: str = ""


class _Letter(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of an undelivered event, as in "Dead letter and retry policies" of the
    documentation of Event Grid."""

    data: _Data = _Data()
    dead_letter_reason: str = ""
    last_delivery_outcome: str = ""


_decoder = msgspec.json.Decoder(list[_Letter])


@dataclass(frozen=True, kw_only=True)
class TakeDeadLetters(UseCase):
    """Read what was left in the `container` since the last time, unless that was a moment ago, and
    have registered what lies in the containers of `intake`."""

    container: str
    intake: Collection[str]
    audio: AudioBlobs
    diaries: Diaries

    def __call__(self) -> None:
        now, name = self.clock.now(), f"dead letters {self.container}"
        before = self.diaries.get(name)
        pause = timedelta(seconds=self.policy.relist_seconds)
        if before is not None and now - before.done_at < pause:
            return
        until = now - _PATIENCE
        for entry in self._new(before.complete_to_at if before else None, until):
            self._take(entry)
        version = before.version if before else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(Diary(name=name, done_at=now, complete_to_at=until, version=version))

    def _new(self, since: datetime | None, until: datetime) -> list[AudioEntry]:
        return [
            entry
            for entry in self.audio.list(self.container)
            if entry.last_modified_at <= until and not (since and entry.last_modified_at <= since)
        ]

    def _take(self, entry: AudioEntry) -> None:
        content = self._content(entry)
        if content is None:
            return
        try:
            letters = _decoder.decode(content)
        except msgspec.DecodeError:
            event("event.unreadable", container=self.container, level=40)
            return
        for container, names in self._named(letters).items():
            for some in in_messages(names):
                self.queue.send(Register(container=container, names=some))
        last = letters[-1] if letters else _Letter()
        event(
            "event.undelivered",
            events=len(letters),
            reason=last.dead_letter_reason,
            outcome=last.last_delivery_outcome,
            level=40,
        )

    def _content(self, entry: AudioEntry) -> bytes | None:
        """None: it is gone."""
        head = self.audio.head(self.container, entry.name)
        if head is None:
            return None
        if len(head.data) == head.bytes:
            return head.data
        return self.audio.read(self.container, entry.name, head.etag, 0, head.bytes)

    def _named(self, letters: list[_Letter]) -> dict[str, list[str]]:
        """The names of blobs by their container."""
        named: dict[str, list[str]] = defaultdict(list)
        for letter in letters:
            for place, name in places(letter.data.url or letter.data.destination_url):
                if place in self.intake:
                    named[str(place)].append(name)
        return named
