"""A request that comes twice makes one batch, without its caller thinking of it.

Flow designers send an action again now and then, even with retries off, and a person presses twice.
So equal requests of one caller within a few minutes are one, unless the caller says that they are
meant; who sends an Idempotency-Key has more, and needs nothing of this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.batches.accept import AcceptBatch
from shared.errors import StoreConflict
from shared.log import event
from shared.model.access.caller import NOBODY, Asker
from shared.model.batch.batch import Batch
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Manifest, carried
from shared.ports.indices import ContentClaim, Contents
from shared.ports.queue import Clock

SAME_WITHIN = timedelta(minutes=5)
"""A flow that asks for the same thing every five minutes means it."""
TRIES = 5
_encoder = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class AcceptOnce:
    """The claim is written first: of two that come at the same moment one wins it, and both make
    the batch that it names. Who dies in between is followed by whoever asks again. A claim at which
    nobody looked for a month is swept away with those of audio."""

    accept: AcceptBatch
    contents: Contents
    known: Known
    clock: Clock
    new_id: Callable[[], str]

    def __call__(self, content: bytes, *, kind: str, caller: str, by: Asker = NOBODY) -> Batch:
        """`caller` tells callers apart; it is hashed, and may be a secret. A batch that was
        cancelled or deleted meanwhile is not what is asked for now. Raises `ManifestRefused`,
        `StoreConflict`."""
        manifest = read_manifest(content, kind, self.known._replace(sight=by.sight))
        key = _key(caller, manifest)
        ended = ""
        for _ in range(TRIES):
            claim = self._claimed(key, ended)
            batch = self.accept(manifest, origin="api", batch_id=claim.batch_id, by=by)
            if not (batch.is_gone or batch.cancelled_at):
                return batch
            ended = batch.id
        raise StoreConflict("accept once: the batch was ended again and again")

    def _claimed(self, key: str, ended: str) -> ContentClaim:
        """The claim that holds: the one that is there, or a new one in its place."""
        there, now = self.contents.claim(key), self.clock.now()
        if there is not None and there.batch_id != ended and _is_fresh(there, now - SAME_WITHIN):
            event("batch.asked_again", batch=there.batch_id)
            return there
        mine = ContentClaim(
            content=key,
            batch_id=f"api-{self.new_id()}",
            recording_id="",
            looked_at=now,
            version=there.version if there else "",
        )
        try:
            self.contents.save(mine)
        except StoreConflict:
            theirs = self.contents.claim(key)
            if theirs is None:
                raise
            return theirs
        return mine


def _key(caller: str, manifest: Manifest) -> str:
    """64 hex digits, apart from those of audio. The order of keys and the spaces between them make
    no other request."""
    said = Manifest(head=carried(manifest.head), items=tuple(map(carried, manifest.items)))
    told = _encoder.encode(("request", caller, said))
    return hashlib.sha256(told).hexdigest()


def _is_fresh(claim: ContentClaim, since: datetime) -> bool:
    return claim.looked_at is not None and claim.looked_at > since
