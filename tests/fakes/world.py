"""The whole pipeline on stand-ins: use-cases wired as in production, messages run by hand."""

from __future__ import annotations

import io
import wave
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from copy import copy
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, cast

import msgspec

from shared import messages as m
from shared.application import Application
from shared.model.access.key import digest_of, make_key
from shared.model.events.signature import make_secret
from shared.model.insights.insight import BUILT_IN, Insight
from shared.model.job.lane import answers_at_once
from shared.model.money.brakes import Ceiling
from shared.model.money.price import PriceTable
from shared.model.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.finder import Finder
from shared.ports.ground import AccessPorts, EventPorts, Ports, ProfilesFile, SearchPorts
from shared.ports.indices import NoticedBook
from shared.ports.listening import ListeningPorts
from shared.ports.prompter import Prompter
from shared.ports.searcher import Searcher
from shared.ports.state import NoticedRows
from shared.providers.azure_speech.capabilities import BATCH, LIMITS
from shared.providers.registry import DEFAULT_PRICES
from tests.fakes.access import FakeApiKeys, FakeTrail
from tests.fakes.blobs import (
    FakeAudio,
    FakeOutputLinks,
    FakeOutputs,
    FakeRevisions,
    FakeUploads,
    FakeVersioned,
)
from tests.fakes.brakes import FakeBrakes
from tests.fakes.clock import FakeClock
from tests.fakes.copies import FakeConverter, FakeCopies
from tests.fakes.events import (
    FakeConfidences,
    FakeDeliveries,
    FakeOutbox,
    FakeSender,
    FakeSubscriptions,
)
from tests.fakes.pieces import FakePieces
from tests.fakes.provider import FakeProvider
from tests.fakes.queue import FakeLeftovers, FakeQueue
from tests.fakes.requests import FakeRequests, FakeWeb
from tests.fakes.stores import (
    FakeActiveJobs,
    FakeBatchStore,
    FakeContents,
    FakeDiaries,
    FakeEndpointBook,
    FakeLine,
    FakeNames,
)
from tests.fakes.unredacted import FakeUnredacted

MOST_DELIVERIES = 5  # as in host.json
OWN_SECRET = make_secret(b"the deployment signs with this, ")
OWNER_KEY = make_key(b"whoever looks after it has this:")
HIDDEN_AFTER_ERROR = timedelta(seconds=15)


class _InTurn(Executor):
    """A pool that works in the caller's thread, so that every run is the same."""

    def map(  # type: ignore[override]
        self, function: Callable[[Any], Any], items: Iterable[Any]
    ) -> Iterator[Any]:
        return map(function, items)


class _AsItIsNow:
    """A stand-in as the application gets it: a method that a test replaces afterwards is the one
    that is called, however early somebody took hold of it."""

    def __init__(self, stand_in: object) -> None:
        self._stand_in = stand_in

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args, **named: getattr(self._stand_in, name)(*args, **named)


