"""Subscriptions: rows for what may be shown, blobs of ours for addresses and secrets.

partition         row        holds
!subscriptions    <id>       a subscription
"""

from __future__ import annotations

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableClient
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.errors import StoreConflict
from shared.model.events.notice import Notice
from shared.model.events.subscription import Confidential, Subscription
from shared.ports.sealing import Sealer
from shared.stores.failures import storage_errors
from shared.stores.table.outbox import notice_change
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from shared.stores.table.transaction import write

SUBSCRIPTIONS = "!subscriptions"
prepare(Subscription)
_decoder = msgspec.json.Decoder(Confidential)


class TableSubscriptions:
    """`shared.event_ports.Subscriptions`."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def all(self) -> list[Subscription]:
        where = "PartitionKey eq @pk and RowKey ge '0'"  # notices sort before
        with storage_errors("list subscriptions", "table"):
            rows = self._rows.query(where, {"pk": SUBSCRIPTIONS})
            return [from_row(Subscription, row) for row in rows]

    def get(self, subscription_id: str) -> Subscription | None:
        return self._rows.read(Subscription, SUBSCRIPTIONS, subscription_id)

    def insert(self, subscription: Subscription) -> None:
        if self._rows.insert(SUBSCRIPTIONS, subscription.id, subscription) is None:
            raise StoreConflict("insert subscription: there is one")

    def save(self, subscription: Subscription, notice: Notice | None = None) -> None:
        key, version = subscription.id, subscription.version
        if notice is None:
            self._rows.replace(SUBSCRIPTIONS, key, subscription, version)
            return
        change = write(to_row(SUBSCRIPTIONS, key, subscription), version)
        self._rows.transact([change, notice_change(notice)], "save subscription")

    def remove(self, subscription_id: str) -> None:
        self._rows.delete(SUBSCRIPTIONS, subscription_id)


class BlobConfidences:
    """`ports.events.Confidences`, sealed."""

    def __init__(self, service: BlobServiceClient, container: str, sealer: Sealer) -> None:
        self._service, self._container, self._sealer = service, container, sealer

    def put(self, subscription_id: str, content: Confidential) -> None:
        settings = ContentSettings(content_type="application/json")
        with storage_errors("store subscription", "put"):
            self._blob(subscription_id).upload_blob(
                self._sealer.seal(msgspec.json.encode(content), subscription_id),
                overwrite=True,
                content_settings=settings,
            )

    def get(self, subscription_id: str) -> Confidential | None:
        with storage_errors("read subscription", "list"):
            try:
                stored = self._blob(subscription_id).download_blob().readall()
            except ResourceNotFoundError:
                return None
        return _decoder.decode(self._sealer.open(stored, subscription_id))

    def remove(self, subscription_id: str) -> None:
        with storage_errors("remove subscription", "put"):
            try:
                self._blob(subscription_id).delete_blob()
            except ResourceNotFoundError:
                return

    def _blob(self, subscription_id: str) -> BlobClient:
        return self._service.get_blob_client(self._container, f"{subscription_id}.json")
