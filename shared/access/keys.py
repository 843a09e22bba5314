"""What an owner does with keys: make them, look at them, revoke them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.access.callers import FindCaller
from shared.errors import KeyMissing, KeyRefused
from shared.log import event
from shared.model.access.caller import Caller
from shared.model.access.key import ApiKey, digest_of, id_of, make_key, revoked
from shared.model.access.roles import Role, grants
from shared.ports.access import ApiKeys
from shared.ports.queue import Clock

MOST_KEYS = 500
"""Of those that are valid."""


class MadeKey(NamedTuple):
    """A key and its secret, which is shown this once."""

    there: ApiKey
    secret: str


@dataclass(frozen=True, kw_only=True)
class KeyDesk:
    """`profiles` and `containers` are the names of those that a key may be bound to."""

    keys: ApiKeys
    callers: FindCaller
    profiles: Sequence[str]
    containers: Sequence[str]
    new_bytes: Callable[[], bytes]
    clock: Clock

    def all(self) -> list[ApiKey]:
        """The oldest first, those that are over as well."""
        return sorted(self.keys.all(), key=lambda key: (key.created_at, key.id))

    def make(
        self,
        name: str,
        roles: Sequence[Role],
        *,
        profiles: Sequence[str] = (),
        containers: Sequence[str] = (),
        ends_at: datetime | None = None,
        by: Caller,
    ) -> MadeKey:
        """Raises `KeyRefused`."""
        now = self.clock.now()
        self._refuse_strangers("profiles", profiles, self.profiles)
        self._refuse_strangers("containers", containers, self.containers)
        if ends_at is not None and ends_at <= now:
            raise KeyRefused("ends_at", "is over already: give a moment to come")
        if sum(key.is_valid(now) for key in self.keys.all()) >= MOST_KEYS:
            raise KeyRefused("name", f"is one too many: {MOST_KEYS} keys may be valid at a time")
        secret = make_key(self.new_bytes())
        digest = digest_of(secret)
        there = ApiKey(
            id=id_of(digest),
            name=name,
            digest=digest,
            grants=grants(roles, profiles=profiles, containers=containers),
            created_at=now,
            created_by=by.id,
            ends_at=ends_at,
        )
        self.keys.insert(there)
        self.callers.forget(there.id)
        event("key.made", key=there.id, caller=by.id)
        return MadeKey(there, secret)

    def revoke(self, key_id: str, by: Caller) -> ApiKey:
        """Nobody gets in by it any more: at once here, within half a minute everywhere. Raises
        `KeyMissing`, `StoreConflict`."""
        there = self.keys.get(key_id)
        if there is None:
            raise KeyMissing("there is no such key")
        after = revoked(there, by.id, self.clock.now())
        if after is not there:
            self.keys.save(after)
            event("key.revoked", key=key_id, caller=by.id)
        self.callers.forget(key_id)
        return after

    def _refuse_strangers(self, field: str, given: Sequence[str], known: Sequence[str]) -> None:
        if any(name not in known for name in given):
            listed = ", ".join(known)
            raise KeyRefused(field, f"names one that there is not; known: {listed}")
