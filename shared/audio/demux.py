"""PyAV, asked one question: which sound is in this file?

Imported when first needed: PyAV takes some 50 ms and 20 MB.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.audio.range_file import RangeFile, TooManyReads

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# The default probe size reads up to 832 KB of PCM; a smaller one makes estimates worse.
_OPTIONS = {"probesize": "65536"}
# What hostile content brings about. FFmpeg's own errors are OSError or ValueError or both; a
# TypeError would be a mistake of ours and must not be taken for a bad file.
_BAD_CONTENT = (OSError, ValueError, LookupError, ArithmeticError, TooManyReads)


@dataclass(frozen=True)
class Sound:
    """The first audio stream. `duration_ms` is None where the container does not say."""

    codec: str
    container: str
    channels: int
    sample_rate_hz: int
    duration_ms: int | None


@dataclass(frozen=True)
class Silent:
    """A readable file without an audio stream that could be used."""

    container: str
    has_video: bool


def demux(file: RangeFile | io.BytesIO) -> Sound | Silent | None:
    """What the file holds, None where it is nothing that can be read. Never raises on account
    of the content; errors of fetching are left in `RangeFile.failure`."""
    try:
        file.seek(0)
        with _open(file) as container:
            return _look(container)
    except _bad_content():
        return None


def end_of_packets_ms(data: bytes) -> int | None:
    """Where the last packet of the first audio stream ends; reads every packet of `data`."""
    last = 0.0
    try:
        with _open(io.BytesIO(data)) as container:
            for packet in container.demux(container.streams.audio[0]):
                if packet.pts is not None and packet.time_base is not None:
                    last = max(
                        last, float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    )
    except _bad_content():
        return round(last * 1000) or None
    return round(last * 1000) or None


def _bad_content() -> tuple[type[Exception], ...]:
    import av

    return (*_BAD_CONTENT, av.FFmpegError)


def _open(file: Any) -> InputContainer:
    import av

    # Since version 19 tags are no longer decoded on opening, and the argument is gone.
    tags: Any = {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
    container: InputContainer = av.open(file, mode="r", options=_OPTIONS, **tags)
    return container


def _look(container: InputContainer) -> Sound | Silent | None:
    name = container.format.name
    for stream in container.streams.audio:
        codec = stream.codec_context
        if codec is not None and codec.channels and codec.sample_rate:
            return Sound(
                codec=codec.codec.canonical_name,
                container=name,
                channels=codec.channels,
                sample_rate_hz=codec.sample_rate,
                duration_ms=_duration_ms(container, stream),
            )
    is_picture = name.endswith(("_pipe", "image2"))
    return Silent(name, has_video=bool(container.streams.video) and not is_picture)


def _duration_ms(container: InputContainer, stream: AudioStream) -> int | None:
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        return round(float(stream.duration * stream.time_base) * 1000)
    if container.duration is not None and container.duration > 0:
        return container.duration // 1000
    return None
