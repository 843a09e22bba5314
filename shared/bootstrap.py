"""The composition root: which adapter fills which port. Built once in a process, on first use."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from secrets import token_bytes
from threading import Lock
from uuid import uuid4

import httpx
import requests

from shared.application import Application
from shared.configuration.in_force import InForce, profiles_in_force, signs_links
from shared.configuration.settings import Settings, read_settings
from shared.log import event, quiet_libraries
from shared.model.access.key import KEY_BYTES, digest_of
from shared.model.events.signature import USUAL_BYTES, make_secret
from shared.model.money.brakes import DEPLOYMENT, Ceiling, profile_scope
from shared.model.money.price import with_amounts
from shared.model.profile.profile import Profile
from shared.model.setting import Endpoint
from shared.outbound.http import OutboundHttp
from shared.outbound.web_audio import HttpWebAudio
from shared.pipeline.collect.webhook import webhook_url
from shared.pool import TellingPool
from shared.ports.ground import AccessPorts, EventPorts, Ports, ProfilesFile
from shared.ports.provider import SpeechProvider
from shared.providers.azure_speech.auth import default_credential
from shared.providers.offer import Connection
from shared.providers.registry import DEFAULT_PRICES, OFFERS
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.links import SignedOutputLinks
from shared.stores.blob.outputs import BlobOutputs
from shared.stores.blob.requests import BlobRequests
from shared.stores.blob.revisions import BlobRevisions
from shared.stores.blob.uploads import SignedUploads
from shared.stores.clients import SasSigner, StorageAccount
from shared.stores.patience import limits_within
from shared.stores.queues import StorageLeftovers, StorageQueue
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.brakes import TableBrakes
from shared.stores.table.deliveries import TableDeliveries
from shared.stores.table.indices import (
    TableActiveJobs,
    TableContents,
    TableDiaries,
    TableEndpointBook,
)
from shared.stores.table.keys import TableApiKeys
from shared.stores.table.line import TableLine
from shared.stores.table.names import TableNames
from shared.stores.table.outbox import TableOutbox
from shared.stores.table.subscriptions import BlobConfidences, TableSubscriptions

CALLERS = 16  # calls at a time of one process to receivers of events


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
    settings = read_settings()
    if settings.unknown:
        event("settings.unknown", problems=settings.unknown, level=30)
    return build(settings)


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
        settings.data_storage,
        lambda: default_credential(settings.azure_client_id),
        session,
        limits_within(settings.policy.resolve_after_seconds),
    )
    signs, signer = signs_links(settings), SasSigner(account.blobs, settings.sas_hours)
    table = account.table(settings.state_table)
    secret = settings.webhook_secret
    asked = BlobRequests(account.blobs, settings.batches_container)
    in_force = _in_force(settings, asked)
    outbound = OutboundHttp(allow_http=settings.allow_http, allowed=settings.outbound_networks)
    return Application(
        Ports(
            clock=SystemClock(),
            audio=BlobAudio(account.blobs, signer if signs else lambda *_: ""),
            outputs=BlobOutputs(account.blobs),
            store=TableBatchStore(table),
            active=TableActiveJobs(table),
            line=TableLine(table),
            book=TableEndpointBook(table),
            diaries=TableDiaries(table),
            contents=TableContents(table),
            names=TableNames(table),
            queue=StorageQueue(account.queues),
            leftovers=StorageLeftovers(account.queues),
            requests=asked,
            web=HttpWebAudio(outbound.get, outbound.head),
            revisions=BlobRevisions(account.blobs, settings.revisions_container),
            uploads=SignedUploads(account.blobs, signer),
            output_links=SignedOutputLinks(account.blobs, signer),
            providers=_endpoints(settings, http or _http_client()),
            capabilities={
                name: offer.limits_with(settings.of_provider[name])
                for name, offer in OFFERS.items()
            },
            profiles=in_force.profiles,
            profiles_file=ProfilesFile(in_force.text, in_force.problems),
            policy=settings.policy,
            prices=with_amounts(DEFAULT_PRICES, settings.prices, settings.price_currency),
            pool=TellingPool(2 * settings.policy.write_threads, "write"),
            new_id=lambda: uuid4().hex[:24],
            deployment=_deployment(account.blobs.url, settings.state_table),
            events=EventPorts(
                outbox=TableOutbox(table),
                subscriptions=TableSubscriptions(table),
                confidences=BlobConfidences(account.blobs, settings.subscriptions_container),
                deliveries=TableDeliveries(table),
                sender=outbound,
                callers=TellingPool(CALLERS, "deliver"),
                new_secret=lambda: make_secret(token_bytes(USUAL_BYTES)),
                chance=random.random,
                own_secrets=[own.reveal() for own in settings.events_secret],
            ),
            access=AccessPorts(
                keys=TableApiKeys(table),
                new_bytes=lambda: token_bytes(KEY_BYTES),
                owner_digest=digest_of(settings.owner_key.reveal()) if settings.owner_key else "",
            ),
            brakes=TableBrakes(table),
            intake=settings.audio_container,
            transcripts=settings.transcripts_container,
            reports=settings.reports_container,
            errors=settings.errors_container,
            corrected=settings.corrected_container,
            manifests=settings.manifests_container,
            dead_letters=settings.dead_letters_container,
            uploads_container=settings.uploads_container,
            sources=settings.manifest_sources
            or (settings.uploads_container, settings.audio_container),
            allow_http=settings.allow_http,
            webhook_url=settings.webhook_base_url,
            webhook_secret=secret.reveal() if secret else "",
            ceilings=_ceilings(settings, in_force.profiles),
            stopped=settings.stopped,
            schedules={"poll": settings.poll_schedule, "sweep": settings.sweep_schedule},
            warnings=settings.unknown,
        )
    )


def _in_force(settings: Settings, asked: BlobRequests) -> InForce:
    found = profiles_in_force(settings, asked.recall)
    if found.problems:
        event("profiles.refused", problems=len(found.problems), first=found.problems[0], level=40)
    return found


def _ceilings(settings: Settings, profiles: Sequence[Profile]) -> dict[str, Ceiling]:
    """Of a day, by scope: those that are set."""
    own = Ceiling(amount=settings.most_cost_per_day, hours=settings.most_audio_hours_per_day)
    found = {DEPLOYMENT: own}
    for profile in profiles:
        ceiling = Ceiling(amount=profile.most_per_day, hours=profile.most_hours_per_day)
        found[profile_scope(profile.name)] = ceiling
    return {scope: ceiling for scope, ceiling in found.items() if ceiling.is_set}


def _deployment(blobs_url: str, table: str) -> str:
    """Eight hex digits that tell the state of this deployment from that of any other."""
    return sha256(f"{blobs_url} {table}".encode()).hexdigest()[:8]


def _endpoints(settings: Settings, http: httpx.Client) -> dict[str, SpeechProvider]:
    """`submit` starts within a quarter of the time after which an intent is looked up, and its
    create call ends within half of it; what is left, but for a tenth, is for what goes before."""
    credential = cache(lambda: default_credential(settings.azure_client_id))
    secret, policy = settings.webhook_secret, settings.policy
    longest = policy.resolve_after_seconds
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
                prepare_seconds=0.9 * longest - create_seconds - policy.submit_within_seconds,
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
