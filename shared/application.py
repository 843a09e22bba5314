"""The use-cases on their ports: what a trigger calls, whatever adapters are behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import timedelta
from functools import cache, partial
from inspect import signature
from typing import Any, NamedTuple

from shared import messages as m
from shared.batches import status as overview
from shared.batches.accept import accept
from shared.batches.cancel import cancel
from shared.batches.change import change
from shared.batches.delete import delete_batch
from shared.batches.entries import Registrar
from shared.batches.estimate import estimate
from shared.batches.expand import expand
from shared.batches.manifest import not_taken, take_manifest
from shared.batches.once import AcceptOnce
from shared.batches.outputs import fetch_report, fetch_transcript
from shared.batches.retry import retry
from shared.batches.upload import UploadPlace, offer_upload
from shared.endpoints.guard import GuardedProvider
from shared.errors import DropscribeError
from shared.events.outgoing import EventPorts, Outgoing
from shared.log import event
from shared.messages import Message
from shared.model.batch.batch import Batch
from shared.model.batch.failure import Failure
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.endpoint.limits import limits_of
from shared.model.manifest.checks import Known
from shared.model.manifest.manifest import Manifest
from shared.model.money.estimate import Estimate
from shared.model.money.price import PriceTable
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile
from shared.pipeline.collect.collect import collect
from shared.pipeline.collect.poll import poll
from shared.pipeline.collect.webhook import Heard, ensure_webhooks, hear
from shared.pipeline.fail.job import fail_job
from shared.pipeline.fail.unresolved import leave_unresolved
from shared.pipeline.finish.job import finish
from shared.pipeline.plan.budget import spend
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.plan.plan import UnderWay, plan
from shared.pipeline.plan.reuse import reuse
from shared.pipeline.register.dropped import look_again, register
from shared.pipeline.step import at_once, now_or_later
from shared.pipeline.submit.fall_over import fall_over
from shared.pipeline.submit.line import submit_line
from shared.pipeline.submit.single import submit
from shared.pipeline.watch.claims import sweep_contents
from shared.pipeline.watch.dead_letters import take_dead_letters
from shared.pipeline.watch.health import Health, HealthCheck
from shared.pipeline.watch.missed import reconcile, unregistered
from shared.pipeline.watch.orphans import remove_orphans
from shared.pipeline.watch.poison import drain, drain_blob_event
from shared.pipeline.watch.sweep import sweep
from shared.pipeline.write.slice import write
from shared.ports.blobs import AudioBlobs, Outputs, Requests, Uploads, WebAudio
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore, Contents, Diaries, EndpointBook


class Ports(NamedTuple):
    """What the application stands on. `deployment` begins every id that providers see, so that
    several deployments can share a resource. `sources` are the containers whose blobs a request
    may name. Without `webhook_url` the providers are only
    polled."""

    clock: Clock
    audio: AudioBlobs
    outputs: Outputs
    store: BatchStore
    active: ActiveJobs
    book: EndpointBook
    diaries: Diaries
    contents: Contents
    queue: Queue
    providers: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    requests: Requests
    web: WebAudio
    uploads: Uploads
    profiles: Sequence[Profile]
    policy: Policy
    prices: PriceTable
    pool: Executor
    new_id: Callable[[], str]
    deployment: str
    events: EventPorts
    intake: str = "audio"
    transcripts: str = "transcripts"
    reports: str = "reports"
    errors: str = "errors"
    manifests: str = "manifests"
    dead_letters: str = "dead-letters"
    uploads_container: str = "uploads"
    sources: Sequence[str] = ("uploads", "audio")
    allow_http: bool = False
    webhook_url: str | None = None
    webhook_secret: str = ""


class Application:
    """Everything that a process can be asked to do."""

    def __init__(self, ports: Ports) -> None:
        self._outgoing = _outgoing(ports)
        ports = ports._replace(store=self._outgoing.store, book=self._outgoing.book)
        self._ports = ports
        self.subscriptions = self._outgoing.subscriptions
        self._first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
        self.endpoints = self._guarded()
        self.known = Known(ports.profiles, _offered(ports), tuple(ports.sources), ports.allow_http)
        """What a manifest may refer to."""
        self._fillings: dict[str, Any] = {
            **ports._asdict(),
            "endpoints": self.endpoints,
            "errors_container": ports.errors,
            "transcripts_container": ports.transcripts,
            "reports_container": ports.reports,
            "known": self.known,
        }
        self._fillings["fail_job"] = self._filled(fail_job)
        self._fillings["fall_over"] = self._filled(fall_over, pending=PendingPlans())
        self._fillings["reuse"] = self._filled(reuse)
        self._fillings["spend"] = self._filled(spend)
        self._fillings["leave_unresolved"] = self._filled(leave_unresolved)
        self._fillings["registrar"] = self._filled(Registrar)
        self._fillings["look_again"] = self._filled(look_again)
        self._register: Callable[..., Recording | None] = self._filled(
            register, pending=PendingPlans()
        )
        self._accept: Callable[..., Batch] = self._filled(accept)
        self.accept_once = AcceptOnce(
            accept=self._accept,
            contents=ports.contents,
            known=self.known,
            clock=ports.clock,
            new_id=ports.new_id,
        )
        self._take_manifest: Callable[..., Batch | None] = self._filled(
            take_manifest, accept=self._accept
        )
        self._plan: Callable[[str], None] = self._filled(
            plan, new_id=lambda: ports.deployment + ports.new_id(), under_way=UnderWay()
        )
        finish_step = self._filled(finish)
        self._fillings["finish_now"] = self._filled(at_once, step=finish_step)
        write_step = self._filled(write)
        self._fillings["write_now"] = self._filled(at_once, step=write_step)
        self._submit_one: Callable[[m.Submit], None] = self._filled(submit)
        self._submit_line: Callable[[m.Submit], None] = self._filled(submit_line)
        self._steps = self._wire_steps()
        self._sweeps = self._wire_sweeps()
        self.poll: Callable[[], None] = self._filled(poll)
        self.drain: Callable[[str, bytes], None] = self._filled(
            drain, register=self._take, plan=self._plan
        )
        self.drain_blob_event = partial(drain_blob_event, register=self._take)
        self.hear = self._filled(hear, heard=Heard(), secret=ports.webhook_secret)
        self._offer_batches()

    def _filled(self, use_case: Callable[..., Any], **more: Any) -> Callable[..., Any]:
        """The use-case with every port that it asks for by name."""
        fillings = {**self._fillings, **more}
        asked = [name for name in _parameters(use_case) if name in fillings]
        return partial(use_case, **{name: fillings[name] for name in asked})

    def _guarded(self) -> dict[str, SpeechProvider]:
        ports = self._ports
        return {
            name: GuardedProvider(
                provider,
                name,
                book=ports.book,
                clock=ports.clock,
                limits=limits_of(ports.capabilities[provider.name]),
                first_pause=self._first_pause,
            )
            for name, provider in ports.providers.items()
        }

    def _wire_steps(self) -> dict[type, Callable[[Any], None]]:
        """What each message is run by."""
        return {
            m.Register: self._register_all,
            m.Expand: self._filled(expand),
            m.Change: self._filled(change),
            m.Plan: lambda message: self._plan(message.batch_id),
            m.Submit: self._submit,
            m.Collect: self._filled(collect),
            m.Write: self._filled(write),
            m.Finish: self._filled(finish),
            **self._outgoing.steps,
        }

    def _submit(self, message: m.Submit) -> None:
        step = self._submit_one if message.last is None else self._submit_line
        step(message)

    def _wire_sweeps(self) -> dict[str, Callable[[], None]]:
        ports = self._ports
        unregistered_audio = partial(self._filled(unregistered), ports.intake)
        untaken_manifests = partial(self._filled(not_taken), ports.manifests)
        watched = (ports.intake, ports.manifests)
        return {
            "webhooks": self._ensure_webhooks,
            "batches": self._filled(sweep),
            "intake": partial(self._filled(reconcile, find=unregistered_audio), ports.intake),
            "manifests": partial(self._filled(reconcile, find=untaken_manifests), ports.manifests),
            "dead letters": partial(
                self._filled(take_dead_letters, intake=watched), ports.dead_letters
            ),
            "orphans": self._filled(remove_orphans),
            "contents": self._filled(sweep_contents),
            "events": self._outgoing.sweep,
        }

    def _offer_batches(self) -> None:
        """What programs can ask about batches, and of them."""
        self.cancel: Callable[[str], Batch] = self._filled(cancel)
        self.retry: Callable[[str], Batch] = self._filled(retry)
        self.delete_batch: Callable[[str, bool], None] = self._filled(delete_batch)
        self.batch_status = self._filled(overview.batch_status)
        self.batches = self._filled(overview.batches)
        self.items = self._filled(overview.items)
        self.item = self._filled(overview.item)
        self.item_of_client = self._filled(overview.item_of_client)
        self.transcript = self._filled(fetch_transcript)
        self.report = self._filled(fetch_report)
        self.estimate: Callable[..., Estimate] = self._filled(estimate)
        self.upload: Callable[[str, timedelta], UploadPlace] = self._filled(offer_upload)
        self.health: Callable[[], Health] = self._filled(HealthCheck)()

    @property
    def public_url(self) -> str | None:
        """Where others reach this app; None: nobody said."""
        return self._ports.webhook_url

    def audio_dropped(self, container: str, name: str) -> Recording | None:
        """None: the blob is gone, or this version of it was registered before."""
        return self._register(container, name)

    def manifest_dropped(self, container: str, name: str) -> Batch | None:
        """The batch that it became, or that tells where it says why not. None: it is gone."""
        return self._take_manifest(container, name)

    def accept(
        self,
        manifest: Manifest | bytes,
        *,
        kind: str = "json",
        idempotency_key: str | None = None,
    ) -> Batch:
        """A batch asked for by a program: a manifest, or the content of a file of that `kind`.
        Raises `ManifestRefused`, `KeyReused`."""
        return self._accept(manifest, origin="api", kind=kind, idempotency_key=idempotency_key)

    def run(self, message: Message) -> None:
        """One step; where a provider is in the way, it is put off."""
        ports, step = self._ports, self._steps[type(message)]
        now_or_later(
            step,
            message,
            store=ports.store,
            active=ports.active,
            queue=ports.queue,
            clock=ports.clock,
            first_pause=self._first_pause,
            stuck_after=timedelta(seconds=ports.policy.stuck_after_seconds),
        )

    def sweep(self) -> None:
        """All that is looked after now and then. What fails does not keep the rest from being
        done; it is tried again the next time."""
        for name, step in self._sweeps.items():
            try:
                step()
            except DropscribeError as error:
                event("sweep.failed", part=name, error=type(error).__name__, level=30)

    def _register_all(self, message: m.Register) -> None:
        for name in message.names:
            self._take(message.container, name)

    def _take(self, container: str, name: str, *, refusal: Failure | None = None) -> object:
        """What came into a container that we watch: a manifest or audio."""
        is_manifest = container == self._ports.manifests
        take = self._take_manifest if is_manifest else self._register
        return take(container, name, refusal=refusal)

    def _ensure_webhooks(self) -> None:
        url, secret = self._ports.webhook_url, self._ports.webhook_secret
        if url and secret:
            ensure_webhooks(self.endpoints, base_url=url, secret=secret)


@cache  # tests start an application thousands of times, and most of that was this
def _parameters(use_case: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(signature(use_case).parameters)


def _outgoing(ports: Ports) -> Outgoing:
    return Outgoing(
        ports.events,
        store=ports.store,
        book=ports.book,
        audio=ports.audio,
        requests=ports.requests,
        diaries=ports.diaries,
        queue=ports.queue,
        clock=ports.clock,
        policy=ports.policy,
        profiles=[profile.name for profile in ports.profiles],
        new_id=ports.new_id,
        api_url=ports.webhook_url,
        deployment=ports.deployment,
        reports_container=ports.reports,
    )


def _offered(ports: Ports) -> dict[str, Capabilities]:
    """The providers that have an endpoint here."""
    names = {provider.name for provider in ports.providers.values()}
    return {name: ports.capabilities[name] for name in sorted(names)}
