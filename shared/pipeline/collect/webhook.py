"""A provider calls our webhook: believe that it is the provider, nothing more."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
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


def hear(
    provider: str,
    endpoint: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
    *,
    endpoints: Mapping[str, SpeechProvider],
    secret: str,
    queue: Queue,
    heard: Heard,
) -> str:
    """What to answer. Raises `ProviderUnauthorised` on a bad signature and `UnknownEndpoint`.

    A hint is handed on at once; nothing is looked up while the provider waits.
    """
    adapter = endpoints.get(endpoint)
    if adapter is None or adapter.name != provider:
        raise UnknownEndpoint("There is no such endpoint.")
    said = adapter.read_webhook(headers, query, body, secret)
    if isinstance(said, WebhookChallenge):
        event("webhook.challenged", endpoint=endpoint)
        return said.answer
    if said.transcription_id and said.invocation_id not in heard:
        queue.send(Collect(endpoint=endpoint, transcription_id=said.transcription_id))
        heard.note(said.invocation_id)
        event("webhook.heard", endpoint=endpoint, said=said.event)
    return ""


def ensure_webhooks(endpoints: Mapping[str, SpeechProvider], *, base_url: str, secret: str) -> None:
    """Register our webhook at every endpoint, or switch it on again where the provider switched
    it off. Polling goes on meanwhile, so an endpoint that fails here is only logged."""
    for name, provider in endpoints.items():
        try:
            if any([*provider.ensure_webhook(webhook_url(base_url, provider.name, name), secret)]):
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
