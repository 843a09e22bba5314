"""A process that dies after any one of its outside calls, and the platform that starts another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from shared.ports.blobs import AudioBlobs, Outputs, Requests, WebAudio
from shared.ports.copies import Converter, Copies
from shared.ports.events import Confidences, Deliveries, Outbox, Sender, Subscriptions
from shared.ports.indices import ActiveJobs, Contents, Diaries, EndpointBook, Line, Names
from shared.ports.pieces import Pieces
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Queue
from shared.ports.state import BatchStore
from tests.fakes.world import World

PORTS: Mapping[str, type] = {
    "store": BatchStore,
    "active": ActiveJobs,
    "line": Line,
    "book": EndpointBook,
    "diaries": Diaries,
    "contents": Contents,
    "names": Names,
    "queue": Queue,
    "audio": AudioBlobs,
    "web": WebAudio,
    "requests": Requests,
    "outputs": Outputs,
    "pieces": Pieces,
    "provider": SpeechProvider,
    "copies": Copies,
    "converter": Converter,
}
"""Where a `World` keeps what the pipeline is given, and the port that it is."""
EVENT_PORTS: Mapping[str, type] = {
    "outbox": Outbox,
    "subscriptions": Subscriptions,
    "confidences": Confidences,
    "deliveries": Deliveries,
    "sender": Sender,
}
"""And what those are given who tell others."""
INSIDE = {
    AudioBlobs.url: "an address is put together here",
    AudioBlobs.readable_url: "a link is signed here",
    Copies.path: "a name is put together here",
    Copies.begin: "nothing is there before a block is",
    SpeechProvider.read_webhook: "reads what came in",
    Sender.read: "takes an address apart",
}
"""Methods of ports that stay within the process, and why no process dies after them."""


class Crash(BaseException):
    """The end of a process: no handler of ours sees it."""


def outside_calls(port: type) -> list[str]:
    """The names of the methods of a port that leave the process."""
    methods = {name: getattr(port, name) for name in dir(port) if not name.startswith("_")}
    return [n for n, method in methods.items() if callable(method) and method not in INSIDE]


class Trap:
    """Counts the outside calls of a world and ends the process after the chosen one."""

    def __init__(self, world: World, after: int | None, ports: Mapping[str, type] = PORTS) -> None:
        self.calls, self._after = 0, after
        for place, port in ports.items():
            self._set(getattr(world, place), outside_calls(port))

    @classmethod
    def at(cls, world: World, after: int | None, **methods: str) -> Trap:
        """Only some methods, by the place of their port in the world."""
        trap = cls(world, after, {})
        for place, names in methods.items():
            trap._set(getattr(world, place), names.split())
        return trap

    def _set(self, adapter: object, methods: list[str]) -> None:
        for method in methods:
            setattr(adapter, method, self._trapped(getattr(adapter, method)))

    def _trapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = method(*args, **kwargs)
            if hasattr(answer, "__next__"):
                answer = iter(list(answer))
            self.calls += 1
            if self.calls == self._after:
                raise Crash
            return answer

        return call


def announce(world: World, container: str, name: str) -> None:
    if container == "audio":
        world.register(container, name)
    elif container == "manifests":
        world.app.manifest_dropped(container, name)


def live(world: World, is_kind: bool) -> None:
    """Like the platform: a process that died is followed by another. A kind platform brings
    back the event or message that was being worked on; the other one never does."""
    for container, name in list(world.audio.blobs):
        if not _survives(world, partial(announce, world, container, name)) and is_kind:
            announce(world, container, name)
    end = world.clock.now() + timedelta(hours=24)
    while world.clock.now() < end:
        for step in ("drain", "complete_all", "drain", "poll", "sweep"):
            taken = list(world.queue.waiting)
            if not _survives(world, getattr(world, step)) and is_kind:
                _return_lost(world, taken)
        has_seen_all = _has_seen_all(world)
        is_busy = world.store.notes or world.queue.waiting or world.active.entries
        if has_seen_all and not is_busy:
            return
        world.clock.advance(60)
    raise AssertionError(f"still open: {world.store.notes} {world.queue.waiting}")


def _has_seen_all(world: World) -> bool:
    dropped = [row for row in world.store.rows.values() if row.item is None]
    taken = [
        batch
        for batch in world.store.headers.values()
        if batch.origin == "manifest" and not batch.is_expanding
    ]
    containers = Counter(container for container, _, _ in world.audio.versions)
    return len(dropped) == containers["audio"] and len(taken) == containers["manifests"]


def _survives(world: World, step: Callable[[], object]) -> bool:
    try:
        step()
    except Crash:
        world.start()
        return False
    return True


def _return_lost(world: World, before: list[Any]) -> None:
    """The message that was being worked on becomes visible again; finished ones may come twice."""
    for entry in before:
        if entry not in world.queue.waiting:
            world.queue.waiting.append(entry)
