"""A day of arrivals against providers that work as documented, on the real use-cases and the tests'
stand-ins, with a clock that jumps: how long from drop to transcript, how many jobs, calls and
executions a recording, and what waits.

    python -m benchmarks line --days 1000 10000

Each cell says in `findings` what it misses of what must hold: what waits does not grow from one
hour of a steady day to the next, who came first is served first, a recording costs no more
executions than it would if nobody stood in line, and a file that comes alone is sent at once. Of a
cell that asks for more than its provider can go through, only the order counts.
"""

from __future__ import annotations

import heapq
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal, NamedTuple

from benchmarks.regions import DAY, HOUR, MINUTE, Provider, Region, regions
from shared.configuration.settings import EARLY_SECONDS, usual_windows
from shared.messages import Collect, step_of
from shared.model.policy import Policy
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from tests.fakes.world import World

LOCALES = ("en-US", "de-DE", "fr-FR", "es-ES", "it-IT", "pt-BR", "nl-NL", "sv-SE", "da-DK", "fi-FI")
Arrival = Literal["steady", "bursts"]


class Cell(NamedTuple):
    region: Region
    recordings: int
    arrival: Arrival
    profiles: int


def cells(sizes: Iterable[int]) -> Iterator[Cell]:
    for recordings in sizes:
        for region in regions():
            for arrival, profiles in (("steady", 1), ("steady", 5), ("steady", 20), ("bursts", 5)):
                yield Cell(region, recordings, arrival, profiles)  # type: ignore[arg-type]


