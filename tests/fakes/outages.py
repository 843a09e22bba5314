"""Storage that does not answer for a while, and a host that lives through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from shared import messages as m
from shared.errors import DropscribeError, StoreUnavailable
from shared.ports import blobs, state
from shared.ports.queue import Queue
from tests.fakes.world import HIDDEN_AFTER_ERROR, MOST_DELIVERIES, World, a_second_of_silence

Service = Literal["blob", "outputs", "table", "queue"]
Step = Literal["register", "plan", "submit", "collect", "write", "finish"]
STEPS: tuple[Step, ...] = get_args(Step)
SERVICES: tuple[Service, ...] = get_args(Service)

_PORTS: dict[Service, dict[str, type]] = {
    "outputs": {"outputs": blobs.Outputs},
    "blob": {
        "outputs": blobs.Outputs,
        "audio": blobs.AudioBlobs,
        "requests": blobs.Requests,
    },
    "table": {
        "store": state.BatchStore,
        "active": state.ActiveJobs,
        "book": state.EndpointBook,
        "diaries": state.Diaries,
        "contents": state.Contents,
    },
    "queue": {"queue": Queue},
}
_LOCAL = {"url"}  # computed without asking storage


def methods_of(port: type) -> list[str]:
    return [name for name in dir(port) if not name.startswith("_") and name not in _LOCAL]


class Outage:
    """One service is out, from `begin` on, for so long. `is_carried_out`: it does what it is told,
    and its answer gets lost."""

    def __init__(
        self, world: World, service: Service, length: timedelta, *, is_carried_out: bool = False
    ) -> None:
        self._world, self._length, self._is_carried_out = world, length, is_carried_out
        self.until: datetime | None = None
        self.is_ours = False  # what the platform does itself is not struck
        for name, port in _PORTS[service].items():
            adapter = getattr(world, name)
            for method in methods_of(port):
                setattr(adapter, method, self._struck(getattr(adapter, method)))

    def begin(self) -> None:
        self.until = self._world.clock.now() + self._length

    def _struck(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            is_out = self.until is not None and self._world.clock.now() < self.until
            if not is_out or self.is_ours:
                return real(*args, **kwargs)
            if self._is_carried_out:
                real(*args, **kwargs)
            raise StoreUnavailable("storage answered 503 ServerBusy")

        return call


class Platform:
    """Brings messages, events, timers and poison queues, as the functions host does, and goes on
    whatever its functions raise."""

    def __init__(
        self,
        world: World,
        outage: Outage | None = None,
        begins: Step | None = None,
        *,
        tick_seconds: int = 15,
    ) -> None:
        self._tick_seconds = tick_seconds
        self._world, self._outage, self._begins = world, outage, begins
        self._tries = Counter[bytes]()
        self._events: list[list[Any]] = []
        self._ticks = 0
        self._poison: list[m.Message] = []
        for step, method in (("write", "result"), ("finish", "delete")):
            self._begin_at(step, method)

    def _begin_at(self, step: str, method: str) -> None:
        """Small jobs run these steps without a message: the call to the provider tells of them."""
        real = getattr(self._world.provider, method)

        def call(*args: Any) -> Any:
            self._begin(step)
            return real(*args)

        setattr(self._world.provider, method, call)

    def drop(self, names: Iterable[str], data: bytes | None = None) -> None:
        now = self._world.clock.now()
        for name in names:
            self._world.audio.drop(name, data or a_second_of_silence(), now)
            self._events.append([name, 0])

    def live(self, hours: float) -> None:
        """Until all is done, at most so long by the clock."""
        self._begin("register")
        until = self._world.clock.now() + timedelta(hours=hours)
        while self._world.clock.now() < until and not self._is_done():
            self._announce()
            self._work()
            self._empty_poison()
            self._tick()
            self._world.clock.advance(self._tick_seconds)
            self._ticks += 1

    def _is_done(self) -> bool:
        world = self._world
        is_busy = world.store.notes or world.queue.waiting or world.active.entries
        rows = {(row.name, row.etag) for row in world.store.rows.values()}
        has_all = all((name, etag) in rows for _, name, etag in world.audio.versions)
        return has_all and not (is_busy or self._poison or self._events)

    def _begin(self, step: str) -> None:
        if self._outage is not None and self._outage.until is None and step == self._begins:
            self._outage.begin()

    def _announce(self) -> None:
        """What fails five times is brought again by the function of the poison queue."""
        for entry in list(self._events):
            name, tries = entry
            entry[1] = tries + 1
            call = self._world.register if tries % 10 < MOST_DELIVERIES else self._poisoned_event
            if _survives(call, "audio", name):
                self._events.remove(entry)

    def _poisoned_event(self, container: str, name: str) -> None:
        body = f'{{"ContainerName": "{container}", "BlobName": "{name}"}}'
        self._world.app.drain_blob_event(body.encode())

    def _work(self) -> None:
        while (message := self._world.queue.take()) is not None:
            self._begin(m.step_of(message))
            if not _survives(self._world.step, message):
                self._bring_again(message)

    def _bring_again(self, message: m.Message) -> None:
        key = m.encode(message) + message.queue.encode()
        self._tries[key] += 1
        if self._tries[key] % MOST_DELIVERIES:
            self._as_platform(lambda: self._world.queue.send(message, after=HIDDEN_AFTER_ERROR))
        else:
            self._poison.append(message)

    def _empty_poison(self) -> None:
        poison, self._poison = self._poison, []
        for message in poison:
            if not _survives(self._world.app.drain, message.queue, m.encode(message)):
                self._poison.append(message)

    def _tick(self) -> None:
        for timer, seconds in ((self._world.poll, 60), (self._world.sweep, 300)):
            if self._ticks % max(1, seconds // self._tick_seconds) == 0:
                _survives(timer)
        self._as_platform(self._world.complete_all)

    def _as_platform(self, act: Callable[[], object]) -> None:
        if self._outage is None:
            act()
            return
        self._outage.is_ours = True
        act()
        self._outage.is_ours = False


def _survives(act: Callable[..., object], *args: object) -> bool:
    try:
        act(*args)
    except DropscribeError:
        return False
    return True
