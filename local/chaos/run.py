"""The performance: audio is dropped while things go wrong; then there is peace, and all settles."""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic, sleep

from azure.core.exceptions import AzureError

from local.chaos.evidence import AUDIO, Dropped, batch_ids, current_audio, depths, keys
from local.chaos.meddling import Book, Meddler
from local.chaos.plan import Drop, Freeze, Kill, Meddling, Plan, StorageStorm, Storm
from local.chaos.stage import Program, Stage
from local.chaos.thief import Thief
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.partitions import ACTIVE, OPEN

_LOOK_SECONDS = 1.0
_TELL_SECONDS = 3.0
Tell = Callable[[str], None]


@dataclass
class Performance:
    """What was done, and how long it took to settle once it was over. `strikes` is how often the
    trouble of a tag struck, at most: an emulator that dies does not tell."""

    seed: int
    dropped: list[Dropped] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    strikes: Counter[str] = field(default_factory=Counter)
    has_settled: bool = False
    settled_seconds: float = 0.0


def perform(stage: Stage, plan: Plan, *, settle_seconds: float, tell: Tell) -> Performance:
    """Raises `ChildFailed` if a program ends that nobody killed."""
    performance = Performance(plan.seed)
    book = Book(performance.dropped)
    dropper = _Dropper(stage, plan.drops, book)
    thief = Thief(stage.queues, plan.seed)
    misfortunes = _Misfortunes(stage, plan, performance, Meddler(stage.blobs, stage.table, book))
    started = monotonic()
    dropper.start(started)
    thief.start()
    told = 0.0
    try:
        while (now := monotonic() - started) < plan.seconds or dropper.is_busy:
            misfortunes.strike(now)
            if now - told >= _TELL_SECONDS:
                told = now
                tell(f"{now:4.0f} s  {_progress(stage, performance)}")
            sleep(0.05)
    finally:
        dropper.stop()
        thief.stop()
    misfortunes.end()
    performance.done.update({f"messages {name}": n for name, n in sorted(thief.done.items())})
    _settle(stage, performance, settle_seconds, tell)
    return performance


class _Dropper:
    """Drops what is due, on a thread of its own."""

    def __init__(self, stage: Stage, drops: Sequence[Drop], book: Book) -> None:
        self._stage, self._drops, self._book = stage, drops, book
        self._thread = threading.Thread(target=self._work, name="dropper", daemon=True)
        self._stopping = threading.Event()
        self._started = 0.0

    def start(self, started: float) -> None:
        self._started = started
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=30)

    def _work(self) -> None:
        container = self._stage.blobs.get_container_client(AUDIO)
        for drop in self._drops:
            if self._stopping.wait(max(0.0, self._started + drop.at - monotonic())):
                return
            answer = container.upload_blob(drop.name, drop.content, overwrite=True)
            self._book.note(drop.name, str(answer.get_blob_properties().etag), drop)


