"""What app and child say to each other, over one socket: a frame is a head and bytes.

    4 bytes   length of the head, big-endian
    4 bytes   length of the bytes
    head      one JSON object
    bytes

The app sends a job, such as `{"job": "look", ...}`, with what is held of the file; the child
answers `{"done": ...}` or `{"failed": reason}`. It waits for nobody meanwhile: what it lacks it
names, and the app asks again once it has fetched it. A job that takes a stream is a longer
conversation of the same frames: with `{"read": [offset, length]}` the child asks for a range, which
comes as the bytes of a frame, and with `{"block": number}` it hands out bytes of what it writes.

Nothing of what a child says is believed: heads and bytes have a largest size, and the app decodes
what it expects and nothing else.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">II")
MOST_HEAD_BYTES = 64 * 1024
MOST_BYTES = 16 * 1024 * 1024


class BrokenFrame(Exception):
    """The other side is gone, or says what cannot be."""


class OtherSideGone(BrokenFrame):
    """It has closed the socket, or ended."""


def packed(head: dict[str, Any], data_bytes: int = 0) -> bytes:
    """A frame up to its bytes, of which there are so many."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return HEAD.pack(len(text), data_bytes) + text


def received(receive: Callable[[int], bytes], most: int = MOST_BYTES) -> tuple[bytes, bytes]:
    """The next head, not yet decoded, and its bytes. `receive(n)` brings 1 to `n` bytes, b"" at
    the end. Raises `BrokenFrame`."""
    head_bytes, data_bytes = HEAD.unpack(_all(receive, HEAD.size))
    if head_bytes > MOST_HEAD_BYTES or data_bytes > most:
        raise BrokenFrame(f"a frame of {head_bytes} and {data_bytes} bytes")
    return _all(receive, head_bytes), _all(receive, data_bytes)


def received_into(room: memoryview, fill: Callable[[memoryview], int]) -> tuple[bytes, memoryview]:
    """The same in a place that is there already, and is used again for the next frame: the bytes
    are a part of `room`. `fill(place)` says how many it brought, 0 at the end."""
    head_bytes, data_bytes = HEAD.unpack(_filled(room[: HEAD.size], fill))
    if head_bytes > MOST_HEAD_BYTES or head_bytes + data_bytes > len(room):
        raise BrokenFrame(f"a frame of {head_bytes} and {data_bytes} bytes")
    whole = _filled(room[: head_bytes + data_bytes], fill)
    return bytes(whole[:head_bytes]), whole[head_bytes:]


def _filled(place: memoryview, fill: Callable[[memoryview], int]) -> memoryview:
    left = place
    while left:
        count = fill(left)
        if not count:
            raise OtherSideGone("the other side is gone")
        left = left[count:]
    return place


def _all(receive: Callable[[int], bytes], length: int) -> bytes:
    parts = []
    while length:
        part = receive(min(length, 1 << 20))
        if not part:
            raise OtherSideGone("the other side is gone")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
