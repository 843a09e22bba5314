"""A batch is asked for as a whole: store what is asked for, and set it going."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.errors import KeyReused, StoreConflict
from shared.log import event
from shared.messages import Expand
from shared.model.access.caller import NOBODY, Asker
from shared.model.batch.batch import Batch, Origin, Part, request_batch_id
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Manifest, carried
from shared.ports.blobs import Requests
from shared.ports.ground import UseCase
from shared.ports.queue import Queue
from shared.ports.state import BatchStore

ITEMS_IN_PART = 100
MOST_PARTS = 90  # with the header they are written in one transaction, which takes 100 rows
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class AcceptBatch(UseCase):
    """The batch, or the one that the same request made before. The number of calls does not
    depend on that of the items: a blob, a transaction, the note, the list, a message.

    Until the note is there, nothing happens to a batch: who gets an error may ask again.
    """

    known: Known
    requests: Requests
    new_id: Callable[[], str]

    def __call__(
        self,
        manifest: Manifest | bytes,
        *,
        origin: Origin,
        kind: str = "json",
        batch_id: str | None = None,
        idempotency_key: str | None = None,
        by: Asker = NOBODY,
    ) -> Batch:
        """`manifest` is checked already, or the content of a file of that `kind`. A batch id makes
        the call repeatable, and so does a key, which its caller has to keep apart from others'
        keys. Raises `ManifestRefused` and, where the key came with another content before,
        `KeyReused`."""
        if isinstance(manifest, bytes):
            manifest = read_manifest(manifest, kind, self.known._replace(sight=by.sight))
        batch_id = batch_id or self._id(idempotency_key)
        content, lengths = _encoded(manifest)
        digest = hashlib.sha256(content).hexdigest()
        batch = _batch(batch_id, manifest, origin, digest, self.clock.now())
        batch = msgspec.structs.replace(batch, owner=by.owner)
        there = self.store.batch(batch_id) or self._create(batch, content, lengths)
        if there.digest != batch.digest:
            raise KeyReused(
                "the idempotency key was used for another request: send this one with another key"
            )
        resume(there, store=self.store, queue=self.queue)
        return there

    def _id(self, idempotency_key: str | None) -> str:
        return request_batch_id(idempotency_key) if idempotency_key else f"api-{self.new_id()}"

    def _create(self, batch: Batch, content: bytes, lengths: list[int]) -> Batch:
        """What is stored under its id then: somebody else may have been quicker."""
        self.requests.put(batch, content)
        is_new = self.store.create_batch(batch, _parts(batch, lengths))
        there = self.store.batch(batch.id)
        if there is None:
            raise StoreConflict("accept: the batch is gone again")
        if is_new:
            event(
                "batch.accepted",
                batch=batch.id,
                origin=batch.origin,
                items=batch.items,
                caller=batch.owner,
            )
        return there


def resume(batch: Batch, *, store: BatchStore, queue: Queue) -> None:
    """Set a batch going whose header is there: who made it may have died before the note."""
    if batch.is_expanding and batch.deleted_at is None:
        store.open_batch(batch)
        queue.send(Expand(batch_id=batch.id))


def _batch(batch_id: str, manifest: Manifest, origin: Origin, digest: str, now: datetime) -> Batch:
    head = manifest.head
    return Batch(
        id=batch_id,
        profile=head.profile or "",
        origin=origin,
        title=head.title,
        created_at=now,
        closes_at=now,
        items=len(manifest.items),
        digest=digest,
        is_expanding=True,
        deadline_at=head.deadline,
        budget=head.budget,
        containers=tuple(sorted({item.place[0] for item in manifest.items})),
        callbacks=bool(head.callback_url or any(item.callback_url for item in manifest.items)),
    )


def _encoded(manifest: Manifest) -> tuple[bytes, list[int]]:
    """The request as it is stored, and the length of each line, the head's first."""
    lines = [_encoder.encode(carried(manifest.head))]
    lines += [_encoder.encode(carried(item)) for item in manifest.items]
    return b"\n".join(lines) + b"\n", [len(line) + 1 for line in lines]


def _parts(batch: Batch, lengths: list[int]) -> list[Part]:
    """Parts of equal numbers of items: what the work is shared out by."""
    head, *items = lengths
    size = max(ITEMS_IN_PART, -(-len(items) // MOST_PARTS))
    parts: list[Part] = []
    offset = head
    for first in range(0, len(items), size):
        length = sum(items[first : first + size])
        parts.append(
            Part(
                batch_id=batch.id,
                number=len(parts),
                offset=offset,
                length=length,
                first=first,
                items=len(items[first : first + size]),
                changed_at=batch.created_at,
            )
        )
        offset += length
    return parts
