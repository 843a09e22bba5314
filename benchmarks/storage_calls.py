"""Storage calls a recording, by step and kind, on the real use-cases and the tests' stand-ins.

    python -m benchmarks storage_calls --recordings 100

A burst of one profile in one job, its names lying together, then scattered; the same with tables
for analysis; a burst at a provider that takes one recording a job; and a recording each of so many
profiles, which share a job. One process, one thread: what several threads do for each other
(`AskTogether`, entries that leave together) is not in it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from shared.configuration.settings import usual_windows
from shared.messages import Collect, step_of
from shared.model.batch.batch import Batch, is_over
from shared.model.job.carrier import stretches
from shared.model.policy import Policy
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.pieces import PieceStore
from shared.ports.provider import JobRequest, RemoteStatus
from shared.providers.assemblyai.capabilities import limits_of
from tests.fakes.brakes import FakeBrakes
from tests.fakes.crashes import EVENT_PORTS, PORTS, outside_calls
from tests.fakes.fast import FakeFast
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

ALSO_COUNTED = {"brakes": FakeBrakes, "exports": PieceStore}
"""What no crash point is taken from."""
KEPT_BY_OTHERS = ("provider", "sender", "web")
OTHERS = 100
LONGEST = 120
"""Half minutes until all is over."""


class Telling(FakeProvider):
    """A provider whose status tells where the results are."""

    def status(self, transcription_id: str) -> RemoteStatus:
        told = super().status(transcription_id)
        if told.state != "succeeded":
            return told
        files = (file for page in self.files(transcription_id) for file in page)
        return msgspec.structs.replace(told, files=tuple(f for f in files if f.kind == "result"))


def in_one_job(recordings: int) -> dict[str, Any]:
    """A burst of one profile."""
    return Counted(World()).run("one job", [f"{i:05}.wav" for i in range(recordings)])


def scattered(recordings: int) -> dict[str, Any]:
    """The same burst, each name among a hundred others that lie there already: no listing pays."""
    world = World()
    for i in range(recordings * OTHERS):
        world.audio.drop(f"{i:07}.txt", b"", world.clock.now())
    names = [f"{i * OTHERS:07}.wav" for i in range(recordings)]
    return Counted(world).run("one job, scattered names", names)


def exported(recordings: int) -> dict[str, Any]:
    """The same of a profile that writes tables for analysis."""
    world = World(profiles=(Profile(export=True),))
    return Counted(world).run("exported", [f"{i:05}.wav" for i in range(recordings)])


def one_a_job(recordings: int) -> dict[str, Any]:
    """A burst at a provider that takes one recording a job."""
    provider = Telling("endpoint")
    provider.name = "assemblyai"
    world = World(
        profiles=(Profile(provider="assemblyai", options=Options(locale="en")),),
        providers=(provider,),
        capabilities={"assemblyai": limits_of(200, uploads=False)},
        policy=Policy(coalesce_of=usual_windows(), max_active_of={"assemblyai": 200}),
    )
    return Counted(world).run("one a job", [f"{i:05}.wav" for i in range(recordings)])


class KeepingFast(FakeFast):
    """Express, whose answers lie in storage: what it asks of that is counted, too. What it stored a
    moment ago it does not read."""

    kept: Callable[[str], None] = staticmethod(lambda call: None)

    def submit(self, request: JobRequest) -> str:
        self.kept("put")
        return super().submit(request)

    def delete(self, transcription_id: str) -> None:
        self.kept("remove")
        super().delete(transcription_id)


def at_once(recordings: int) -> dict[str, Any]:
    """A burst in express, each of a part of 4 MiB, at a provider that answers at once."""
    fast = KeepingFast()
    policy = Policy(coalesce_of=usual_windows(), max_active_of={"azure-speech.express": 200})
    world = World(profiles=(Profile(mode="express"),), providers=(fast,), policy=policy)
    counted = Counted(world)
    fast.kept = counted.noted
    return counted.run("at once", [f"{i:05}.wav" for i in range(recordings)])


def batches_of_one(recordings: int) -> dict[str, Any]:
    """So many profiles, a recording each, all in one job."""
    options = Options(locale="en-US")
    profiles = tuple(
        Profile(name=f"p{i}", prefixes=(f"p{i}",), options=options) for i in range(recordings)
    )
    world = World(profiles=(Profile(), *profiles), policy=Policy(coalesce_of=usual_windows()))
    return Counted(world).run("batches of one", [f"p{i}/a.wav" for i in range(recordings)])


def run_all(sizes: list[int]) -> list[dict[str, Any]]:
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        return [
            of(size)
            for size in sizes
            for of in (in_one_job, scattered, exported, one_a_job, at_once, batches_of_one)
        ]
    finally:
        logging.disable(level)


class Counted:
    """A world whose storage calls are counted by step and kind."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: Counter[tuple[str, str]] = Counter()
        self.executions: Counter[str] = Counter()
        self._step: str | None = None
        self._is_inside = False
        for place, port in (PORTS | EVENT_PORTS | ALSO_COUNTED).items():
            if place not in KEPT_BY_OTHERS:
                adapter = getattr(world, place)
                for name in outside_calls(port):
                    setattr(adapter, name, self._counted(place, name, getattr(adapter, name)))
        world.start()

    def run(self, what: str, names: list[str]) -> dict[str, Any]:
        """Drop them at once, and go on until all is over."""
        for name in names:
            self._in_step("register", lambda name=name: self.world.drop(name))
        for _ in range(LONGEST):
            self._drain()
            self._complete()
            self._drain()
            if not (self.world.store.notes or self.world.queue.waiting):
                return self._figures(what, len(names))
            self.world.clock.advance(30)
        raise AssertionError(f"still open: {self.world.store.notes}")

    def noted(self, call: str) -> None:
        """A call of an adapter that is not among the ports."""
        if self._step is not None:
            self.calls[self._step, f"answers.{call}"] += 1

    def _in_step(self, step: str, run: Any) -> None:
        self.executions[step] += 1
        self._step = step
        try:
            run()
        finally:
            self._step = None

    def _drain(self) -> None:
        while (message := self.world.queue.take()) is not None:
            self._in_step(step_of(message), lambda m=message: self.world.step(m))

    def _complete(self) -> None:
        """The provider is done with all that it has, and calls for each."""
        for provider in self.world.endpoints.values():
            for key, item in list(provider.transcriptions.items()):
                if item.state == "running":
                    provider.complete(key)
                    hint = Collect(endpoint=provider.endpoint, transcription_id=key)
                    self._in_step("hear", lambda hint=hint: self.world.queue.send(hint))

    def _counted(self, place: str, name: str, method: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            if self._step is None or self._is_inside:
                return method(*args, **options)
            self.calls[self._step, f"{place}.{name}"] += _calls_of(name, args, options)
            self._is_inside = True  # a stand-in may call itself
            try:
                answer = method(*args, **options)
                return iter(list(answer)) if hasattr(answer, "__next__") else answer
            finally:
                self._is_inside = False

        return call

    def _figures(self, what: str, recordings: int) -> dict[str, Any]:
        return {
            "what": what,
            "recordings": recordings,
            "jobs": len(self.world.provider.created),
            "storage_calls_per_recording": round(self.calls.total() / recordings, 2),
            "executions_per_recording": round(self.executions.total() / recordings, 2),
            "by_step": {step: dict(self._of(step, recordings)) for step in sorted(self.executions)},
        }

    def _of(self, step: str, recordings: int) -> Iterator[tuple[str, float]]:
        mine: Mapping[str, int] = {kind: n for (of, kind), n in self.calls.items() if of == step}
        yield "all", round(sum(mine.values()) / recordings, 2)
        for kind, count in sorted(mine.items(), key=lambda pair: -pair[1]):
            yield kind, round(count / recordings, 2)


def _calls_of(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> int:
    """Of a method of a port that makes several calls, or none, as the adapters make them."""
    if name == "open_batch":
        batch: Batch = args[0]
        return 4 if batch.version and batch.was_over else 2
    if name in ("rows_left", "items_left", "any_left"):
        return len(stretches(args[0]))
    if name == "items_of":
        return len({part.batch_id for job in args[0] for part in stretches(job)})
    if name == "save_batch":
        return 1 + (options.get("lists", True) and is_over(args[0]))
    if name in ("join", "leave", "put_all", "save_jobs", "save_all") and not args[0]:
        return 0
    return 2 if name in ("take_note", "give_note_back") else 1
