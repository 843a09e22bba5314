"""Audio for the probing tests, made by PyAV on the spot, and a blob that counts its ranges."""

from __future__ import annotations

import functools
import io
import random
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from shared.audio import HEAD_BYTES, probe
from shared.model.profile.audio import AudioProperties

SECONDS = 30


class Blob:
    """Content in memory that counts the ranges it is asked for."""

    def __init__(self, content: bytes, name: str = "call.bin") -> None:
        self.content, self.name = content, name
        self.ranges: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        self.ranges.append((offset, length))
        return self.content[offset : offset + length]

    def probe(self, accept_truncated: bool = False) -> AudioProperties:
        return probe(
            self.content[:HEAD_BYTES],
            len(self.content),
            self.read,
            name=self.name,
            accept_truncated=accept_truncated,
        )


def noise(seconds: float, rate: int, channels: int = 1) -> bytes:
    return random.Random(7).randbytes(int(seconds * rate) * channels * 2)


def wav(seconds: float = SECONDS, rate: int = 8000, channels: int = 1, extra: bytes = b"") -> bytes:
    data = noise(seconds, rate, channels)
    fmt = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * 2 * channels, 2 * channels, 16
    )
    body = b"WAVE" + fmt + extra + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def amr(seconds: int) -> bytes:
    """Frames of 20 ms at 12.2 kbit/s (RFC 4867); few builds of FFmpeg can write them."""
    chance = random.Random(7)
    frames = (b"\x3c" + chance.randbytes(31) for _ in range(seconds * 50))
    return b"#!AMR\n" + b"".join(frames)


def encoded(
    format: str,
    codec: str,
    *,
    seconds: float = SECONDS,
    rate: int = 16000,
    options: dict[str, str] | None = None,
    bit_rate: int | None = None,
    is_live: bool = False,
) -> bytes:
    """`seconds` of noise in a container that FFmpeg writes. A live one cannot go back to write
    its length down."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        target: Any = Unseekable() if is_live else str(path)
        with av.open(target, "w", format=format, options=options or {}) as container:
            stream = container.add_stream(codec, rate=rate, layout="mono")
            if bit_rate:
                stream.bit_rate = bit_rate
            frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * rate))
            frame.planes[0].update(noise(seconds, rate))
            frame.sample_rate, frame.pts = rate, 0
            wanted = stream.codec_context
            wanted.open()
            resampler = av.AudioResampler(wanted.format, "mono", rate, wanted.frame_size or 1024)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(stream.encode(piece))
            container.mux(stream.encode(None))
        return bytes(target.written) if is_live else path.read_bytes()


class Unseekable:
    """A stream to write to, as a recorder has it."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)


def silent_video() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(10):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


FRAGMENTED = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+skip_trailer",
    "frag_duration": "500000",
}

_MADE: dict[str, tuple[Callable[[], bytes], str, str, int]] = {
    # name: how it is made, container, codec, how many further ranges it may cost
    "pcm.wav": (lambda: wav(), "wav", "pcm_s16le", 0),
    "mulaw.wav": (lambda: encoded("wav", "pcm_mulaw", rate=8000), "wav", "pcm_mulaw", 0),
    "rf64.wav": (
        lambda: encoded("wav", "pcm_s16le", options={"rf64": "always"}),
        "wav",
        "pcm_s16le",
        0,
    ),
    "cbr.mp3": (
        lambda: encoded("mp3", "libmp3lame", options={"write_xing": "0"}),
        "mp3",
        "mp3",
        1,
    ),
    "vbr.mp3": (lambda: encoded("mp3", "libmp3lame"), "mp3", "mp3", 0),
    "moov_end.m4a": (lambda: encoded("mp4", "aac"), "mp4", "aac", 1),
    "faststart.m4a": (
        lambda: encoded("mp4", "aac", options={"movflags": "faststart"}),
        "mp4",
        "aac",
        0,
    ),
    "fragmented.m4a": (lambda: encoded("mp4", "aac", options=FRAGMENTED), "mp4", "aac", 1),
    "voice.opus": (lambda: encoded("ogg", "libopus", rate=48000), "ogg", "opus", 1),
    "voice.webm": (lambda: encoded("webm", "libopus", rate=48000), "webm", "opus", 1),
    "live.webm": (
        lambda: encoded("webm", "libopus", rate=48000, is_live=True, options={"live": "1"}),
        "webm",
        "opus",
        1,
    ),
    "mono.flac": (lambda: encoded("flac", "flac"), "flac", "flac", 1),
    "live.flac": (
        lambda: encoded("flac", "flac", is_live=True),
        "flac",
        "flac",
        1,
    ),
    "voice.amr": (lambda: amr(60), "amr", "amr_nb", 1),
    "voice.wma": (lambda: encoded("asf", "wmav2", bit_rate=64000), "asf", "wmav2", 0),
    "voice.aac": (lambda: encoded("adts", "aac"), "aac", "aac", 1),
}


FORMATS = {name: facts for name, (_, *facts) in _MADE.items()}
"""name -> container, codec, how many further ranges it may cost"""


def lasts_ms(name: str) -> int:
    """How long it is."""
    return 60_000 if name.endswith(".amr") else SECONDS * 1000


@functools.cache
def audio(name: str) -> bytes:
    """The file `name` of `FORMATS`: thirty seconds of noise, sixty for AMR."""
    return _MADE[name][0]()
