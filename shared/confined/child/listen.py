"""Short stretches of a file, spread over it: how loud each channel is, and how alike they are."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from operator import mul
from typing import Any

from shared.confined.child import ffmpeg
from shared.confined.child.shape import Shaper
from shared.confined.child.stream import Source
from shared.confined.child.timeline import Packets

RATE = 8_000
SECONDS = 2
_LOUDEST = 32_768.0


def heard(source: Source, how: Mapping[str, Any]) -> dict[str, Any]:
    """`windows` of `SECONDS` each, of how["windows"] that are wished for. Each holds the mean power
    of every channel, 1 for the loudest there can be, and the mean product with the first one."""
    windows: list[dict[str, list[float]]] = []
    with ffmpeg.opened(source) as container:
        stream = ffmpeg.sound_of(container)
        length = (ffmpeg.duration_ms(container, stream) or 0) / 1000
        for place in _places(length, how["windows"]):
            if place is not None:
                _go_to(container, stream, place)
            samples, channels = _some(container, stream)
            if len(samples) >= RATE * channels // 2:
                windows.append(_measured(samples, channels))
            elif place is None:
                break
    return {"windows": windows}


def _places(length: float, count: int) -> Iterator[float | None]:
    """Where to listen, in seconds; None: where it goes on by itself."""
    if length <= 2 * count * SECONDS:
        yield from [None] * count
        return
    for number in range(count):
        yield (number + 0.5) / count * length - SECONDS / 2


def _go_to(container: Any, stream: Any, seconds: float) -> None:
    """As near as the file lets itself be entered."""
    start = stream.start_time or 0
    container.seek(start + round(seconds / stream.time_base), stream=stream)


def _some(container: Any, stream: Any) -> tuple[array[int], int]:
    """Interleaved samples from where the file stands, and how many channels they have."""
    shaper, found = Shaper("s16", RATE, None), array("h")
    channels = 1
    for frame in Packets(container, stream).frames():
        for ready in shaper.shaped(frame):
            channels = ready.layout.nb_channels
            used = ready.samples * channels * 2
            found.frombytes(bytes(memoryview(ready.planes[0])[:used]))
        if len(found) >= RATE * SECONDS * channels:
            break
    return found[: RATE * SECONDS * channels], channels


def _measured(samples: array[int], channels: int) -> dict[str, list[float]]:
    tracks = [samples[channel::channels] for channel in range(channels)]
    scale = _LOUDEST * _LOUDEST * len(tracks[0])
    return {
        "powers": [sum(map(mul, track, track)) / scale for track in tracks],
        "products": [sum(map(mul, tracks[0], track)) / scale for track in tracks],
    }