class World:
    """`drop` audio, then `run` until nothing is left to do."""

    def __init__(
        self,
        *,
        profiles: tuple[Profile, ...] = (Profile(),),
        policy: Policy | None = None,
        files_per_job: int = 1000,
        providers: tuple[FakeProvider, ...] = (),
        deployment: str = "d1",
        capabilities: dict[str, Capabilities] | None = None,
        prices: PriceTable = DEFAULT_PRICES,
        ceilings: dict[str, Ceiling] | None = None,
        profiles_file: ProfilesFile = ProfilesFile(),  # noqa: B008 (frozen)
        finder: Finder | None = None,
        prompter: Prompter | None = None,
        insights: Mapping[str, Insight] = BUILT_IN,
        analysts: Mapping[str, Finder] | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.audio, self.outputs = FakeAudio(), FakeOutputs()
        self.revisions = FakeRevisions()
        self.copies, self.converter = FakeCopies(self.clock), FakeConverter()
        notes = FakeVersioned()
        copies = FakeCopies(self.clock, "listening", notes.there)
        self.listening = ListeningPorts(copies=copies, notes=notes)
        hidden = FakeVersioned()
        copies = FakeCopies(self.clock, "redacted-audio", hidden.there)
        self.redacted_audio = ListeningPorts(copies=copies, notes=hidden)
        self.unredacted = FakeUnredacted(self.clock)
        self.revisions, self.glossaries = FakeRevisions(), FakeVersioned()
        self.pieces, self.is_search_on = FakePieces(self.clock), True
        self.searcher: Searcher | None = None
        self.search_days = 0
        self.exports = FakePieces(self.clock)
        self.store, self.active = FakeBatchStore(), FakeActiveJobs()
        self.contents, self.names = FakeContents(), FakeNames()
        self.line = FakeLine()
        self.book, self.diaries = FakeEndpointBook(), FakeDiaries()
        self.queue, self.leftovers = FakeQueue(self.clock), FakeLeftovers()
        self.requests, self.web = FakeRequests(), FakeWeb()
        self.outbox, self.subscriptions = FakeOutbox(), FakeSubscriptions()
        self.confidences, self.deliveries = FakeConfidences(), FakeDeliveries()
        self.sender = FakeSender()
        self.brakes = FakeBrakes()
        self.keys, self.trail = FakeApiKeys(), FakeTrail()
        for store in (self.store, self.book, self.subscriptions, self.brakes):
            store.notices = self.outbox.notices  # notices lie in the partition of what they tell
        self.policy, self.profiles = policy or Policy(), profiles
        self.deployment = deployment
        self.endpoints = {p.endpoint: p for p in providers or (FakeProvider(),)}
        for provider in self.endpoints.values():
            provider.clock = self.clock
        limits = LIMITS if any(map(answers_at_once, self.endpoints)) else BATCH
        limits = msgspec.structs.replace(limits, files_per_job=files_per_job)
        self.capabilities = {"azure-speech": limits, **(capabilities or {})}
        self.finder, self.gather_seconds = finder, 0.0
        self.prompter, self.insights = prompter, insights
        self.analysts = analysts or {}
        if finder is not None:
            self.capabilities = {
                name: msgspec.structs.replace(own, finds=finder.finds)
                for name, own in self.capabilities.items()
            }
        self.prices = prices
        self.ceilings = ceilings or {}
        self.profiles_file = profiles_file
        self.warnings: tuple[str, ...] = ()
        self.pool: Executor = _InTurn()
        self.poison: list[tuple[m.Message, Exception]] = []
        self.last_errors: list[Exception] = []
        self._deliveries: Counter[bytes] = Counter()
        self._ids, self._calls = count(1), count(1)
        self.start()

    def start(self) -> None:
        """A fresh process: what was only in memory is gone."""
        self.app = Application(
            Ports(
                clock=self.clock,
                audio=self.audio,
                outputs=self.outputs,
                store=cast("NoticedRows", _AsItIsNow(self.store)),
                active=self.active,
                line=self.line,
                book=cast("NoticedBook", _AsItIsNow(self.book)),
                diaries=self.diaries,
                contents=self.contents,
                names=self.names,
                queue=self.queue,
                leftovers=self.leftovers,
                requests=self.requests,
                web=self.web,
                uploads=FakeUploads(),
                revisions=self.revisions,
                copies=self.copies,
                converter=self.converter,
                listening=self.listening,
                redacted_audio=self.redacted_audio,
                unredacted=self.unredacted,
                glossaries=self.glossaries,
                output_links=FakeOutputLinks(),
                exports=self.exports,
                search=SearchPorts(
                    pieces=self.pieces,
                    pool=self.pool,
                    is_on=self.is_search_on,
                    searcher=self.searcher,
                    days=self.search_days,
                ),
                providers=self.endpoints,
                capabilities=self.capabilities,
                profiles=self.profiles,
                policy=self.policy,
                prices=self.prices,
                pool=self.pool,
                new_id=lambda: f"job{next(self._ids):03}",
                deployment=self.deployment,
                access=AccessPorts(
                    keys=self.keys,
                    trail=self.trail,
                    new_call_id=lambda: f"call{next(self._calls):04}",
                    new_bytes=lambda: f"{next(self._ids):032}".encode(),
                    owner_digest=digest_of(OWNER_KEY),
                ),
                brakes=self.brakes,
                ceilings=self.ceilings,
                profiles_file=self.profiles_file,
                schedules={"poll": "0 * * * * *", "sweep": "0 */5 * * * *"},
                warnings=self.warnings,
                finder=self.finder,
                prompter=self.prompter,
                insights=self.insights,
                analysts=self.analysts,
                gather_seconds=self.gather_seconds,
                events=EventPorts(
                    outbox=self.outbox,
                    subscriptions=self.subscriptions,
                    confidences=self.confidences,
                    deliveries=self.deliveries,
                    sender=self.sender,
                    callers=self.pool,
                    new_secret=lambda: make_secret(f"{next(self._ids):032}".encode()),
                    chance=lambda: 0.5,
                    own_secrets=(OWN_SECRET,),
                ),
            )
        )
        self.register = self.app.audio_dropped
        self.poll, self.sweep = self.app.poll, self.app.sweep

    def twin(self) -> World:
        """A second instance of the app on the same storage and providers."""
        other = copy(self)
        other.start()
        return other

    @property
    def provider(self) -> FakeProvider:
        return next(iter(self.endpoints.values()))

    def drop(
        self, name: str, data: bytes | None = None, *, metadata: dict[str, str] | None = None
    ) -> Recording | None:
        """A person drops a file and the event arrives."""
        self.audio.drop(
            name,
            a_second_of_silence() if data is None else data,
            self.clock.now(),
            metadata=metadata,
        )
        return self.register("audio", name)

    def drop_at(self, name: str, data: bytes, at: datetime) -> Recording | None:
        """The same, of a blob that storage says is older."""
        self.audio.drop(name, data, at)
        return self.register("audio", name)

    def container_listing(self) -> list[str]:
        """What a provider sees that is given the audio container as a whole."""
        return [entry.name for entry in self.audio.list("audio")]

    def run_webhook(self, transcription_id: str) -> None:
        """A provider says that one transcription is over."""
        endpoint = next(
            name
            for name, provider in self.endpoints.items()
            if transcription_id in provider.transcriptions
        )
        self.queue.send(m.Collect(endpoint=endpoint, transcription_id=transcription_id))
        self.drain()

    def step(self, message: m.Message) -> None:
        self.app.run(message)

    def drain(self) -> None:
        """Run every message that is visible now, and what comes of it. What fails comes back as
        the functions host brings it: hidden for a while, and not for ever."""
        while (message := self.queue.take()) is not None:
            try:
                self.step(message)
            except Exception as error:
                self.last_errors.append(error)
                self._deliver_again(message, error)

    def _deliver_again(self, message: m.Message, error: Exception) -> None:
        key = m.encode(message)
        self._deliveries[key] += 1
        if self._deliveries[key] % MOST_DELIVERIES:
            self.queue.send(message, after=HIDDEN_AFTER_ERROR)
        else:
            self.poison.append((message, error))

    def drain_poison(self) -> None:
        """The poison queues are emptied, each by the function that is meant for it."""
        poisoned, self.poison = self.poison, []
        for message, _ in poisoned:
            self.app.drain(message.queue, m.encode(message))

    def complete_all(self) -> None:
        """The providers finish what they have and say so."""
        for provider in self.endpoints.values():
            for key, item in list(provider.transcriptions.items()):
                if item.state == "running" and key in provider.transcriptions:
                    provider.complete(key)
                    self.queue.send(m.Collect(endpoint=provider.endpoint, transcription_id=key))

    def run(self, *, hours: float = 24) -> None:
        """Until nothing is open, with polls and sweeps, at most that long by the clock."""
        until = self.clock.now() + timedelta(hours=hours)
        while self.clock.now() < until:
            self.drain()
            self.complete_all()
            self.drain()
            if not (self.store.notes or self.queue.waiting or self.active.entries):
                return
            self.poll()
            self.sweep()
            self.drain()
            self.clock.advance(30)
        raise AssertionError(f"still open: {self.store.notes}, {self.queue.waiting[:3]}")

    def rows(self) -> dict[str, Recording]:
        """By name; of several versions of a name the one registered last."""
        rows = sorted(self.store.rows.values(), key=lambda row: row.registered_at)
        return {row.name: row for row in rows}

    def states(self) -> dict[str, str]:
        return {name: row.state for name, row in self.rows().items()}


@cache
def a_second_of_silence() -> bytes:
    """A well-formed WAV file: 1 s, 8 kHz, mono, 8 bit."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8_000)
        out.writeframes(b"\x80" * 8_000)
    return file.getvalue()
