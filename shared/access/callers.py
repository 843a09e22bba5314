"""Who is behind a key of ours."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from shared.model.access.caller import Caller
from shared.model.access.key import ApiKey, digest_of, id_of, is_key, opens, owner_caller
from shared.ports.access import ApiKeys
from shared.ports.queue import Clock

KNOWN_FOR = timedelta(seconds=30)
"""So long a key may be used after it was revoked by another process."""
MOST_KNOWN = 1_000


class FindCaller:
    """Keys that were looked up are remembered for half a minute, those that there are not as well.
    `owner_digest` is the hash of the key that the deployment brought along, "" where it did not."""

    def __init__(self, keys: ApiKeys, owner_digest: str, clock: Clock) -> None:
        self._keys, self._owner_digest, self._clock = keys, owner_digest, clock
        self._known: OrderedDict[str, tuple[datetime, ApiKey | None]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, key: str) -> Caller | None:
        """None: no such key, or not any more."""
        if not is_key(key):
            return None
        digest = digest_of(key)
        if self._owner_digest and hmac.compare_digest(digest, self._owner_digest):
            return owner_caller()
        there = self._remembered(id_of(digest))
        if there is None or not opens(there, key) or not there.is_valid(self._clock.now()):
            return None
        return there.caller

    def forget(self, key_id: str) -> None:
        """It was changed by this process."""
        with self._lock:
            self._known.pop(key_id, None)

    def _remembered(self, key_id: str) -> ApiKey | None:
        now = self._clock.now()
        with self._lock:
            read_at, there = self._known.get(key_id, (None, None))
        if read_at is not None and now - read_at < KNOWN_FOR:
            return there
        there = self._keys.get(key_id)
        with self._lock:
            self._known[key_id] = (now, there)
            self._known.move_to_end(key_id)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return there
