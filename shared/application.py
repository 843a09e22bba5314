"""Everything that a process can be asked to do: what a trigger calls, whatever adapters are behind
it. Each side wires its own use-cases; here they meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from shared import messages as m
from shared.access.belongings import Belongings
from shared.access.callers import FindCaller
from shared.access.keys import KeyDesk
from shared.access.trail import KeepTrail
from shared.batches.wiring import BatchDesk
from shared.endpoints.finder import GuardedFinder
from shared.endpoints.guard import GuardedProvider
from shared.endpoints.prompter import GuardedPrompter
from shared.errors import DropscribeError, UnknownScope
from shared.events.outgoing import Outgoing
from shared.exporting.wiring import merge_exports
from shared.insights.wiring import ask_again, make_insights, translate
from shared.listening.wiring import ListeningDesk
from shared.log import event
from shared.messages import Message
from shared.model.access.caller import NOBODY, Asker
from shared.model.batch.batch import Batch
from shared.model.endpoint.limits import limits_of
from shared.model.failure import Failure
from shared.model.job.lane import limits_at
from shared.model.manifest.bounds import Shared
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import WEB, Manifest
from shared.model.profile.capabilities import Capabilities
from shared.model.recording.recording import Recording
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.now_or_later import NowOrLater, Step
from shared.pipeline.watch.turns import Turns
from shared.pipeline.watch.wiring import Watching
from shared.pipeline.wiring import Pipeline
from shared.ports.finder import Finder
from shared.ports.ground import Common, Ground, Ports
from shared.ports.indices import EndpointBook
from shared.ports.prompter import Prompter
from shared.ports.provider import SpeechProvider
from shared.reading.wiring import ReadingDesk
from shared.revising.wiring import RevisingDesk
from shared.searching.wiring import SearchingDesk


class Application:
    """`known` is what a manifest may refer to, `endpoints` the providers within their limits.
    `poll`, `hear`, `drain` and `drain_blob_event` are what their triggers call; the rest answers
    people and programs."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._outgoing = ports, Outgoing(ports)
        self.subscriptions = self._outgoing.subscriptions
        self.deliveries = self._outgoing.deliveries
        self.endpoints = _guarded(ports, self._outgoing.book)
        self.known = Known(
            ports.profiles,
            _offered(ports),
            tuple(ports.sources),
            ports.allow_http,
            ports.networks,
            Shared(ports.intake, ports.uploads_container),
        )
        ground = Ground(
            ports,
            Common(
                store=self._outgoing.store,
                active=ports.active,
                queue=ports.queue,
                policy=ports.policy,
                clock=ports.clock,
            ),
            self._outgoing.store,
            self._outgoing.book,
            self.endpoints,
            self._outgoing.brakes,
            self.known,
            _guarded_finder(ports, self._outgoing.book),
            _guarded_prompter(ports, self._outgoing.book),
            _guarded_analysts(ports, self._outgoing.book),
        )
        failing = Failing(ground)
        self._pipeline = Pipeline(ground, failing)
        self._desk = BatchDesk(ground, failing, self._pipeline.enter, self._pipeline.examine_again)
        revising = RevisingDesk(ground)
        self.revise, self.corrected = revising.revise, revising.read
        self.transcript_at, self.conversation = revising.fetch, revising.conversation
        self.glossary = revising.glossary
        self.holds, self.delete_recording = self._desk.holds, self._desk.delete_recording
        self._make_insights = make_insights(ground)
        self._translate = translate(ground)
        self._ask_for_insights = ask_again(ground)
        self._searching = SearchingDesk(ground)
        self.search = self._searching.search
        self._merge_exports = merge_exports(ground)
        self._watching = Watching(
            ground,
            failing,
            take=self._take,
            plan=self._pipeline.plan,
            put_back=self._pipeline.put_back,
            find_manifests=self._desk.find_not_taken,
        )
        self._reading = ReadingDesk(ground, self._desk, self._watching.read_brakes)
        self._listening = ListeningDesk(ground, self._reading.find_audible)
        self._turns = Turns(diaries=ports.diaries, clock=ports.clock)
        self._now_or_later = NowOrLater(**ground.common)
        self._steps = self._steps_by_message()
        self.hear = self._pipeline.hear
        self.drain = self._watching.drain
        self.drain_blob_event = self._watching.drain_blob_event
        self.health = self._watching.health
        self.profiles_desk = self._watching.profiles
        self.change_brake = self._watching.change_brake
        self.brakes = self._watching.read_brakes
        self._offer_batches()
        self._know_callers()

    def _steps_by_message(self) -> Mapping[type[Message], Step[Message]]:
        return {
            m.Register: _of(m.Register, self._register_all),
            m.Expand: _of(m.Expand, self._desk.expand),
            m.Change: _of(m.Change, self._desk.change),
            m.Plan: _of(
                m.Plan, lambda message: self._pipeline.plan(message.batch_id, early=message.early)
            ),
            m.Prepare: _of(m.Prepare, self._pipeline.prepare),
            m.Listen: _of(m.Listen, self._listening.have),
            m.Understand: _of(m.Understand, self._make_insights),
            m.Translate: _of(m.Translate, self._translate),
            m.Submit: _of(m.Submit, self._pipeline.submit),
            m.Collect: _of(m.Collect, self._pipeline.collect),
            m.Express: _of(m.Express, self._pipeline.hear_at_once),
            m.Write: _of(m.Write, self._pipeline.write),
            m.Finish: _of(m.Finish, self._pipeline.finish),
            m.Sweep: _of(m.Sweep, lambda message: self._sweep_now(message.part)),
            m.Announce: _of(m.Announce, self._outgoing.announce),
            m.Deliver: _of(m.Deliver, self._outgoing.deliver),
        }

    def _offer_batches(self) -> None:
        """What programs can ask about batches, and of them."""
        desk = self._desk
        self.accept_once = desk.accept_once
        self.cancel, self.retry, self.delete_batch = desk.cancel, desk.retry, desk.delete
        self.batch_status, self.batches = desk.status, desk.list
        self.items = desk.items
        self.item, self.item_of_client = desk.items.one, desk.items.one_of_client
        self.transcript, self.report = desk.transcript, desk.report
        self.insights, self.unredacted = desk.insights, desk.unredacted
        self.translation = desk.translation
        self.estimate, self.upload = desk.estimate, desk.upload
        self.review = self._reading.review
        self.overview, self.open_audio = self._reading.overview, self._reading.open_audio
        self.open_listening = self._listening.open
        self.trace = self._reading.trace
        self.calls, self.recent = self._reading.calls, self._reading.recent

    def _know_callers(self) -> None:
        """Who calls, and whose what is called for is."""
        ports = self._ports
        own = ports.access
        self.callers = FindCaller(own.keys, own.owner_digest, ports.clock)
        self.keys = KeyDesk(
            keys=own.keys,
            callers=self.callers,
            profiles=[profile.name for profile in ports.profiles],
            containers=tuple(dict.fromkeys((ports.intake, *ports.sources, WEB))),
            new_bytes=own.new_bytes,
            clock=ports.clock,
        )
        self.trail = KeepTrail(trail=own.trail, new_id=own.new_call_id, clock=ports.clock)
        self.belongings = Belongings(
            store=ports.store, subscription=self.subscriptions.get, intake=ports.intake
        )

    @property
    def ports(self) -> Ports:
        """What it stands on."""
        return self._ports

    @property
    def public_url(self) -> str | None:
        """Where others reach this app; None: nobody said."""
        return self._ports.webhook_url

    @property
    def storage_origin(self) -> str:
        """Scheme, host and port of the blobs."""
        parts = urlsplit(self._ports.audio.url(self._ports.intake, "x"))
        return f"{parts.scheme}://{parts.netloc}"

    def audio_dropped(self, container: str, name: str) -> Recording | None:
        """None: the blob is gone, or this version of it was registered before."""
        return self._pipeline.register(container, name)

    def manifest_dropped(self, container: str, name: str) -> Batch | None:
        """The batch that it became, or that tells where it says why not. None: it is gone."""
        return self._desk.take_manifest(container, name)

    def accept(
        self,
        manifest: Manifest | bytes,
        *,
        kind: str = "json",
        idempotency_key: str | None = None,
        by: Asker = NOBODY,
    ) -> Batch:
        """A batch asked for by a program: a manifest, or the content of a file of that `kind`.
        Raises `ManifestRefused`, `KeyReused`."""
        return self._desk.accept(
            manifest, origin="api", kind=kind, idempotency_key=idempotency_key, by=by
        )

    def run(self, message: Message) -> None:
        """One step; where a provider is in the way, it is put off."""
        self._now_or_later(self._steps[type(message)], message)

    def poll(self) -> None:
        """Look after the jobs that providers have."""
        self._pipeline.poll()
        self._watching.note_run("poll")

    def sweep(self) -> None:
        """All that is looked after now and then. What fails does not keep the rest from being
        done; it is tried again the next time. Nor does what takes so long that the process is
        ended: the next time begins with the part after it."""
        for name, step in self._turns.parts(self._sweeps()):
            try:
                step()
            except DropscribeError as error:
                event("sweep.failed", part=name, error=type(error).__name__, level=30)
        self._watching.note_run("sweep")

    def ask_for_sweep(self, part: str = "") -> None:
        """Have somebody look after everything now, or after that part alone. Raises
        `UnknownScope`."""
        if part and part not in self.sweep_parts:
            raise UnknownScope(f"there is no part {part}; it can be {', '.join(self.sweep_parts)}")
        self._ports.queue.send(m.Sweep(part=part))

    @property
    def sweep_parts(self) -> tuple[str, ...]:
        """What can be looked after by itself."""
        return ("poll", *self._sweeps())

    def _sweep_now(self, part: str) -> None:
        """A part that a newer release has is left to it."""
        if part in ("", "poll"):
            self.poll()
        if not part:
            self.sweep()
        elif part in (parts := self._sweeps()):
            parts[part]()

    def _sweeps(self) -> dict[str, Callable[[], None]]:
        return {
            "webhooks": self._pipeline.ensure_webhooks,
            **self._watching.sweeps,
            "words": self._searching.sweep,
            "exports": self._merge_exports,
            "insights": self._ask_for_insights,
            "events": self._outgoing.sweep,
            "aged": self._desk.age_out,
        }

    def _register_all(self, message: m.Register) -> None:
        for name in message.names:
            self._take(message.container, name)

    def _take(self, container: str, name: str, *, refusal: Failure | None = None) -> object:
        """What came into a container that we watch: a manifest or audio."""
        if container == self._ports.manifests:
            return self._desk.take_manifest(container, name, refusal=refusal)
        return self._pipeline.register(container, name, refusal=refusal)


