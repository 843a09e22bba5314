"""The child: shut in, then a job at a time, until the app closes the socket.

A job that takes a stream asks for ranges and hands out blocks meanwhile; see `frames`.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any

from shared.confined.child import cage, copy, ffmpeg, listen, speech
from shared.confined.child.stream import CannotPatch, Sink, Source
from shared.confined.frames import MOST_BYTES, MOST_HEAD_BYTES, BrokenFrame, packed, received_into

_WAY_IN, _WAY_OUT = 0, 1
_ROOM = memoryview(bytearray(MOST_HEAD_BYTES + MOST_BYTES))
_LISTENING_BYTES = 128 * 1024
_SHORT_WAV = bytes.fromhex(
    "524946462800000057415645666d74201000000001000100401f0000803e000002001000646174610400000000000000"
)


def main() -> None:
    """The arguments are the limits, as JSON: `memory_bytes`, `life_cpu_seconds`, `cpu_seconds`; and
    `streams`, whether longer jobs will come."""
    limits = json.loads(sys.argv[1])
    _warm_up(streams=limits["streams"])
    walls = cage.shut_in(
        memory_bytes=limits["memory_bytes"], cpu_seconds=limits["life_cpu_seconds"]
    )
    _send({"ready": walls})
    while True:
        try:
            head, data = received_into(_ROOM, _fill)
        except BrokenFrame:
            return
        _send(_answer(json.loads(head), data, limits["cpu_seconds"]))


def _warm_up(*, streams: bool) -> None:
    """Whatever is imported late has to be there before the door is shut."""
    ffmpeg.look(ffmpeg.File([(0, memoryview(_SHORT_WAV))], len(_SHORT_WAV)))
    ffmpeg.look(ffmpeg.File([(0, memoryview(bytes(8)))], 8))
    ffmpeg.end_of_packets(memoryview(_SHORT_WAV))
    ffmpeg.heard(memoryview(_SHORT_WAV))
    if not streams:
        return
    for encoder, muxer in (("flac", "flac"), ("libopus", "ogg"), ("pcm_s16le", "wav")):
        how = {"encoder": encoder, "muxer": muxer, "sample_format": "s16", "rate": 8_000}
        copy.converted(_shortest(), Sink(_dropped), {**how, "mix": [[[0, 1.0]]]})
    how = {"encoder": "libmp3lame", "muxer": "mp3", "sample_format": "s16p", "rate": 16_000}
    how |= {"bit_rate": 32_000, "mix": [[[0, 1.0]]], "measured": 100, "hidden": [[1, 2]]}
    copy.heard(_shortest(), Sink(_dropped), how, len)
    listen.heard(_shortest(), {"windows": 1})
    speech.found(_shortest())


def _shortest() -> Source:
    """Sound of 50 ms."""
    length = struct.pack("<I", 800)
    wav = _SHORT_WAV[:40] + length + bytes(800)
    return Source(len(wav), lambda offset, count: wav[offset : offset + count])


def _dropped(_number: int, _block: bytes) -> None:
    """What is written to warm up goes nowhere."""


def _answer(job: dict[str, Any], data: memoryview, cpu_seconds: float) -> dict[str, Any]:
    cage.start_clock(cpu_seconds)
    try:
        return {"done": _JOBS[job["job"]](job, data)}
    except MemoryError:
        return {"failed": "memory"}
    except ffmpeg.TooManyReads:
        return {"failed": "reads"}
    except copy.HasGaps:
        return {"failed": "gaps"}
    except CannotPatch:
        return {"failed": "patch"}
    finally:
        cage.start_clock(0)


def _look(job: dict[str, Any], data: memoryview) -> dict[str, Any]:
    spans, start = [], 0
    for offset, length in job["spans"]:
        spans.append((offset, data[start : start + length]))
        start += length
    return ffmpeg.look(ffmpeg.File(spans, job["size"]))


def _end_of_packets(job: dict[str, Any], data: memoryview) -> dict[str, Any]:
    return ffmpeg.end_of_packets(data, tries_last=job["tries_last"])


def _heard(_job: dict[str, Any], data: memoryview) -> dict[str, Any]:
    return ffmpeg.heard(data)


def _listen(job: dict[str, Any], _data: memoryview) -> dict[str, Any]:
    try:
        return listen.heard(Source(job["size"], _fetch, _LISTENING_BYTES), job)
    except MemoryError:
        raise
    except ffmpeg.BAD_CONTENT:
        return {"windows": []}


def _speech(job: dict[str, Any], _data: memoryview) -> dict[str, Any]:
    try:
        return speech.found(Source(job["size"], _fetch))
    except MemoryError:
        raise
    except ffmpeg.BAD_CONTENT:
        return {"speech": True, "loud": True}


def _copy(job: dict[str, Any], _data: memoryview) -> dict[str, Any]:
    sink, source = Sink(_hand_out), Source(job["size"], _fetch)
    try:
        made = _MAKERS[job["way"]](source, sink, job)
    except MemoryError:
        raise
    except ffmpeg.BAD_CONTENT as error:
        if job["way"] == "remux":  # another way may do
            raise copy.HasGaps from error
        return {"unread": type(error).__name__}
    return {**made, "bytes": sink.finish()}


def _fetch(offset: int, length: int) -> bytes:
    """A range of the file, from the app."""
    _send({"read": [offset, length]})
    _, data = received_into(_ROOM, _fill)
    return bytes(data)


def _hand_out(number: int, block: bytes) -> None:
    """A block of what is written, to the app."""
    _send({"block": number}, block)


def _show(levels: bytes) -> None:
    """What was measured, to the app."""
    _send({"levels": len(levels)}, levels)


_MAKERS: dict[str, Callable[[Source, Sink, dict[str, Any]], dict[str, Any]]] = {
    "convert": copy.converted,
    "remux": copy.remuxed,
    "hear": lambda source, sink, job: copy.heard(source, sink, job, _show),
}
_JOBS: dict[str, Callable[[dict[str, Any], memoryview], dict[str, Any]]] = {
    "look": _look,
    "end_of_packets": _end_of_packets,
    "heard": _heard,
    "listen": _listen,
    "speech": _speech,
    "copy": _copy,
}


def _fill(place: memoryview) -> int:
    return os.readv(_WAY_IN, [place])


def _send(head: dict[str, Any], data: bytes = b"") -> None:
    for part in (packed(head, len(data)), data):
        left = memoryview(part)
        while left:
            left = left[os.write(_WAY_OUT, left) :]
