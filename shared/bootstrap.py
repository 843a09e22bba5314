"""The composition root: which adapter fills which port. Built once in a process, on first use."""

from __future__ import annotations

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from typing import cast
from uuid import uuid4

import httpx
import msgspec
import requests

from shared.application import Application, Ports
from shared.event_ports import NoAnswer
from shared.log import quiet_libraries
from shared.model.address import BadAddress
from shared.model.capabilities import Capabilities
from shared.model.options import Mode
from shared.model.policy import Policy
from shared.model.price import PriceTable, Rate
from shared.model.signature import USUAL_BYTES, make_secret
from shared.outbound.http import FORBIDDEN, OutboundHttp
from shared.outgoing import EventPorts
from shared.ports import SpeechProvider
from shared.profiles import load_profiles
from shared.providers.azure_speech.auth import default_credential
from shared.providers.offer import Connection
from shared.providers.registry import DEFAULT_PRICES, OFFERS
from shared.setting_addresses import Endpoint
from shared.settings import Settings, read_settings
from shared.stores.blobs import BlobAudio, BlobOutputs
from shared.stores.clients import SasSigner, StorageAccount
from shared.stores.deliveries import TableDeliveries
from shared.stores.outbox import TableOutbox
from shared.stores.queues import StorageQueue
from shared.stores.requests import BlobRequests
from shared.stores.subscriptions import BlobConfidences, TableSubscriptions
from shared.stores.table import (
    TableActiveJobs,
    TableBatchStore,
    TableContents,
    TableDiaries,
    TableEndpointBook,
)
from shared.stores.uploads import SignedUploads
from shared.stores.web_audio import Answer, Fetch, HttpWebAudio, Refused, Unreachable
from shared.usecases.sweep import webhook_url

CALLERS = 16  # calls at a time of one process to receivers of events
ROOT = Path(__file__).resolve().parent.parent
CAPABILITIES: Mapping[str, Capabilities] = {n: offer.limits for n, offer in OFFERS.items()}


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def application() -> Application:
    """The application of this process. Raises `ConfigurationError` with every problem."""
    with _building:
        return _application()


@cache
def _application() -> Application:
    quiet_libraries()
    return build(read_settings())


_building = Lock()  # a process starts with many messages at once, and `cache` lets all of them in


def build(
    settings: Settings,
    *,
    http: httpx.Client | None = None,
    session: requests.Session | None = None,
) -> Application:
    """Wire everything together for these settings. `http` carries the calls to providers,
    `session` those to storage."""
    account = StorageAccount(
        settings.data_storage, lambda: default_credential(settings.azure_client_id), session
    )
    signs, signer = _signs_links(settings), SasSigner(account.blobs, settings.sas_hours)
    table = account.table(settings.state_table)
    policy = _policy(settings)
    secret = settings.webhook_secret
    outbound = OutboundHttp(allow_http=settings.allow_http, allowed=settings.outbound_networks)
    return Application(
        Ports(
            clock=SystemClock(),
            audio=BlobAudio(account.blobs, signer if signs else lambda *_: ""),
            outputs=BlobOutputs(account.blobs),
            store=TableBatchStore(table),
            active=TableActiveJobs(table),
            book=TableEndpointBook(table),
            diaries=TableDiaries(table),
            contents=TableContents(table),
            queue=StorageQueue(account.queues),
            requests=BlobRequests(account.blobs, settings.batches_container),
            web=HttpWebAudio(_fetching(outbound)),
            uploads=SignedUploads(account.blobs, signer),
            providers=_endpoints(settings, http or _http_client()),
            capabilities={
                name: offer.limits_with(settings.of_provider[name])
                for name, offer in OFFERS.items()
            },
            profiles=load_profiles(
                ROOT / settings.profiles_file,
                providers={endpoint.provider for endpoint in settings.endpoints},
                sas_hours=settings.sas_hours if signs else None,
            ),
            policy=policy,
            prices=_prices(settings),
            pool=ThreadPoolExecutor(2 * policy.write_threads, thread_name_prefix="write"),
            new_id=lambda: uuid4().hex[:24],
            deployment=_deployment(account.blobs.url, settings.state_table),
            events=EventPorts(
                outbox=TableOutbox(table),
                subscriptions=TableSubscriptions(table),
                confidences=BlobConfidences(account.blobs, settings.subscriptions_container),
                deliveries=TableDeliveries(table),
                sender=outbound,
                callers=ThreadPoolExecutor(CALLERS, thread_name_prefix="deliver"),
                new_secret=lambda: make_secret(token_bytes(USUAL_BYTES)),
                chance=random.random,
                own_secrets=[own.reveal() for own in settings.events_secret],
            ),
            intake=settings.audio_container,
            transcripts=settings.transcripts_container,
            reports=settings.reports_container,
            errors=settings.errors_container,
            manifests=settings.manifests_container,
            dead_letters=settings.dead_letters_container,
            uploads_container=settings.uploads_container,
            sources=settings.manifest_sources
            or (settings.uploads_container, settings.audio_container),
            allow_http=settings.allow_http,
            webhook_url=settings.webhook_base_url,
            webhook_secret=secret.reveal() if secret else "",
        )
    )


