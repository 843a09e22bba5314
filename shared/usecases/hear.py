"""A provider calls our webhook: believe that it is the provider, nothing more."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from shared.errors import UnknownEndpoint
from shared.log import event
from shared.messages import Collect
from shared.ports import Queue, SpeechProvider, WebhookChallenge


class Heard:
    """The calls that this process has heard lately, by the provider's id for each."""

    def __init__(self, most: int = 1_000) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._most, self._lock = most, Lock()

    def before(self, invocation_id: str | None) -> bool:
        """Whether this call was heard before; it has been now."""
        if not invocation_id:
            return False
        with self._lock:
            is_known = invocation_id in self._ids
            self._ids[invocation_id] = None
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)
        return is_known


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
    if said.transcription_id and not heard.before(said.invocation_id):
        queue.send(Collect(endpoint=endpoint, transcription_id=said.transcription_id))
        event("webhook.heard", endpoint=endpoint, said=said.event)
    return ""
