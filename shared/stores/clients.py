"""The SDK's clients for one storage account, by identity or by Azurite's connection string.

All of them share one pool of connections: the SDK's own default keeps ten a client, and a slice
alone writes more than that side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import TableClient, TableServiceClient
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ContainerSasPermissions,
    ExponentialRetry,
    UserDelegationKey,
    generate_blob_sas,
    generate_container_sas,
)
from azure.storage.queue import QueueServiceClient

from shared.model.setting import DataStorage
from shared.stores.call_limits import ATTEMPTS, CallLimits
from shared.stores.session import StorageSession

CONNECTIONS = 64
_KEY_LIFE = timedelta(days=6)  # of the seven that a user delegation key can live
_CLOCK_SKEW = timedelta(minutes=15)
_LONGEST = timedelta(hours=167)
"""Of a link. A key is refused that would end more than seven days from now by the clock of the
service, or more than seven days after its beginning, and that is before now by ours.
https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key"""


class StorageAccount:
    """`credential` is used where the settings hold addresses instead of a connection string.
    `session` carries every request; a benchmark gives one that counts them."""

    def __init__(
        self,
        settings: DataStorage,
        credential: Callable[[], Any],
        session: requests.Session | None = None,
        limits: CallLimits = CallLimits(),  # noqa: B008  a value, never changed
    ) -> None:
        self._settings, self._new_credential = settings, credential
        self._limits = limits
        self._session = session or StorageSession(CONNECTIONS)

    @cached_property
    def _credential(self) -> Any:
        return self._new_credential()

    @cached_property
    def blobs(self) -> BlobServiceClient:
        secret = self._settings.connection_string
        if secret is not None:
            return BlobServiceClient.from_connection_string(secret.reveal(), **self._options())
        uri = str(self._settings.blob_service_uri)
        return BlobServiceClient(uri, self._credential, **self._options())

    @cached_property
    def queues(self) -> QueueServiceClient:
        secret = self._settings.connection_string
        if secret is not None:
            return QueueServiceClient.from_connection_string(secret.reveal(), **self._options())
        uri = str(self._settings.queue_service_uri)
        return QueueServiceClient(uri, self._credential, **self._options())

    def table(self, name: str) -> TableClient:
        secret = self._settings.connection_string
        options: dict[str, Any] = {
            "transport": self._transport(),
            "retry_total": self._limits.repeats,
            "retry_backoff_factor": 0.5,
            "raw_request_hook": ATTEMPTS.note,
        }
        if secret is not None:
            service = TableServiceClient.from_connection_string(secret.reveal(), **options)
        else:
            service = TableServiceClient(
                endpoint=str(self._settings.table_service_uri),
                credential=self._credential,
                **options,
            )
        return service.get_table_client(name)

    def _options(self) -> dict[str, Any]:
        """Of the clients for blobs and queues, whose pauses are half a minute by default."""
        retries = ExponentialRetry(
            initial_backoff=0,
            increment_base=1,
            random_jitter_range=1,
            retry_total=self._limits.repeats,
        )
        return {"transport": self._transport(), "retry_policy": retries}

    def _transport(self) -> RequestsTransport:
        return RequestsTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=self._limits.connect_seconds,
            read_timeout=self._limits.read_seconds,
        )


class SasSigner:
    """Makes the query by which a provider may read a blob, or list and read a container, and
    others may do what they are allowed to.

    With an account key (Azurite) it signs with that; otherwise with a user delegation key, asked
    for once and kept until it is too old for a new link.
    """

    def __init__(self, service: BlobServiceClient, hours: int) -> None:
        self._service = service
        self._life = timedelta(hours=hours)
        self._key: UserDelegationKey | None = None
        self._key_ends_at = datetime.min.replace(tzinfo=UTC)
        self._lock = Lock()

    def __call__(self, container: str, name: str | None) -> str:
        if name is not None:
            return self.sign(container, name, BlobSasPermissions(read=True), self._life)
        permission = ContainerSasPermissions(read=True, list=True)
        common = self._common(container, self._life)
        return str(generate_container_sas(permission=permission, **common))

    def sign(
        self, container: str, name: str, permission: BlobSasPermissions, life: timedelta
    ) -> str:
        """The query that lets a stranger do so much with one blob, for so long."""
        common = self._common(container, life)
        return str(generate_blob_sas(blob_name=name, permission=permission, **common))

    def _common(self, container: str, life: timedelta) -> dict[str, Any]:
        now, life = datetime.now(UTC), min(life, _LONGEST)
        return {
            "account_name": str(self._service.account_name),
            "container_name": container,
            "expiry": now + life,
            "start": now - _CLOCK_SKEW,
            "protocol": "https" if self._service.url.startswith("https:") else None,
            **self._signing_key(now, now + life),
        }

    def _signing_key(self, now: datetime, expiry: datetime) -> dict[str, Any]:
        account_key = getattr(self._service.credential, "account_key", None)
        if account_key:
            return {"account_key": account_key}
        with self._lock:
            if expiry > self._key_ends_at:
                ends_at = max(now + _KEY_LIFE, expiry)
                self._key = self._service.get_user_delegation_key(now - _CLOCK_SKEW, ends_at)
                self._key_ends_at = ends_at
            return {"user_delegation_key": self._key}
