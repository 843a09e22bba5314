"""The part of the composition root on providers: an adapter for each endpoint, and their HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import httpx

from shared.configuration.settings import Settings
from shared.finders.offer import Connection as ServiceConnection
from shared.finders.registry import FINDER
from shared.model.job.lane import in_lane
from shared.model.reference import is_reference
from shared.model.setting import Endpoint
from shared.pipeline.collect.webhook import webhook_url
from shared.ports.answers import Answers
from shared.ports.finder import Finder
from shared.ports.prompter import Prompter
from shared.ports.provider import SpeechProvider
from shared.ports.searcher import Searcher
from shared.prompters.registry import PROMPTER
from shared.providers.identity import default_credential
from shared.providers.offer import Connection
from shared.providers.quiet_sockets import KEEP_ALIVE
from shared.providers.registry import OFFERS
from shared.providers.unresolved import without_a_key
from shared.searchers.registry import SEARCHER

_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32)


def endpoints(settings: Settings, http: httpx.Client) -> dict[str, SpeechProvider]:
    """`submit` starts within a quarter of the time after which an intent is looked up, and its
    create call ends within half of it; what is left, but for a tenth, is for what goes before."""
    connections = _connections(settings, http)
    return {
        endpoint.name: OFFERS[endpoint.provider].connect(connection)
        for endpoint, connection in zip(settings.endpoints, connections, strict=True)
    }


def lanes(settings: Settings, http: httpx.Client, answers: Answers) -> dict[str, SpeechProvider]:
    """What lanes have of each endpoint."""
    connections = _connections(settings, http)
    return {
        in_lane(endpoint.name, mode): connect(connection, answers)
        for endpoint, connection in zip(settings.endpoints, connections, strict=True)
        for mode, connect in OFFERS[endpoint.provider].lanes.items()
    }


def _connections(settings: Settings, http: httpx.Client) -> list[Connection]:
    """One for each endpoint."""
    credential = cache(lambda: default_credential(settings.azure_client_id))
    secret, policy = settings.webhook_secret, settings.policy
    longest = policy.resolve_after_seconds
    create_seconds = min(60, longest / 2)
    unusable = without_a_key()
    return [
        Connection(
            url=endpoint.url,
            key=endpoint.key.reveal() if endpoint.key else None,
            http=unusable if endpoint.key and is_reference(endpoint.key.reveal()) else http,
            credential=credential,
            settings=settings.of_provider[endpoint.provider],
            create_seconds=create_seconds,
            prepare_seconds=0.9 * longest - create_seconds - policy.submit_within_seconds,
            webhook_url=_webhook_url(settings, endpoint),
            webhook_secret=secret.reveal() if secret else "",
        )
        for endpoint in settings.endpoints
    ]


def finder(settings: Settings, http: httpx.Client) -> Finder | None:
    """None where the settings name no address of one."""
    if settings.of_finder["endpoint"] is None:
        return None
    credential = cache(lambda: default_credential(settings.azure_client_id))
    return FINDER.connect(ServiceConnection(http, credential, settings.of_finder))


def analysts(settings: Settings, http: httpx.Client) -> Mapping[str, Finder]:
    """Who finds insights, by name: the same service, where the settings name its address."""
    if settings.of_finder["endpoint"] is None:
        return {}
    credential = cache(lambda: default_credential(settings.azure_client_id))
    return FINDER.analysts(ServiceConnection(http, credential, settings.of_finder))


def prompter(settings: Settings, http: httpx.Client) -> Prompter | None:
    """None where the settings name no address of one."""
    if settings.of_prompter["endpoint"] is None:
        return None
    credential = cache(lambda: default_credential(settings.azure_client_id))
    return PROMPTER.connect(ServiceConnection(http, credential, settings.of_prompter))


def searcher(settings: Settings, http: httpx.Client) -> Searcher | None:
    """None where the settings name no address of one."""
    if settings.of_searcher["endpoint"] is None:
        return None
    credential = cache(lambda: default_credential(settings.azure_client_id))
    return SEARCHER.connect(ServiceConnection(http, credential, settings.of_searcher))


def _webhook_url(settings: Settings, endpoint: Endpoint) -> str | None:
    base = settings.webhook_base_url
    return webhook_url(base, endpoint.provider, endpoint.name) if base else None


def http_client() -> httpx.Client:
    return httpx.Client(limits=_LIMITS)


def patient_client() -> httpx.Client:
    """For connections on which nothing may come for minutes."""
    return httpx.Client(transport=httpx.HTTPTransport(limits=_LIMITS, socket_options=KEEP_ALIVE))
