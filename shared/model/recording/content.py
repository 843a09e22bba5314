"""When two recordings are the same: the same bytes, of which the same is to be made."""

from __future__ import annotations

import hashlib

import msgspec

from shared.model.profile.profile import Profile

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def content_key(profile: Profile, head: bytes, size: int, digest: str) -> str:
    """64 hex digits. `digest` is what storage says of all the bytes, which whoever uploaded them
    may have said wrongly: their number and the first of them, which we read ourselves, go in too.
    The mode changes nothing of a transcript, what is written beside it neither."""
    roles = sorted(profile.roles.items())
    wanted = (profile.provider, profile.options, roles, profile.review_below)
    told = _encoder.encode((wanted, hashlib.sha256(head).digest(), size, digest))
    return hashlib.sha256(told).hexdigest()
