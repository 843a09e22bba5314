"""The composition root: which adapter fills which port. Built once in a process, on first use."""

from __future__ import annotations

import random
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from secrets import token_bytes
from threading import Lock
from time import monotonic
from typing import TypedDict
from uuid import uuid4

import httpx
import requests
from azure.data.tables import TableClient
from azure.storage.blob import BlobServiceClient

from shared.application import Application
from shared.configuration.in_force import InForce, parsed, profiles_in_force, signs_links
from shared.configuration.insights import insights_in
from shared.configuration.offered import capabilities_by, prices_by
from shared.configuration.settings import Settings, read_settings
from shared.confined.converter import converter
from shared.connections import (
    analysts,
    endpoints,
    finder,
    http_client,
    lanes,
    patient_client,
    prompter,
    searcher,
)
from shared.errors import DropscribeError
from shared.log import event, quiet_libraries
from shared.model.access.key import KEY_BYTES, digest_of
from shared.model.events.signature import USUAL_BYTES, make_secret
from shared.model.insights.insight import Insight
from shared.model.money.brakes import DEPLOYMENT, Ceiling, profile_scope
from shared.model.profile.profile import Profile, version_of
from shared.model.setting import LOCAL_KEY
from shared.outbound.http import OutboundHttp
from shared.outbound.web_audio import HttpWebAudio
from shared.pipeline.watch.profiles import given_text
from shared.pool import TellingPool
from shared.ports.blobs import Requests
from shared.ports.ground import AccessPorts, EventPorts, Ports, ProfilesFile, SearchPorts
from shared.ports.listening import ListeningPorts
from shared.ports.sealing import Sealer
from shared.providers.identity import default_credential
from shared.stores.blob.answers import BlobAnswers
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.copies import BlobCopies
from shared.stores.blob.glossaries import BlobGlossaries
from shared.stores.blob.links import SignedOutputLinks
from shared.stores.blob.listening import BlobListeningNotes
from shared.stores.blob.outputs import BlobOutputs
from shared.stores.blob.pieces import BlobPieces
from shared.stores.blob.requests import BlobRequests
from shared.stores.blob.revisions import BlobRevisions
from shared.stores.blob.trail import BlobTrail
from shared.stores.blob.unredacted import BlobUnredacted
from shared.stores.blob.uploads import SignedUploads
from shared.stores.call_limits import limits_within
from shared.stores.clients import SasSigner, StorageAccount
from shared.stores.queues import StorageLeftovers, StorageQueue
from shared.stores.sealing.keys import VAULT_SCOPE, LocalKey, VaultKey
from shared.stores.sealing.seal import EnvelopeSealer, NoSealer
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.brakes import TableBrakes
from shared.stores.table.deliveries import TableDeliveries
from shared.stores.table.earlier_names import TableNames
from shared.stores.table.indices import (
    TableActiveJobs,
    TableContents,
    TableDiaries,
    TableEndpointBook,
)
from shared.stores.table.keys import TableApiKeys
from shared.stores.table.line import TableLine
from shared.stores.table.outbox import TableOutbox
from shared.stores.table.subscriptions import BlobConfidences, TableSubscriptions

