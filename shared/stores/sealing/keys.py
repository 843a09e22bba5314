"""Keys that wrap data keys: one of an Azure Key Vault, which never leaves it, or one of a machine.

https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key/wrap-key
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from os import urandom
from typing import Any

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import SealBroken, StoreUnavailable
from shared.stores.sealing.seal import NONCE_BYTES, Wrapped

API = {"api-version": "7.4"}
VAULT_SCOPE = "https://vault.azure.net/.default"
ALGORITHM = "RSA-OAEP-256"
SECONDS = 10
LOCAL = "local"


class LocalKey:
    """A key of 32 bytes that the settings of one machine hold."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def wrap(self, data_key: bytes) -> Wrapped:
        nonce = urandom(NONCE_BYTES)
        return Wrapped(LOCAL, nonce + self._key.encrypt(nonce, data_key, None))

    def unwrap(self, wrapped: Wrapped) -> bytes:
        nonce, sealed = wrapped.value[:NONCE_BYTES], wrapped.value[NONCE_BYTES:]
        try:
            return self._key.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError):
            raise SealBroken("a data key was wrapped by another key") from None


class VaultKey:
    """`url` is that of the key without a version: the newest wraps, and each unwraps what it
    wrapped. `token` is that of the app's identity, and goes to this key alone."""

    def __init__(self, url: str, token: Callable[[], str], http: httpx.Client) -> None:
        self._url, self._token, self._http = url.rstrip("/"), token, http

    def wrap(self, data_key: bytes) -> Wrapped:
        told = self._call(f"{self._url}/wrapkey", data_key)
        return Wrapped(str(told.get("kid", "")), _bytes(told))

    def unwrap(self, wrapped: Wrapped) -> bytes:
        if not wrapped.key_id.startswith(f"{self._url}/"):
            raise SealBroken("a data key was wrapped by another key")
        return _bytes(self._call(f"{wrapped.key_id}/unwrapkey", wrapped.value))

    def _call(self, url: str, value: bytes) -> dict[str, Any]:
        text = base64.urlsafe_b64encode(value).rstrip(b"=").decode()
        try:
            got = self._http.post(
                url,
                params=API,
                json={"alg": ALGORITHM, "value": text},
                headers={"Authorization": f"Bearer {self._token()}"},
                timeout=SECONDS,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"vault: {type(error).__name__}") from None
        if got.status_code == httpx.codes.BAD_REQUEST:
            raise SealBroken("the vault refuses a data key")
        if got.status_code != httpx.codes.OK:
            raise StoreUnavailable(f"vault: answered {got.status_code}")
        told = got.json()
        return told if isinstance(told, dict) else {}


def _bytes(told: dict[str, Any]) -> bytes:
    text = str(told.get("value", ""))
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise StoreUnavailable("vault: answered with no key") from None
