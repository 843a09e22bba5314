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
from shared.model.capabilities import Capabilities
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
    SpeechProvider,
)
from shared.usecases.collect import collect
from shared.usecases.drain import drain, drain_blob_event
from shared.usecases.finish import finish
from shared.usecases.guard import GuardedProvider
from shared.usecases.hear import Heard, hear
from shared.usecases.later import now_or_later
from shared.usecases.orphans import remove_orphans
from shared.usecases.plan import plan
from shared.usecases.poll import poll
from shared.usecases.reconcile import reconcile
from shared.usecases.register import PendingPlans, register
from shared.usecases.submit import submit
from shared.usecases.sweep import ensure_webhooks, sweep
from shared.usecases.write import write


class Ports(NamedTuple):
    """What the application stands on. `deployment` begins every id that providers see, so that
    several deployments can share a resource. Without `webhook_url` the providers are only
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
                calls_per_window=_calls_per_window(ports, provider),
                first_pause=self._first_pause,
            )
            for name, provider in ports.providers.items()
        }
        base: dict[str, Any] = {"store": ports.store, "queue": ports.queue, "clock": ports.clock}
        errors: dict[str, Any] = {"outputs": ports.outputs, "errors_container": ports.errors}
        policy: dict[str, Any] = {"policy": ports.policy}
        audio: dict[str, Any] = {"audio": ports.audio}
        provider: dict[str, Any] = {"active": ports.active, "endpoints": self.endpoints}
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
            m.Plan: lambda message: run_plan(message.batch_id),
            m.Submit: partial(
                submit, **base, **policy, **audio, **provider, **errors, book=ports.book
            ),
            m.Collect: partial(collect, **base, **policy, **provider, **errors),
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
                finish, **base, **provider, outputs=ports.outputs, reports_container=ports.reports
            ),
        }
        self.poll = partial(poll, **base, **policy, **provider)
        self._sweeps: dict[str, Callable[[], None]] = {
            "webhooks": self._ensure_webhooks,
            "batches": partial(sweep, **base, **policy, active=ports.active),
            "intake": partial(
                reconcile,
                ports.intake,
                **base,
                **policy,
                **audio,
                diaries=ports.diaries,
                profiles=ports.profiles,
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
            drain, **base, **policy, **errors, register=self._register
        )
        self.drain_blob_event = partial(drain_blob_event, register=self._register)
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
            self._register(message.container, name)

    def _ensure_webhooks(self) -> None:
        url, secret = self._ports.webhook_url, self._ports.webhook_secret
        if url and secret:
            ensure_webhooks(self.endpoints, base_url=url, secret=secret)


def _calls_per_window(ports: Ports, provider: SpeechProvider) -> int:
    """A tenth is left for people and programs that use the same resource."""
    return max(1, ports.capabilities[provider.name].calls_per_window * 9 // 10)
