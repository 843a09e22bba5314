"""A provider calls our webhook: believe that it is the provider, nothing more."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from shared.errors import ProviderError, UnknownEndpoint
from shared.log import event
from shared.messages import Collect
from shared.ports.provider import SpeechProvider, WebhookChallenge
from shared.ports.queue import Queue


class Heard:
    """The calls that this process has heard lately, by the provider's id for each."""

    def __init__(self, most: int = 1_000) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._most, self._lock = most, Lock()

    def __contains__(self, invocation_id: str | None) -> bool:
        with self._lock:
            return invocation_id in self._ids

    def note(self, invocation_id: str | None) -> None:
        """To be called once the hint is handed on: until then the provider has to call again."""
        if not invocation_id:
            return
        with self._lock:
            self._ids[invocation_id] = None
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)


@dataclass(frozen=True, kw_only=True)
class Hear:
    """A hint is handed on at once; nothing is looked up while the provider waits."""

    endpoints: Mapping[str, SpeechProvider]
    secret: str = field(repr=False)
    queue: Queue
    heard: Heard

    def __call__(
        self,
        provider: str,
        endpoint: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        body: bytes,
    ) -> str:
        """What to answer. Raises `ProviderUnauthorised` on a bad signature and
        `UnknownEndpoint`."""
        adapter = self.endpoints.get(endpoint)
        if adapter is None or adapter.name != provider:
            raise UnknownEndpoint("There is no such endpoint.")
        said = adapter.read_webhook(headers, query, body, self.secret)
        if isinstance(said, WebhookChallenge):
            event("webhook.challenged", endpoint=endpoint)
            return said.answer
        if said.transcription_id and said.invocation_id not in self.heard:
            self.queue.send(Collect(endpoint=endpoint, transcription_id=said.transcription_id))
            self.heard.note(said.invocation_id)
            event("webhook.heard", endpoint=endpoint, said=said.event)
        return ""


@dataclass(frozen=True, kw_only=True)
class EnsureWebhooks:
    """Register our webhook at every endpoint, or switch it on again where the provider switched
    it off. Polling goes on meanwhile, so an endpoint that fails here is only logged. Without
    `base_url`, which is where others reach this app, or without a secret there are none."""

    endpoints: Mapping[str, SpeechProvider]
    base_url: str | None
    secret: str = field(repr=False)

    def __call__(self) -> None:
        if not (self.base_url and self.secret):
            return
        for name, provider in self.endpoints.items():
            self._ensure(name, provider, webhook_url(self.base_url, provider.name, name))

    def _ensure(self, name: str, provider: SpeechProvider, url: str) -> None:
        try:
            if any([*provider.ensure_webhook(url, self.secret)]):
                event("webhook.registered", endpoint=name)
        except ProviderError as error:
            event(
                "webhook.not_registered",
                endpoint=name,
                error=type(error).__name__,
                code=error.code,
                level=30,
            )


def webhook_url(base_url: str, provider: str, endpoint: str) -> str:
    return f"{base_url.rstrip('/')}/api/webhooks/{provider}/{endpoint}"