class _Misfortunes:
    """Carries out the plan of misfortunes, by the clock. Everything here is on the main thread,
    for a child dies with the thread that started it."""

    def __init__(self, stage: Stage, plan: Plan, performance: Performance, meddle: Meddler) -> None:
        self._stage, self._meddler = stage, meddle
        self._done, self._strikes = performance.done, performance.strikes
        self._troubles = {trouble.tag: trouble for trouble in plan.troubles}
        self._left = {trouble.tag: trouble.ill.times for trouble in plan.troubles}
        self._ordered: dict[str, str] = {}  # the tag of the recording, by the fault's id
        self._order = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        for kill in plan.kills:
            self._at(kill.at, lambda kill=kill: self._kill(kill))  # type: ignore[misc]
        for freeze in plan.freezes:
            self._at(freeze.at, lambda freeze=freeze: self._freeze(freeze))  # type: ignore[misc]
        for storm in plan.storms:
            self._at(storm.at, lambda storm=storm: self._storm(storm))  # type: ignore[misc]
        for trouble in plan.storage_storms:
            self._at(trouble.at, lambda trouble=trouble: self._storage(trouble))  # type: ignore[misc]
        for one in plan.meddlings:
            self._at(one.at, lambda one=one: self._meddle(one))  # type: ignore[misc]
        self._now = 0.0
        self._has_troubles = False
        self._may_die = False

    def strike(self, now: float) -> None:
        """Do what is due."""
        self._now = now
        if not self._has_troubles and self._stage.speech.is_up:
            self._order_troubles()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()
        if self._stage.speech.has_died and self._may_die:
            self._done["emulator died in a call"] += 1
            self._take_down(self._stage.speech, 1.0)
        for program in self._stage.programs:
            program.check()

    def end(self) -> None:
        """Peace: everything is up, and no fault is left."""
        for between in self._stage.between.values():
            between.mode = None
        self._have_all_up()
        self._remember()  # not before: troubles go on striking until they are cancelled
        self._stage.cancel()
        self._have_all_up()
        self._stage.provider.appease(self._stage.admin)
        for tag, left in self._left.items():
            ill = self._troubles[tag].ill
            if left < ill.times:
                self._done[f"recordings with {ill.kind}"] += 1

    def _have_all_up(self) -> None:
        """The emulator may have been told to die in a call, up to the moment of its cancel."""
        if self._stage.speech.has_died and self._may_die:
            self._done["emulator died in a call"] += 1
            self._stage.speech.kill()
        for program in self._stage.programs:
            program.thaw()
            program.start()
        for program in self._stage.programs:
            program.await_ready()

    def _at(self, at: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at, next(self._order), act))

    def _kill(self, kill: Kill) -> None:
        program = self._program(kill.host)
        if program.is_up:
            self._done["emulator killed" if kill.host is None else "hosts killed"] += 1
            self._take_down(program, kill.down_seconds)

    def _take_down(self, program: Program, seconds: float) -> None:
        if program is self._stage.speech:
            self._remember()
            self._has_troubles = False
        program.kill()
        self._at(self._now + seconds, program.start)

    def _freeze(self, freeze: Freeze) -> None:
        program = self._program(freeze.host)
        if program.is_up:
            program.freeze()
            self._done["emulator frozen" if freeze.host is None else "hosts frozen"] += 1
            self._at(self._now + freeze.seconds, program.thaw)

    def _program(self, host: int | None) -> Program:
        return self._stage.speech if host is None else self._stage.hosts[host]

    def _storm(self, storm: Storm) -> None:
        fault_id = self._stage.order(storm.order)
        if fault_id:
            self._done[f"storm of {storm.order['kind']}"] += 1
            self._may_die = self._may_die or storm.order["kind"] == "die"
            self._at(self._now + storm.seconds, lambda: self._stage.cancel(fault_id))

    def _storage(self, storm: StorageStorm) -> None:
        between = self._stage.between[storm.service]
        between.mode = storm.mode
        self._done[f"storage: {storm.service} {storm.mode}"] += 1

        def calm() -> None:
            between.mode = None

        self._at(self._now + storm.seconds, calm)

    def _meddle(self, one: Meddling) -> None:
        if self._meddler(one):
            self._done[f"blobs {one.what}"] += 1

    def _order_troubles(self) -> None:
        """The faults of single recordings: a new emulator has forgotten them."""
        for tag, left in self._left.items():
            if left > 0:
                fault_id = self._stage.order(self._troubles[tag].order(left))
                if not fault_id:
                    return  # it is not up yet
                self._ordered[fault_id] = tag
        self._has_troubles = True

    def _remember(self) -> None:
        """Which troubles have struck already. Of an emulator that does not answer any more it
        is not known: all of them may have, and are ordered again."""
        struck = {fault["id"]: int(fault["struck"]) for fault in self._stage.faults()}
        for fault_id, tag in self._ordered.items():
            self._strikes[tag] += struck.get(fault_id, self._left[tag])
            self._left[tag] -= struck.get(fault_id, 0)
        self._ordered.clear()


def _settle(stage: Stage, performance: Performance, seconds: float, tell: Tell) -> None:
    started, told = monotonic(), -_TELL_SECONDS
    while (now := monotonic() - started) < seconds:
        for program in stage.programs:
            program.check()
        if not (open_ := _what_is_open(stage)):
            performance.has_settled, performance.settled_seconds = True, now
            return
        if now - told >= _TELL_SECONDS:
            told = now
            tell(f"peace for {now:3.0f} s, still open: {open_}")
        sleep(_LOOK_SECONDS)
    performance.settled_seconds = seconds


def _what_is_open(stage: Stage) -> str:
    """ "" when nothing is left to do."""
    store = TableBatchStore(stage.table)
    rows = [row for batch in batch_ids(stage.table) for row in store.recordings(batch)]
    registered = {(row.name, row.etag) for row in rows}
    books = stage.books()
    left = {
        "unregistered": len(current_audio(stage.blobs) - registered),
        "recordings": sum(not row.is_terminal for row in rows),
        "batches": len(keys(stage.table, OPEN)),
        "jobs": len(keys(stage.table, ACTIVE)),
        "messages": sum(depths(stage).values()),
        "at the provider": books.running + len(books.there) * stage.provider.deletes,
    }
    return ", ".join(f"{n} {what}" for what, n in left.items() if n)


def _progress(stage: Stage, performance: Performance) -> str:
    states = Counter[str]()
    with suppress(AzureError):
        for row in stage.table.query_entities("RowKey ge 'recording-'", select=["state"]):
            states[row.get("state", "")] += 1
    done = performance.done
    return (
        f"dropped {len(performance.dropped)}, transcribed {states['transcribed']}, "
        f"failed {states['failed']}, on the way {states['waiting'] + states['planned']}, "
        f"kills {done['hosts killed'] + done['emulator killed']}"
    )
