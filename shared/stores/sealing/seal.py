"""What is sealed: AES-GCM with a key of its own, which a key that never leaves its place wraps."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from os import urandom
from threading import Lock
from typing import NamedTuple, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import SealBroken, StoreUnavailable
from shared.ports.sealing import Seal

KEY_BYTES, NONCE_BYTES = 32, 12
MOST_KNOWN = 1_000
_MARK = b'{"sealed":'


class Wrapped(NamedTuple):
    """`key_id` names the key, with its version, by which a data key was wrapped."""

    key_id: str
    value: bytes


class Wrapper(Protocol):
    """A key that wraps others. Raises `StoreUnavailable`, and `SealBroken` for what it did not
    wrap."""

    def wrap(self, data_key: bytes) -> Wrapped: ...

    def unwrap(self, wrapped: Wrapped) -> bytes: ...


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    sealed: int = 1
    key_id: str
    data_key: bytes
    nonce: bytes
    content: bytes


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(_Envelope)


class EnvelopeSealer:
    """`ports.sealing.Sealer`. Data keys that were unwrapped are remembered, in memory alone."""

    def __init__(self, wrapper: Wrapper) -> None:
        self._wrapper = wrapper
        self._known: OrderedDict[Wrapped, bytes] = OrderedDict()
        self._lock = Lock()

    def seal(self, content: bytes, about: str) -> bytes:
        return self.key_for(about)(content)

    def key_for(self, about: str) -> Seal:
        data_key = urandom(KEY_BYTES)
        wrapped = self._wrapper.wrap(data_key)
        self._remember(wrapped, data_key)
        return partial(_sealed, data_key, wrapped, about.encode())

    def open(self, stored: bytes, about: str) -> bytes:
        if not stored.startswith(_MARK):
            return stored
        try:
            there = _decoder.decode(stored)
            data_key = self._data_key(Wrapped(there.key_id, there.data_key))
            return AESGCM(data_key).decrypt(there.nonce, there.content, about.encode())
        except (msgspec.DecodeError, InvalidTag, ValueError):
            raise SealBroken("what is sealed cannot be opened") from None

    def _data_key(self, wrapped: Wrapped) -> bytes:
        with self._lock:
            known = self._known.get(wrapped)
        if known is not None:
            return known
        data_key = self._wrapper.unwrap(wrapped)
        self._remember(wrapped, data_key)
        return data_key

    def _remember(self, wrapped: Wrapped, data_key: bytes) -> None:
        with self._lock:
            self._known[wrapped] = data_key
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _sealed(data_key: bytes, wrapped: Wrapped, about: bytes, content: bytes) -> bytes:
    nonce = urandom(NONCE_BYTES)
    sealed = AESGCM(data_key).encrypt(nonce, content, about)
    return _encoder.encode(
        _Envelope(key_id=wrapped.key_id, data_key=wrapped.value, nonce=nonce, content=sealed)
    )


class NoSealer:
    """Where no key is set: nothing is sealed, and what was sealed stays shut."""

    def key_for(self, about: str) -> Seal:
        raise StoreUnavailable("seal: SEALING_KEY is not set")

    def seal(self, content: bytes, about: str) -> bytes:
        return content

    def open(self, stored: bytes, about: str) -> bytes:
        if stored.startswith(_MARK):
            raise SealBroken("what is sealed cannot be opened: SEALING_KEY is not set")
        return stored
