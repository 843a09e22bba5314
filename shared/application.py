"""The use-cases on their ports: what a trigger calls, whatever adapters are behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from shared import messages as m
from shared.errors import DropscribeError
from shared.log import event
from shared.messages import Message
from shared.model.batch import Batch
from shared.model.capabilities import Capabilities
from shared.model.failure import Failure
from shared.model.limits import limits_of
from shared.model.manifest import Manifest
from shared.model.manifest_checks import Known
from shared.model.policy import Policy
from shared.model.price import PriceTable
from shared.model.profile import Profile
from shared.model.recording import Recording
from shared.ports import (
    ActiveJobs,
    AudioBlobs,
    BatchStore,
    Clock,
    Diaries,
    EndpointBook,
    Outputs,
    Queue,
    Requests,
    SpeechProvider,
    WebAudio,
)
from shared.usecases import overview
from shared.usecases.accept import accept
from shared.usecases.cancel import cancel
from shared.usecases.change import change
from shared.usecases.collect import collect
from shared.usecases.dead_letters import take_dead_letters
from shared.usecases.drain import drain, drain_blob_event
from shared.usecases.expand import expand
from shared.usecases.finish import finish
from shared.usecases.give_back import fail_job
from shared.usecases.guard import GuardedProvider
from shared.usecases.hear import Heard, hear
from shared.usecases.later import now_or_later
from shared.usecases.orphans import remove_orphans
from shared.usecases.plan import plan
from shared.usecases.poll import poll
from shared.usecases.reconcile import reconcile, unregistered
from shared.usecases.register import PendingPlans, look_again, register
from shared.usecases.registrar import Registrar
from shared.usecases.remove import delete_batch
from shared.usecases.retry import retry
from shared.usecases.submit import submit
from shared.usecases.sweep import ensure_webhooks, sweep
from shared.usecases.take_manifest import not_taken, take_manifest
from shared.usecases.unresolved import leave_unresolved
from shared.usecases.write import write


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
    queue: Queue
    providers: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    requests: Requests
    web: WebAudio
    profiles: Sequence[Profile]
    policy: Policy
    prices: PriceTable
    pool: Executor
    new_id: Callable[[], str]
    deployment: str
    intake: str = "audio"
    transcripts: str = "transcripts"
    reports: str = "reports"
    errors: str = "errors"
    manifests: str = "manifests"
    dead_letters: str = "dead-letters"
    sources: Sequence[str] = ("uploads", "audio")
    allow_http: bool = False
    webhook_url: str | None = None
    webhook_secret: str = ""


class Application:
    """Everything that a process can be asked to do."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._first_pause = timedelta(seconds=ports.policy.endpoint_pause_seconds)
        self.endpoints: dict[str, SpeechProvider] = {
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
        base: dict[str, Any] = {"store": ports.store, "queue": ports.queue, "clock": ports.clock}
        errors: dict[str, Any] = {"outputs": ports.outputs, "errors_container": ports.errors}
        policy: dict[str, Any] = {"policy": ports.policy}
        audio: dict[str, Any] = {"audio": ports.audio}
        provider: dict[str, Any] = {"active": ports.active, "endpoints": self.endpoints}
        failing: dict[str, Any] = {
            "fail_job": partial(fail_job, **base, **policy, **errors, active=ports.active),
        }
        self._register: Callable[..., Recording | None] = partial(
            register,
            **base,
            **errors,
            **policy,
            **audio,
            profiles=ports.profiles,
            capabilities=ports.capabilities,
            pending=PendingPlans(),
        )
        settings: dict[str, Any] = {
            "profiles": ports.profiles,
            "capabilities": ports.capabilities,
        }
        requests: dict[str, Any] = {"requests": ports.requests}
        self.known = Known(ports.profiles, _offered(ports), tuple(ports.sources), ports.allow_http)
        """What a manifest may refer to."""
        self._accept: Callable[..., Batch] = partial(
            accept,
            **base,
            **requests,
            known=self.known,
            new_id=ports.new_id,
        )
        self._take_manifest: Callable[..., Batch | None] = partial(
            take_manifest, **base, **errors, **audio, accept=self._accept
        )
        registrar = partial(
            Registrar,
            store=ports.store,
            clock=ports.clock,
            web=ports.web,
            **requests,
            **audio,
            **errors,
            **settings,
        )
        run_plan: Callable[[str], None] = partial(
            plan,
            **base,
            **policy,
            **audio,
            capabilities=ports.capabilities,
            new_id=lambda: ports.deployment + ports.new_id(),
        )
        self._steps: dict[type, Callable[[Any], None]] = {
            m.Register: self._register_all,
            m.Expand: partial(
                expand, **base, **requests, **audio, registrar=registrar, pool=ports.pool
            ),
            m.Change: partial(
                change,
                **base,
                **provider,
                **requests,
                **errors,
                **policy,
                registrar=registrar,
                look_again=partial(look_again, audio=ports.audio, capabilities=ports.capabilities),
                reports_container=ports.reports,
                pool=ports.pool,
            ),
            m.Plan: lambda message: run_plan(message.batch_id),
            m.Submit: partial(
                submit,
                **base,
                **policy,
                **audio,
                **requests,
                **provider,
                **failing,
                book=ports.book,
            ),
            m.Collect: partial(collect, **base, **policy, **provider, **failing),
            m.Write: partial(
                write,
                **base,
                **policy,
                **audio,
                **errors,
                endpoints=self.endpoints,
                transcripts_container=ports.transcripts,
                prices=ports.prices,
                pool=ports.pool,
            ),
            m.Finish: partial(
                finish,
                **base,
                **policy,
                **provider,
                outputs=ports.outputs,
                reports_container=ports.reports,
            ),
        }
        self.poll = partial(
            poll,
            **base,
            **policy,
            **provider,
            **failing,
            capabilities=ports.capabilities,
            leave_unresolved=partial(leave_unresolved, **base, **errors, active=ports.active),
        )
        looking: dict[str, Any] = {
            "queue": ports.queue,
            "clock": ports.clock,
            "diaries": ports.diaries,
            **policy,
            **audio,
        }
        self._sweeps: dict[str, Callable[[], None]] = {
            "webhooks": self._ensure_webhooks,
            "batches": partial(sweep, **base, **policy, active=ports.active),
            "intake": partial(
                reconcile,
                ports.intake,
                **looking,
                find=partial(
                    unregistered,
                    ports.intake,
                    store=ports.store,
                    profiles=ports.profiles,
                    policy=ports.policy,
                    clock=ports.clock,
                ),
            ),
            "manifests": partial(
                reconcile,
                ports.manifests,
                **looking,
                find=partial(not_taken, ports.manifests, store=ports.store),
            ),
            "dead letters": partial(
                take_dead_letters,
                ports.dead_letters,
                intake=(ports.intake, ports.manifests),
                **looking,
            ),
            "orphans": partial(
                remove_orphans,
                **provider,
                **policy,
                diaries=ports.diaries,
                deployment=ports.deployment,
                clock=ports.clock,
            ),
        }
        self.drain: Callable[[str, bytes], None] = partial(
            drain, **base, **policy, **errors, **failing, register=self._take, plan=run_plan
        )
        self.drain_blob_event = partial(drain_blob_event, register=self._take)
        store: dict[str, Any] = {"store": ports.store}
        self.cancel: Callable[[str], Batch] = partial(cancel, **base)
        self.retry: Callable[[str], Batch] = partial(retry, **base)
        self.delete_batch: Callable[[str, bool], None] = partial(
            delete_batch, **store, queue=ports.queue
        )
        self.batch_status = partial(overview.batch_status, **store, clock=ports.clock)
        self.batches = partial(overview.batches, **store)
        self.items = partial(overview.items, **store)
        self.item = partial(overview.item, **store)
        self.item_of_client = partial(overview.item_of_client, **store)
        self.hear = partial(
            hear,
            endpoints=self.endpoints,
            queue=ports.queue,
            heard=Heard(),
            secret=ports.webhook_secret,
        )

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


def _offered(ports: Ports) -> dict[str, Capabilities]:
    """The providers that have an endpoint here."""
    names = {provider.name for provider in ports.providers.values()}
    return {name: ports.capabilities[name] for name in sorted(names)}
