"""What is sealed as a whole and read in ranges: every byte stays where it is.

AES in counter mode, with a key for each content, which a `Sealer` seals and which lies beside it.
That hides, and proves nothing: whoever may write there could as well put something else, unsealed.
"""

from __future__ import annotations

from os import urandom

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from shared.ports.sealing import Sealer

_KEY_BYTES, _BLOCK_BYTES = 32, 16


def seal_all(sealer: Sealer, content: bytes, about: str) -> tuple[bytes, str | None]:
    """The content, sealed, and what has to lie beside it; None where nothing is sealed. Costs one
    call of the key, whatever the size."""
    key = urandom(_KEY_BYTES)
    sealed_key = sealer.seal(key, about)
    return (content, None) if sealed_key == key else (_turned(key, content, 0), sealed_key.decode())


def open_range(sealer: Sealer, stored: bytes, offset: int, beside: str | None, about: str) -> bytes:
    """What `stored` holds, which lies at `offset` in all of it. Raises `SealBroken`."""
    if beside is None:
        return stored
    return _turned(sealer.open(beside.encode(), about), stored, offset)


def _turned(key: bytes, content: bytes, offset: int) -> bytes:
    """Sealing and opening are one: each key is used for one content alone."""
    block, inside = divmod(offset, _BLOCK_BYTES)
    cipher = Cipher(AES(key), CTR(block.to_bytes(_BLOCK_BYTES, "big"))).encryptor()
    cipher.update(bytes(inside))
    return cipher.update(content) + cipher.finalize()
