"""The child: shut in, then a job at a time, until the app closes the socket."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from shared.confined.child import cage, ffmpeg
from shared.confined.frames import MOST_BYTES, MOST_HEAD_BYTES, BrokenFrame, packed, received_into

_WAY_IN, _WAY_OUT = 0, 1
_SHORT_WAV = bytes.fromhex(
    "524946462800000057415645666d74201000000001000100401f0000803e000002001000646174610400000000000000"
)


def main() -> None:
    """The arguments are the limits, as JSON: `memory_bytes`, `life_cpu_seconds`, `cpu_seconds`."""
    limits = json.loads(sys.argv[1])
    _warm_up()
    room = memoryview(bytearray(MOST_HEAD_BYTES + MOST_BYTES))
    walls = cage.shut_in(
        memory_bytes=limits["memory_bytes"], cpu_seconds=limits["life_cpu_seconds"]
    )
    _send({"ready": walls})
    while True:
        try:
            head, data = received_into(room, _fill)
        except BrokenFrame:
            return
        _send(_answer(json.loads(head), data, limits["cpu_seconds"]))


def _warm_up() -> None:
    """Whatever is imported late has to be there before the door is shut."""
    ffmpeg.look(ffmpeg.File([(0, memoryview(_SHORT_WAV))], len(_SHORT_WAV)))
    ffmpeg.look(ffmpeg.File([(0, memoryview(bytes(8)))], 8))
    ffmpeg.end_of_packets(memoryview(_SHORT_WAV))
    ffmpeg.heard(memoryview(_SHORT_WAV))


def _answer(job: dict[str, Any], data: memoryview, cpu_seconds: float) -> dict[str, Any]:
    cage.start_clock(cpu_seconds)
    try:
        return {"done": _JOBS[job["job"]](job, data)}
    except MemoryError:
        return {"failed": "memory"}
    except ffmpeg.TooManyReads:
        return {"failed": "reads"}
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


_JOBS: dict[str, Callable[[dict[str, Any], memoryview], dict[str, Any]]] = {
    "look": _look,
    "end_of_packets": _end_of_packets,
    "heard": _heard,
}


def _fill(place: memoryview) -> int:
    return os.readv(_WAY_IN, [place])


def _send(head: dict[str, Any]) -> None:
    data = packed(head)
    while data:
        data = data[os.write(_WAY_OUT, data) :]
