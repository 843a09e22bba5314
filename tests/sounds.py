"""Sounds that are easy to find again, in any container that FFmpeg writes here."""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import av

RATE = 44_100
BLIPS_MS = (2_000, 5_000, 8_000)
SECONDS = 10


def blips(rate: int = RATE, seconds: int = SECONDS) -> array[int]:
    """Silence, with 20 ms of a tone at each of `BLIPS_MS`."""
    samples = array("h", bytes(2 * rate * seconds))
    for at in BLIPS_MS:
        for n in range(rate // 50):
            samples[at * rate // 1000 + n] = int(24_000 * math.sin(2 * math.pi * 1_000 * n / rate))
    return samples


def sound(
    container: str,
    codec: str,
    tracks: Sequence[array[int]] | None = None,
    *,
    rate: int = RATE,
    late_seconds: float = 0,
    hole: tuple[float, float] | None = None,
    bit_rate: int = 96_000,
) -> bytes:
    """The tracks (two of `blips` at most) in a container; its times begin `late_seconds` late,
    beside a picture at 0 where that is set. Packets that begin between the ends of the `hole`, in
    seconds, are left out."""
    tracks = tracks or [blips(rate)]
    target = io.BytesIO()
    with av.open(target, "w", format=container) as out:
        layout = "mono" if len(tracks) == 1 else "stereo"
        stream = out.add_stream(codec, rate=rate, layout=layout)
        if not codec.startswith(("pcm", "flac", "alac", "wavpack", "tta")):
            stream.bit_rate = bit_rate
        codec_context = stream.codec_context
        codec_context.open()
        if late_seconds:
            _picture(out)
        size = codec_context.frame_size or 1_024
        shape = av.AudioResampler(codec_context.format, layout, rate, size)
        for frame in _frames(tracks, rate):
            for piece in shape.resample(frame):
                _mux(out, stream.encode(piece), late_seconds, hole)
        for piece in shape.resample(None):
            _mux(out, stream.encode(piece), late_seconds, hole)
        _mux(out, stream.encode(None), late_seconds, hole)
    return target.getvalue()


def found_ms(data: bytes) -> list[int]:
    """When the blips are heard in a file, each by its own player's clock."""
    samples, rate = decoded(data)
    found: list[int] = []
    at, after = 0, rate
    while at < len(samples):
        if abs(samples[at]) > 5_000:
            found.append(round(at * 1000 / rate))
            at += after
        at += 1
    return found


def decoded(data: bytes) -> tuple[array[int], int]:
    """The first channel, and its rate."""
    samples, rate = array("h"), 0
    with av.open(io.BytesIO(data)) as container:
        shape = av.AudioResampler("s16", "mono", 16_000)
        for frame in container.decode(audio=0):
            rate = 16_000
            for piece in shape.resample(frame):
                samples.frombytes(bytes(memoryview(piece.planes[0])[: piece.samples * 2]))
    return samples, rate


def _frames(tracks: Sequence[array[int]], rate: int) -> Iterator[Any]:
    layout = "mono" if len(tracks) == 1 else "stereo"
    for at in range(0, len(tracks[0]), rate):
        parts = [track[at : at + rate] for track in tracks]
        woven = array("h", bytes(2 * len(parts) * len(parts[0])))
        for channel, part in enumerate(parts):
            woven[channel :: len(parts)] = part
        frame = av.AudioFrame(format="s16", layout=layout, samples=len(parts[0]))
        frame.planes[0].update(woven.tobytes())
        frame.sample_rate, frame.pts = rate, at
        yield frame


def _mux(out: Any, packets: Any, late_seconds: float, hole: tuple[float, float] | None) -> None:
    for packet in packets:
        at = float(packet.pts * packet.time_base)
        if hole is not None and hole[0] <= at < hole[1]:
            continue
        shift = round(late_seconds / packet.time_base)
        packet.pts += shift
        packet.dts += shift
        out.mux(packet)


def _picture(out: Any) -> None:
    stream = out.add_stream("mpeg4", rate=10)
    stream.width = stream.height = 64
    frame = av.VideoFrame(64, 64, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    for number in range(10):
        frame.pts = number
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
