"""Keys of ours: made and revoked by an owner, known by their hash alone.

valid --revoked--> revoked; what it ends at is looked at with every use
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

import msgspec

from shared.model.access.caller import Caller
from shared.model.access.roles import ROLES, Grant, grants

PREFIX = "dsk_"
KEY_BYTES = 32
OWNER = "owner-key"
"""The id of the key that the deployment brings along."""
_WRITTEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `digest` is 64 hex digits, of which the id holds the first 16: a key is found by
    itself. `created_by` and `revoked_by` are ids of callers. `version` is the row's ETag."""

    id: str
    name: str
    digest: str
    grants: tuple[Grant, ...]
    created_at: datetime
    created_by: str
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""
    version: str = ""

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)

    @property
    def caller(self) -> Caller:
        return Caller(id=self.id, kind="key", name=self.name, grants=self.grants)


def make_key(random_bytes: bytes) -> str:
    """The written form of 32 random bytes."""
    return PREFIX + base64.urlsafe_b64encode(random_bytes).rstrip(b"=").decode()


def is_key(text: str) -> bool:
    """Whether it is written as a key of ours."""
    return _WRITTEN.fullmatch(text) is not None


def digest_of(key: str) -> str:
    """64 hex digits. Whoever has them cannot find the key: it is 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def id_of(digest: str) -> str:
    return f"key-{digest[:16]}"


def opens(there: ApiKey, key: str) -> bool:
    return hmac.compare_digest(there.digest, digest_of(key))


def owner_caller() -> Caller:
    """Whoever holds the key that the deployment brought along may do everything."""
    return Caller(id=OWNER, kind="key", name="the owner's key", grants=grants(ROLES))


def revoked(there: ApiKey, by: str, now: datetime) -> ApiKey:
    """The same object where it was revoked before."""
    if there.revoked_at is not None:
        return there
    return msgspec.structs.replace(there, revoked_at=now, revoked_by=by)