FRESH_SECONDS = 60  # profiles that an owner gave are in force everywhere after that long
READERS = 32  # reads at a time of one process for those who search
CALLERS = 16  # calls at a time of one process to receivers of events


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Lasting:
    """The application of a process, on the profiles that are in force: once a minute it looks
    whether an owner gave others, and is built anew where that is so. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._looked_at = clock, 0.0
        self._building = Lock()  # a process starts with many messages at once
        self._settings: Settings | None = None
        self._app: Application | None = None
        self._given: str | None = None

    def __call__(self) -> Application:
        """Raises `ConfigurationError` with every problem, and `StoreUnavailable` where nobody can
        say which profiles are in force."""
        with self._building:
            app = self._app or self._start()
            is_due = self._clock() - self._looked_at >= FRESH_SECONDS
            if is_due:
                self._looked_at = self._clock()
        return self._looked(app) if is_due else app

    def _start(self) -> Application:
        quiet_libraries()
        self._settings = read_settings()
        if self._settings.unknown:
            event("settings.unknown", problems=self._settings.unknown, level=30)
        self._app = build(self._settings, takes_given=True)
        file = self._app.ports.profiles_file
        self._given = file.text if file.origin == "given" else None
        self._looked_at = self._clock()
        return self._app

    def _looked(self, app: Application) -> Application:
        """Where storage does not tell, the profiles of before are the best that is known."""
        try:
            given = given_text(app.ports.requests)
        except DropscribeError:
            return app
        if given == self._given or self._settings is None:
            return app
        found = _in_force(self._settings, app.ports.requests, given)
        self._given = given
        self._app = Application(app.ports._replace(**_of_profiles(self._settings, found)))
        event("profiles.changed", version=version_of(found.text), origin=found.origin)
        return self._app


application = Lasting()
"""The application of this process."""


def build(
    settings: Settings,
    *,
    http: httpx.Client | None = None,
    session: requests.Session | None = None,
    takes_given: bool = False,
) -> Application:
    """Wire everything together for these settings. `http` carries the calls to providers,
    `session` those to storage. `takes_given`: profiles that an owner gave go over those of the
    release, which takes a look into storage."""
    account = StorageAccount(
        settings.data_storage,
        lambda: default_credential(settings.azure_client_id),
        session,
        limits_within(settings.policy.resolve_after_seconds),
    )
    signs, signer = signs_links(settings), SasSigner(account.blobs, settings.sas_hours)
    table = account.table(settings.state_table)
    secret = settings.webhook_secret
    sealer = _sealer(settings)
    asked = BlobRequests(account.blobs, settings.batches_container, sealer)
    answers = BlobAnswers(account.blobs, settings.answers_container, sealer)
    given = given_text(asked) if takes_given else None
    in_force = _in_force(settings, asked, given)
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
            copies=BlobCopies(account.blobs, settings.prepared_container),
            converter=converter,
            listening=ListeningPorts(
                copies=BlobCopies(account.blobs, settings.listening_container),
                notes=BlobListeningNotes(account.blobs, settings.listening_container),
            ),
            redacted_audio=ListeningPorts(
                copies=BlobCopies(account.blobs, settings.redacted_audio_container),
                notes=BlobListeningNotes(account.blobs, settings.redacted_audio_container),
            ),
            unredacted=BlobUnredacted(account.blobs, settings.unredacted_container),
            revisions=BlobRevisions(account.blobs, settings.revisions_container),
            glossaries=BlobGlossaries(account.blobs, settings.revisions_container),
            uploads=SignedUploads(account.blobs, signer),
            output_links=SignedOutputLinks(account.blobs, signer),
            providers={
                **endpoints(settings, http or http_client()),
                **lanes(settings, http or patient_client(), answers),
            },
            capabilities=capabilities_by(settings),
            **_of_profiles(settings, in_force),
            policy=settings.policy,
            prices=prices_by(settings),
            pool=TellingPool(2 * settings.policy.write_threads, "write"),
            new_id=lambda: uuid4().hex[:24],
            deployment=_deployment(account.blobs.url, settings.state_table),
            events=_event_ports(settings, account.blobs, table, sealer, outbound),
            access=_access_ports(settings, account.blobs, table),
            search=_search_ports(settings, account.blobs, http),
            exports=BlobPieces(account.blobs, settings.exports_container),
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
            networks=settings.outbound_networks,
            webhook_url=settings.webhook_base_url,
            webhook_secret=secret.reveal() if secret else "",
            stopped=settings.stopped,
            finder=finder(settings, http or http_client()),
            prompter=prompter(settings, http or http_client()),
            analysts=analysts(settings, http or http_client()),
            schedules={"poll": settings.poll_schedule, "sweep": settings.sweep_schedule},
            warnings=settings.unknown,
        )
    )


def _event_ports(
    settings: Settings,
    blobs: BlobServiceClient,
    table: TableClient,
    sealer: Sealer,
    outbound: OutboundHttp,
) -> EventPorts:
    return EventPorts(
        outbox=TableOutbox(table),
        subscriptions=TableSubscriptions(table),
        confidences=BlobConfidences(blobs, settings.subscriptions_container, sealer),
        deliveries=TableDeliveries(table),
        sender=outbound,
        calls=CALLERS,
        callers=TellingPool(CALLERS, "deliver"),
        new_secret=lambda: make_secret(token_bytes(USUAL_BYTES)),
        chance=random.random,
        own_secrets=[own.reveal() for own in settings.events_secret],
    )


def _access_ports(settings: Settings, blobs: BlobServiceClient, table: TableClient) -> AccessPorts:
    return AccessPorts(
        keys=TableApiKeys(table),
        trail=BlobTrail(blobs, settings.audit_container),
        new_bytes=lambda: token_bytes(KEY_BYTES),
        new_call_id=lambda: uuid4().hex[:16],
        owner_digest=digest_of(settings.owner_key.reveal()) if settings.owner_key else "",
    )


def _search_ports(
    settings: Settings, blobs: BlobServiceClient, http: httpx.Client | None
) -> SearchPorts:
    return SearchPorts(
        pieces=BlobPieces(blobs, settings.search_container),
        pool=TellingPool(READERS, "search"),
        is_on=settings.search,
        searcher=searcher(settings, http or http_client()),
        days=settings.of_searcher["days"],
    )


class _OfProfiles(TypedDict):
    """What follows from the file of profiles."""

    profiles: tuple[Profile, ...]
    insights: Mapping[str, Insight]
    profiles_file: ProfilesFile
    ceilings: dict[str, Ceiling]


def _of_profiles(settings: Settings, found: InForce) -> _OfProfiles:
    check = partial(parsed, settings=settings, is_new=True)
    return _OfProfiles(
        profiles=found.profiles,
        insights=insights_in(found.text),
        profiles_file=ProfilesFile(found.text, found.problems, found.origin, check),
        ceilings=_ceilings(settings, found.profiles),
    )


def _in_force(settings: Settings, asked: Requests, given: str | None) -> InForce:
    found = profiles_in_force(settings, asked.recall, given)
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


def _sealer(settings: Settings) -> Sealer:
    """By a key of the vault, or of this machine."""
    if settings.sealing_key is None:
        return NoSealer()
    said = settings.sealing_key.reveal()
    if said.startswith(LOCAL_KEY):
        return EnvelopeSealer(LocalKey(b64decode(said.removeprefix(LOCAL_KEY))))
    credential = cache(lambda: default_credential(settings.azure_client_id))

    def token() -> str:
        return credential().get_token(VAULT_SCOPE).token

    return EnvelopeSealer(VaultKey(said, token, httpx.Client()))