def _of(kind: type[m.M], step: Callable[[m.M], None]) -> Step[Message]:
    """The step of a message of that kind, which is the only one that gets there."""

    def run(message: Message, /) -> None:
        assert isinstance(message, kind)
        step(message)

    return run


def _guarded(ports: Ports, book: EndpointBook) -> dict[str, SpeechProvider]:
    first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
    return {
        name: GuardedProvider(
            provider,
            name,
            book=book,
            clock=ports.clock,
            limits=limits_of(limits_at(name, ports.capabilities[provider.name])),
            first_pause=first_pause,
        )
        for name, provider in ports.providers.items()
    }


def _guarded_finder(ports: Ports, book: EndpointBook) -> Finder | None:
    if ports.finder is None:
        return None
    first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
    return GuardedFinder(ports.finder, book=book, clock=ports.clock, first_pause=first_pause)


def _guarded_analysts(ports: Ports, book: EndpointBook) -> dict[str, Finder]:
    first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
    return {
        insight: GuardedFinder(
            finder, book=book, clock=ports.clock, first_pause=first_pause, insight=insight
        )
        for insight, finder in ports.analysts.items()
    }


def _guarded_prompter(ports: Ports, book: EndpointBook) -> Prompter | None:
    if ports.prompter is None:
        return None
    first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
    return GuardedPrompter(ports.prompter, book=book, clock=ports.clock, first_pause=first_pause)


def _offered(ports: Ports) -> dict[str, Capabilities]:
    """The providers that have an endpoint here."""
    names = {provider.name for provider in ports.providers.values()}
    return {name: ports.capabilities[name] for name in sorted(names)}