def _fetching(outbound: OutboundHttp) -> Fetch:
    """Audio at https addresses is fetched past the same guard as events are sent."""

    def fetch(url: str, headers: Mapping[str, str], most: int) -> Answer:
        try:
            return Answer(*outbound.get(url, headers, most))
        except BadAddress:
            raise Refused from None
        except NoAnswer as error:
            raise (Refused if error.problem == FORBIDDEN else Unreachable) from None

    return fetch


def _deployment(blobs_url: str, table: str) -> str:
    """Eight hex digits that tell the state of this deployment from that of any other."""
    return sha256(f"{blobs_url} {table}".encode()).hexdigest()[:8]


def _policy(settings: Settings) -> Policy:
    """A create call has to start and to end before anybody looks for what became of it: a
    quarter and a half of that time are left for these."""
    return Policy(
        coalesce_seconds=settings.coalesce_seconds,
        settle_seconds=min(5, settings.coalesce_seconds),
        slice_size=settings.slice_size,
        write_threads=settings.write_concurrency,
        max_attempts=settings.max_attempts,
        max_active_of={name: own["max_active_jobs"] for name, own in settings.of_provider.items()},
        poll_min_seconds=settings.poll_min_seconds,
        poll_max_seconds=settings.poll_max_seconds,
        submit_within_seconds=min(20, settings.resolve_after_seconds // 4),
        resolve_after_seconds=settings.resolve_after_seconds,
        refetch_seconds=settings.refetch_seconds,
        stuck_after_seconds=settings.stuck_after_seconds,
        relist_seconds=settings.relist_seconds,
        event_patience_seconds=settings.event_patience_seconds,
        orphans_seconds=settings.orphans_seconds,
        orphan_age_seconds=settings.orphan_age_seconds,
        endpoint_pause_seconds=settings.endpoint_pause_seconds,
        deliveries_days=settings.deliveries_days,
        reuse_days=settings.reuse_days,
        submitted_seconds=settings.submitted_seconds,
        give_up_seconds=settings.give_up_seconds,
        fall_over_seconds=settings.fall_over_seconds,
    )


def _signs_links(settings: Settings) -> bool:
    """Whether links to the audio carry a SAS; without, the provider's own identity reads."""
    used = {endpoint.provider for endpoint in settings.endpoints}
    return all(settings.of_provider[name].get("reads_audio", "sas") == "sas" for name in used)


def _endpoints(settings: Settings, http: httpx.Client) -> dict[str, SpeechProvider]:
    """`submit` starts within a quarter of the time after which an intent is looked up, and its
    create call ends within half of it; what is left, but for a tenth, is for what goes before."""
    credential = cache(lambda: default_credential(settings.azure_client_id))
    secret, longest = settings.webhook_secret, settings.resolve_after_seconds
    create_seconds = min(60, longest / 2)
    return {
        endpoint.name: OFFERS[endpoint.provider].connect(
            Connection(
                url=endpoint.url,
                key=endpoint.key.reveal() if endpoint.key else None,
                http=http,
                credential=credential,
                settings=settings.of_provider[endpoint.provider],
                create_seconds=create_seconds,
                prepare_seconds=0.9 * longest - create_seconds - min(20, longest // 4),
                webhook_url=_webhook_url(settings, endpoint),
                webhook_secret=secret.reveal() if secret else "",
            )
        )
        for endpoint in settings.endpoints
    }


def _webhook_url(settings: Settings, endpoint: Endpoint) -> str | None:
    base = settings.webhook_base_url
    return webhook_url(base, endpoint.provider, endpoint.name) if base else None


def _http_client() -> httpx.Client:
    return httpx.Client(limits=httpx.Limits(max_connections=64, max_keepalive_connections=32))


def _prices(settings: Settings) -> PriceTable:
    """The default table with the deployment's own amounts in place of the list prices."""
    rates: dict[str, dict[Mode, Rate]] = {
        name: dict(modes) for name, modes in DEFAULT_PRICES.rates.items()
    }
    for key, amount in settings.prices.items():
        provider, _, mode = key.partition("/")
        modes = rates.setdefault(provider, {})
        known = modes.get(cast(Mode, mode), Rate(per_hour=0))
        modes[cast(Mode, mode)] = msgspec.structs.replace(known, per_hour=amount)
    return PriceTable(currency=settings.price_currency, rates=rates)
