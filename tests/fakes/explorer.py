"""What may happen between any two outside calls of an instance: another one works, somebody asks
for something, time passes, a process dies, an answer gets lost.

A scenario is played once for each outside call and each thing that may happen there; then all must
be well. `explore` says how many such points it tried, and what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from shared.errors import DropscribeError, StoreConflict, StoreUnavailable
from shared.messages import Message
from shared.model.job.carrier import batches_of, partition_of
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence

PORTS: Mapping[str, str] = {
    "store": "create_batch note_work insert_first part parts save_part list_batch forget "
    "forget_recordings open_batch note_version take_note give_note_back open_batches "
    "close_batch list_batches close_batches batch whole insert recording "
    "recordings recording_ids any_left job jobs planned_jobs items_of items_left facts save "
    "save_jobs save_batch commit rows_left part_left",
    "line": "first due join leave jobs save_head",
    "active": "all get any_of put put_all update remove",
    "book": "state save all",
    "diaries": "get save",
    "contents": "claim save unseen remove",
    "queue": "send",
    "audio": "head read list page remove",
    "web": "head read",
    "requests": "put head items find remove",
    "outputs": "put put_stream remove remove_report read read_own has_own",
    "provider": "submit find status files result report delete copies",
}
STORAGE = frozenset(PORTS) - {"web", "provider"}
CONDITIONAL = frozenset(
    "save save_jobs save_batch save_part save_head commit take_note close_batch update".split()
)
INSERTS = frozenset({"insert", "insert_first", "create_batch"})
LONGEST = timedelta(hours=72)


class Crash(BaseException):
    """The end of a process: no handler of ours sees it."""


@dataclass(frozen=True)
class Call:
    """An outside call of the instance that is watched: of which port, and by what name."""

    port: str
    method: str


@dataclass(frozen=True)
class Cancelled:
    """That somebody was told that nothing more of a batch is sent, but for `under_way`; how many
    calls each endpoint had had by then."""

    batch_id: str
    created: Mapping[str, int]
    under_way: frozenset[str]


@dataclass
class Others:
    """Everybody else: other instances, and people who ask for something."""

    world: World
    messages: list[Message] = field(default_factory=list)
    cancelled: list[Cancelled] = field(default_factory=list)
    dropped: int = 0

    def work(self) -> None:
        self.world.twin().drain()

    def work_again(self) -> None:
        for message in list(self.messages):
            self.world.queue.send(message)
        self.work()

    def sweep(self) -> None:
        twin = self.world.twin()
        twin.sweep()
        twin.drain()

    def poll(self) -> None:
        twin = self.world.twin()
        twin.poll()
        twin.drain()

    def complete(self) -> None:
        twin = self.world.twin()
        twin.complete_all()
        twin.drain()

    def cancel(self) -> None:
        twin = self.world.twin()
        for batch_id in list(self.world.store.headers):
            with suppress(DropscribeError):
                twin.app.cancel(batch_id)
                self._note_cancelled(batch_id)
        twin.drain()

    def cancel_only(self) -> None:
        """The answer is given, and nobody has carried it out yet."""
        twin = self.world.twin()
        for batch_id in list(self.world.store.headers):
            with suppress(DropscribeError):
                twin.app.cancel(batch_id)
                self._note_cancelled(batch_id)

    def retry(self) -> None:
        twin = self.world.twin()
        for batch_id in list(self.world.store.headers):
            with suppress(DropscribeError):
                twin.app.retry(batch_id)
                self.cancelled = [one for one in self.cancelled if one.batch_id != batch_id]
        twin.drain()

    def delete(self) -> None:
        twin = self.world.twin()
        for batch_id in list(self.world.store.headers):
            with suppress(DropscribeError):
                twin.app.delete_batch(batch_id, True)
        twin.drain()

    def drop(self) -> None:
        self.dropped += 1
        twin = self.world.twin()
        twin.drop(f"late {self.dropped}.wav")
        twin.drain()

    def go_on_for(self, seconds: int) -> None:
        """So long the instance stands still."""
        twin = self.world.twin()
        for passed in range(30, seconds + 30, 30):
            self.world.clock.advance(min(30, seconds + 30 - passed))
            twin.poll()
            if passed % 300 == 0:
                twin.sweep()
            twin.drain()
            twin.complete_all()
            twin.drain()

    def _note_cancelled(self, batch_id: str) -> None:
        header = self.world.store.headers[batch_id]
        if header.cancelled_at is None:  # it was over
            return
        jobs = self.world.store.job_rows.values()
        self.cancelled.append(
            Cancelled(
                batch_id,
                {name: len(p.created) for name, p in self.world.endpoints.items()},
                frozenset(job.id for job in jobs if job.state == "submitting"),
            )
        )

    def assert_promises_were_kept(self) -> None:
        """Nothing was sent after a cancel was answered, unless somebody asked for a retry."""
        headers = self.world.store.headers
        for promise in self.cancelled:
            if headers[promise.batch_id].cancelled_at is None:
                continue
            for name, provider in self.world.endpoints.items():
                for request in provider.created[promise.created.get(name, 0) :]:
                    is_in = promise.batch_id in self._batches_in(request.mark)
                    assert not is_in or request.mark in promise.under_way, (
                        f"{request.mark} was sent"
                    )

    def _batches_in(self, mark: str) -> list[str]:
        """Those that a create call carries recordings of."""
        rows = self.world.store.job_rows
        carrier = rows.get((partition_of(mark), mark))
        if carrier is not None:
            return batches_of(carrier)
        return [batch_id for batch_id, job_id in rows if job_id == mark]


@dataclass(frozen=True)
class Happening:
    """Something that happens at a call: `before` it is made, or `after` it was. Either may raise,
    which is then what the instance meets. `at` says at which calls it can."""

    name: str
    before: Callable[[Others], None] | None = None
    after: Callable[[Any], Any] | None = None
    at: Callable[[Call], bool] = lambda call: True


def _raise(error: BaseException) -> Callable[[Any], Any]:
    def act(_: Any) -> Any:
        raise error

    return act


def _freeze_and_die(others: Others) -> None:
    others.go_on_for(700)
    raise Crash


def _is_storage(call: Call) -> bool:
    return call.port in STORAGE


HAPPENINGS = (
    Happening("others work", Others.work),
    Happening("all messages again", Others.work_again),
    Happening("sweep", Others.sweep),
    Happening("poll", Others.poll),
    Happening("provider is done", Others.complete),
    Happening("cancel", Others.cancel),
    Happening("cancel, not carried out yet", Others.cancel_only),
    Happening("retry", Others.retry),
    Happening("delete", Others.delete),
    Happening("drop", Others.drop),
    Happening("freeze of 30 s", lambda others: others.go_on_for(30)),
    Happening("freeze of 200 s", lambda others: others.go_on_for(200)),
    Happening("freeze of 700 s", lambda others: others.go_on_for(700)),
    Happening("freeze and death", _freeze_and_die),
    Happening("death", _raise(Crash())),
    Happening("storage refuses", _raise(StoreUnavailable("503")), at=_is_storage),
    Happening("answer lost", after=_raise(StoreUnavailable("time-out")), at=_is_storage),
    Happening(
        "answer lost, conflict met",
        after=_raise(StoreConflict("it is there")),
        at=lambda call: call.port in STORAGE and call.method in CONDITIONAL,
    ),
    Happening(
        "answer lost, row met", after=lambda answer: False, at=lambda call: call.method in INSERTS
    ),
)


class Watched:
    """The world of one instance, whose outside calls are counted. At call number `point` the
    `happening` comes about; without one, the calls are only noted."""

    def __init__(
        self, world: World, point: int | None = None, happening: Happening | None = None
    ) -> None:
        self.calls: list[Call] = []
        self.others = Others(world)
        self._point, self._happening, self._is_busy = point, happening, False
        send = world.queue.send

        def send_noted(message: Message, **options: Any) -> None:
            self.others.messages.append(message)
            send(message, **options)

        world.queue.send = send_noted  # type: ignore[method-assign]
        for port, methods in PORTS.items():
            adapters = world.endpoints.values() if port == "provider" else [getattr(world, port)]
            for adapter in adapters:
                for method in methods.split():
                    call = Call(port, method)
                    setattr(adapter, method, self._watched(getattr(adapter, method), call))
        world.store.between.append(lambda: self._passes(Call("store", "between")))

    def _watched(self, method: Callable[..., Any], call: Call) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            happening = self._passes(call)
            answer = method(*args, **kwargs)
            if isinstance(answer, Iterator):
                answer = iter(list(answer))
            return happening.after(answer) if happening and happening.after else answer

        return made

    def _passes(self, call: Call) -> Happening | None:
        """What happens at this call, the beginning of it done."""
        if self._is_busy:
            return None
        self.calls.append(call)
        happening = self._happening
        if len(self.calls) - 1 != self._point or happening is None:
            return None
        if happening.name.startswith("freeze") and call == Call("provider", "submit"):
            return self._late(happening)
        if happening.before is not None:
            self._is_busy = True
            try:
                happening.before(self.others)
            finally:
                self._is_busy = False
        return happening

    def _late(self, happening: Happening) -> Happening:
        """Between the last look at the clock and the create call there is nothing of ours: who
        stands still there stands still in the call, which is carried out."""

        def after(answer: Any) -> Any:
            self._is_busy = True
            try:
                assert happening.before is not None
                happening.before(self.others)
            finally:
                self._is_busy = False
            return answer

        return Happening(happening.name, after=after)


@dataclass(frozen=True)
class Scenario:
    """`begin` is what lies there; `midway` is asked for once something was sent, `then` once all
    is over, by the instance that is watched."""

    name: str
    begin: Callable[[World], None]
    make: Callable[[], World] = World
    midway: Callable[[World], None] | None = None
    then: Callable[[World], None] | None = None


def play(scenario: Scenario, world: World) -> None:
    """Until nothing is left to do."""
    for container, name in list(world.audio.blobs):
        _announced(world, container, name)
    wishes = [wish for wish in (scenario.midway, scenario.then) if wish is not None]
    end = world.clock.now() + LONGEST
    while world.clock.now() < end:
        _survives(world, world.drain)
        is_sent = any(provider.created for provider in world.endpoints.values())
        if is_sent and wishes and wishes[0] is scenario.midway:
            _survives(world, lambda: wishes.pop(0)(world))
        for step in (world.complete_all, world.drain, world.poll, world.sweep):
            _survives(world, step)
        _survives(world, world.drain_poison)
        if not (world.store.notes or world.queue.waiting or world.active.entries or world.poison):
            if not wishes:
                return
            wish = wishes.pop(0)
            _survives(world, lambda wish=wish: wish(world))  # type: ignore[misc]
        world.clock.advance(30)
    raise AssertionError(f"still open: {world.store.notes} {world.queue.waiting[:3]}")


def _announced(world: World, container: str, name: str) -> None:
    """The platform brings an event back until it is taken."""
    take = world.register if container == "audio" else world.app.manifest_dropped
    if container in ("audio", "manifests"):
        for _ in range(3):
            if _survives(world, lambda: take(container, name)):
                return


def _survives(world: World, step: Callable[[], object]) -> bool:
    """The platform brings back what a process was at when it died, and starts another."""
    taken = list(world.queue.waiting)
    try:
        step()
    except Crash:
        world.start()
        world.queue.waiting += [entry for entry in taken if entry not in world.queue.waiting]
        return False
    except DropscribeError:
        return False
    return True


@dataclass
class Found:
    """What an exploration tried, and what was not well then."""

    points: int = 0
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"{self.points} points tried, {len(self.findings)} findings"
        return "\n".join([said, *self.findings[:20]])


def explore(
    scenarios: Iterable[Scenario],
    happenings: Iterable[Happening] = HAPPENINGS,
    *,
    one_in: int = 1,
    most_findings: int = 20,
) -> Found:
    """`one_in` tries only every n-th point, spread evenly and always the same."""
    found = Found()
    wanted = tuple(happenings)
    for scenario in scenarios:
        for point, call in enumerate(_calls_of(scenario)):
            for happening in wanted:
                name = f"{scenario.name}, call {point} {call.port}.{call.method}: {happening.name}"
                if not happening.at(call) or not _is_chosen(name, one_in):
                    continue
                found.points += 1
                problem = _try(scenario, point, happening)
                if problem is not None:
                    found.findings.append(f"{name}: {problem}")
                    if len(found.findings) >= most_findings:
                        return found
    return found


def _calls_of(scenario: Scenario) -> list[Call]:
    world = scenario.make()
    scenario.begin(world)
    watched = Watched(world)
    play(scenario, world)
    assert_all_is_well(world)
    return watched.calls


def _try(scenario: Scenario, point: int, happening: Happening) -> str | None:
    world = scenario.make()
    scenario.begin(world)
    watched = Watched(world, point, happening)
    try:
        play(scenario, world)
        assert_all_is_well(world)
        watched.others.assert_promises_were_kept()
    except Exception as error:
        return _said(error)
    return None


def _said(error: Exception) -> str:
    """What it is, and where."""
    trace, last = error.__traceback__, ""
    while trace is not None:
        last = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} in {last} {str(error)[:300]}"


def _is_chosen(name: str, one_in: int) -> bool:
    return int.from_bytes(sha256(name.encode()).digest()[:4]) % one_in == 0


def silence(world: World, *names: str, container: str = "audio") -> None:
    """So many recordings lie there."""
    for name in names:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container=container)
