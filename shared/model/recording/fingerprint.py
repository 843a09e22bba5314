"""When two versions of one name hold the same bytes, so that the later one is nothing new.

Setting metadata, properties or tags, or copying a blob onto itself, gives a blob a new ETag and
leaves its bytes as they are. Length and first bytes alone prove nothing, for a number may have been
beeped out in the middle: what cannot be shown equal over all bytes counts as new.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from shared.model.profile.profile import Profile

_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """Length, our own digest of the first 64 KiB, and the MD5 of all bytes in hex, None where
    storage does not keep one: it does not for audio that was uploaded in blocks without it."""

    bytes: int
    head: str
    md5: str | None = None


class KnownName(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a name that was to be transcribed. `asked` tells what was to be made of
    it from anything else. `version` is the row's ETag, "" for a row not yet stored."""

    key: str
    batch_id: str
    recording_id: str
    last_modified_at: datetime
    audio_etag: str
    fingerprint: Fingerprint
    asked: str
    version: str = ""


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """The recording whose bytes another one has."""

    batch_id: str
    recording_id: str


def fingerprint_of(head: bytes, size: int, md5: str | None) -> Fingerprint:
    return Fingerprint(size, hashlib.sha256(head).hexdigest()[:32], md5)


def name_key(container: str, name: str) -> str:
    """64 hex digits, which say nothing of the name."""
    return hashlib.sha256(f"{container}\n{name}".encode()).hexdigest()


def asked_of(profile: Profile) -> str:
    """Tells what is to be made of a recording from anything else: who touches a blob to ask for
    another locale or format asks for something new."""
    wanted: tuple[object, ...] = (
        profile.provider,
        profile.options,
        sorted(profile.roles.items()),
        profile.review_below,
        sorted(profile.formats),
    )
    if profile.insights:
        wanted = (*wanted, sorted(profile.insights))
    if profile.translations:
        wanted = (*wanted, "translations", sorted(profile.translations))
    return hashlib.sha256(_encoder.encode(wanted)).hexdigest()[:32]


def may_be_same(one: Fingerprint, other: Fingerprint) -> bool:
    """Nothing that is cheap to know tells them apart."""
    return (one.bytes, one.head) == (other.bytes, other.head)


def is_version(
    row_etag: str, mine: Fingerprint | None, etag: str, size: int, md5: str | None
) -> bool:
    """Whether what lies under a name now is the version that was looked at: by its ETag, or, where
    only its metadata changed, by the MD5 of all its bytes."""
    if etag == row_etag:
        return True
    return mine is not None and mine.md5 is not None and (mine.bytes, mine.md5) == (size, md5)


def is_same(one: Fingerprint, other: Fingerprint) -> bool:
    """All their bytes are known to be equal."""
    return may_be_same(one, other) and one.md5 is not None and one.md5 == other.md5