def run_all(sizes: Iterable[int], provider: str | None = None) -> list[dict[str, Any]]:
    """Every cell, or those of one provider. Each tells its figures when it is done: a day of 10,000
    recordings takes minutes."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # millions of lines
    try:
        wanted = (cell for cell in cells(sizes) if provider in (None, cell.region.provider))
        return [_measured(cell) for cell in wanted]
    finally:
        logging.disable(level)


def _measured(cell: Cell) -> dict[str, Any]:
    """Its figures, with those of the same day at a provider that is never behind, where its jobs
    are too small for the bar of large ones."""
    figures = Day(cell).run()
    if not figures["saturated"] and not _is_large(figures):
        easy = Day(cell._replace(region=cell.region.never_behind())).run()
        figures["executions_without_a_line"] = easy["executions_per_recording"]
    figures |= {"findings": findings(figures)}
    print(json.dumps(figures), file=sys.stderr, flush=True)
    return figures


def findings(figures: Mapping[str, Any]) -> list[str]:
    """What a cell misses."""
    found = []
    if figures["out_of_order"]:
        found.append(f"{figures['out_of_order']} calls out of order")
    if figures["saturated"]:
        return found
    if figures["transcribed"] < figures["recordings"]:
        found.append(f"{figures['recordings'] - figures['transcribed']} not transcribed")
    waits = figures["waiting_each_hour"]
    early, late = waits[6:12], waits[18:24]
    if figures["arrival"] == "steady" and late and max(late) > 1.5 * max(early) + 10:
        found.append(f"what waits grows: {max(early)}, then {max(late)}")
    most = figures.get("executions_without_a_line", MOST_EXECUTIONS - MORE_IN_LINE) + MORE_IN_LINE
    if figures["executions_per_recording"] > most:
        found.append(
            f"{figures['executions_per_recording']} executions a recording, {most} allowed"
        )
    if (alone := figures["alone_seconds"]) is not None and alone > MOST_SECONDS_ALONE:
        found.append(f"a file that came alone was sent after {alone} seconds")
    return found


def _is_large(figures: Mapping[str, Any]) -> bool:
    """Whether a job has a hundred recordings or more."""
    return bool(figures["recordings"] >= 100 * figures["jobs"])


MOST_EXECUTIONS = 1.2
MORE_IN_LINE = 0.2
MOST_SECONDS_ALONE = 10


class Day:
    """One cell: a day of arrivals, then until all are over, or another day is gone."""

    def __init__(self, cell: Cell) -> None:
        self.cell, region = cell, cell.region
        self.provider = Provider(region)
        profiles = (
            Profile(provider=region.provider),
            *(
                Profile(
                    name=f"p{i}",
                    prefixes=(f"p{i}",),
                    provider=region.provider,
                    options=_options(region, i),
                )
                for i in range(cell.profiles)
            ),
        )
        self.world = World(
            profiles=profiles,
            policy=Policy(
                max_active_of={region.provider: region.most_active},
                coalesce_of=usual_windows(),
                early_seconds=EARLY_SECONDS,
            ),
            providers=(self.provider,),
            capabilities={region.provider: region.limits},
        )
        self.started = self.world.clock.now()
        self.executions: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.waits: list[int] = []
        self.alone: dict[str, float] = {}
        self.busy_at = -float(DAY)
        self.is_timer = self.is_inside = False

    def run(self) -> dict[str, Any]:
        self._count_calls()
        arrivals = sorted(self._arrivals())
        moments = [-DAY, *(now for now, _ in arrivals), 2 * DAY]
        for i, (now, name) in enumerate(arrivals):
            self._advance(now)
            if not self._was_busy(now) and _is_apart(moments[i : i + 3]):
                self.alone[name] = now
            self.world.drop(name)
            self.executions["register"] += 1
        self._until_all_is_over()
        return self._figures()

    def _arrivals(self) -> Iterator[tuple[float, str]]:
        n, chance = self.cell.recordings, random.Random(2)
        for i in range(n):
            profile = f"p{i % self.cell.profiles}"
            at = i * DAY / n if self.cell.arrival == "steady" else (i * 8 // n) * 3 * HOUR
            yield at + chance.uniform(0, MINUTE / 2), f"{profile}/{i:06}.wav"

    def _advance(self, until: float) -> None:
        """All that happens until that second of the day."""
        world, start = self.world, self.started.timestamp()
        while True:
            queued = world.queue.next_due_at()
            now = world.clock.now().timestamp() - start
            moments = [self._next_timer(now)]
            if queued is not None:
                moments.append(max(queued.timestamp() - start, now))
            if self.provider.due:
                moments.append(max(self.provider.due[0][0] - start, now))
            moment = min(moments)
            if moment > until:
                world.clock.advance_to(self.started + timedelta(seconds=until))
                return
            world.clock.advance_to(self.started + timedelta(seconds=moment))
            self._complete(moment + start)
            self._drain()
            self._timers(moment)

    def _complete(self, now: float) -> None:
        while self.provider.due and self.provider.due[0][0] <= now:
            _, key = heapq.heappop(self.provider.due)
            if key in self.provider.transcriptions:
                self.provider.complete(key)
                hint = Collect(endpoint=self.provider.endpoint, transcription_id=key)
                self.world.queue.send(hint)

    def _drain(self) -> None:
        while (message := self.world.queue.take()) is not None:
            self.executions[step_of(message)] += 1
            self.world.step(message)
            self.busy_at = self.world.clock.now().timestamp() - self.started.timestamp()

    def _next_timer(self, now: float) -> float:
        return (now // MINUTE + 1) * MINUTE

    def _timers(self, moment: float) -> None:
        if moment % MINUTE:
            return
        self.is_timer = True
        self.world.poll()
        if moment % (5 * MINUTE) == 0:
            self.world.sweep()
        self.is_timer = False
        if moment % HOUR == 0:
            self.waits.append(self._waiting())

    def _waiting(self) -> int:
        return sum(job.recordings for job in self.world.line.waiting.values())

    def _was_busy(self, now: float) -> bool:
        """Whether something is open, or was done in the last minute: its calls count for the
        limits."""
        world = self.world
        return bool(world.store.notes or world.active.entries) or now - self.busy_at < MINUTE

    def _until_all_is_over(self) -> None:
        for hour in range(25, 49):
            self._advance(hour * HOUR)
            if not self.world.store.notes:
                return

    def _count_calls(self) -> None:
        for place in ("store", "active", "line", "book", "queue", "contents", "diaries"):
            port = getattr(self.world, place)
            names = ["send"] if place == "queue" else dir(type(port))
            for name in names:
                method = getattr(port, name)
                if not name.startswith("_") and callable(method):
                    setattr(port, name, self._counted(place, method))
        self.world.start()

    def _counted(self, place: str, method: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            if self.is_timer or self.is_inside:
                return method(*args, **options)
            self.calls[place] += 1
            self.is_inside = True  # a stand-in may call itself
            try:
                answer = method(*args, **options)
                return iter(list(answer)) if hasattr(answer, "__next__") else answer
            finally:
                self.is_inside = False

        return call

    def _figures(self) -> dict[str, Any]:
        cell, rows = self.cell, list(self.world.store.rows.values())
        done = [row for row in rows if row.state == "transcribed"]
        took = sorted((row.changed_at - row.last_modified_at).total_seconds() for row in done)
        n = len(rows)
        return {
            "region": cell.region.name,
            "recordings": cell.recordings,
            "arrival": cell.arrival,
            "profiles": cell.profiles,
            "saturated": not cell.region.takes(cell.recordings),
            "transcribed": len(done),
            "median_minutes": round(median(took) / MINUTE, 1) if took else None,
            "p99_minutes": round(took[int(len(took) * 0.99)] / MINUTE, 1) if took else None,
            "jobs": len(self.provider.created),
            "executions_per_recording": round(self.executions.total() / n, 3),
            "executions": dict(self.executions),
            "table_and_queue_calls_per_recording": round(self.calls.total() / n, 2),
            "waiting_each_hour": self.waits[:24],
            "out_of_order": self._out_of_order(),
            "alone_seconds": self._alone_seconds(),
        }

    def _alone_seconds(self) -> float | None:
        """How long a file waited at most that came while nothing else was there or came; None:
        there was none."""
        start = self.started.timestamp()
        sent = zip(self.provider.created, self.provider.created_at.values(), strict=True)
        waited = [
            at - start - self.alone[name]
            for request, at in sent
            for url in request.content_urls
            if (name := _name_in(url)) in self.alone
        ]
        return round(max(waited), 1) if waited else None

    def _out_of_order(self) -> int:
        """Pairs of calls of one kind in which the later one carries something that came in more
        than a window before all of the earlier one."""
        windows: dict[str, list[tuple[datetime, datetime]]] = {}
        rows = {row.name: row for row in self.world.store.rows.values()}
        for request in self.provider.created:
            names = [_name_in(url) for url in request.content_urls]
            came = [rows[name].registered_at for name in names if name in rows]
            if came:
                kind = rows[names[0]].profile.name
                windows.setdefault(kind, []).append((min(came), max(came)))
        found = 0
        for spans in windows.values():
            latest = None
            for first, last in spans:
                if latest is not None and first < latest - timedelta(hours=1):
                    found += 1
                latest = max(last, latest) if latest else last
        return found


def _name_in(url: str) -> str:
    return url.split("?")[0].split("/audio/", 1)[-1]


def _is_apart(moments: Sequence[float]) -> bool:
    """Whether the one in the middle is far from the others."""
    before, now, after = moments
    return min(now - before, after - now) > MOST_SECONDS_ALONE


def _options(region: Region, number: int) -> Options:
    if region.provider == "azure-speech":
        return Options(locale=LOCALES[number % len(LOCALES)], word_times=number < len(LOCALES))
    return Options(locale="en")
