"""PyAV, asked which sound is in this file, and where its last packet ends; and opened for those
who take the sound out of it.

Of FFmpeg's 371 demuxers and 557 codecs only those of recordings are let in: no playlist, no
script, no description of a session, no picture. Decoders of video never run, for nothing here needs
a picture.
"""

from __future__ import annotations

import io
from typing import Any

import av

FORMATS = """
    wav w64 mp3 flac aac ogg matroska,webm mov,mp4,m4a,3gp,3g2,mj2 amr amrnb amrwb asf aiff au caf
    avi mpegts mpeg flv ac3 eac3 gsm voc wv tta ape dsf
""".split()
CODECS = """
    pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be
    pcm_f64le pcm_f64be pcm_alaw pcm_mulaw pcm_dvd pcm_bluray mp1 mp2 mp3 mp1float mp2float mp3float
    aac aac_fixed aac_latm flac opus libopus vorbis speex amrnb amrwb libopencore_amrnb
    libopencore_amrwb wmav1 wmav2 wmapro wmavoice wmalossless alac ac3 ac3_fixed eac3 dca gsm gsm_ms
    adpcm_ms adpcm_ima_wav adpcm_ima_qt g726 g726le adpcm_yamaha adpcm_swf g722 g729 truespeech
    nellymoser wavpack tta ape dsd_lsbf dsd_msbf dsd_lsbf_planar dsd_msbf_planar ilbc qcelp evrc
    atrac3 cook mace3 mace6 qdm2
""".split()
# The default probe size reads up to 832 KB of PCM; a smaller one makes estimates worse.
OPTIONS = {
    "probesize": "65536",
    "format_whitelist": ",".join(FORMATS),
    "codec_whitelist": ",".join(CODECS),
    "protocol_whitelist": "none",
    "max_streams": "64",
}
MAX_CALLS = 20_000
# What hostile content brings about. FFmpeg's own errors are OSError or ValueError or both; a
# TypeError would be a mistake of ours and must not be taken for a bad file.
BAD_CONTENT = (OSError, ValueError, LookupError, ArithmeticError, av.FFmpegError)
# Since version 19 tags are no longer decoded on opening, and the argument is gone.
TAGS: Any = {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}


class TooManyReads(Exception):
    """The container wants more of the file than a look may cost."""


class File:
    """A file of which some spans are held, in the shape that PyAV opens. What is not held reads as
    the end; `missing_at` is where that happened first."""

    def __init__(self, spans: list[tuple[int, memoryview]], size: int) -> None:
        self._spans, self._size = spans, size
        self._position = self._calls = 0
        self.missing_at: int | None = None

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; fewer where a span ends."""
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise TooManyReads
        left = max(0, self._size - self._position)
        wanted = left if count < 0 else min(count, left)
        data = self._held(wanted)
        if wanted and not data and self.missing_at is None:
            self.missing_at = self._position
        self._position += len(data)
        return data

    def _held(self, length: int) -> bytes:
        """What is held from here on; spans that touch are read across."""
        found = bytes(self._span_at(self._position, length))
        while found and len(found) < length:
            part = self._span_at(self._position + len(found), length - len(found))
            if not part:
                break
            found += part
        return found

    def _span_at(self, offset: int, length: int) -> memoryview | bytes:
        for start, data in self._spans:
            if start <= offset < start + len(data):
                return data[offset - start : offset - start + length]
        return b""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where it stands then."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Where it stands."""
        return self._position


def look(file: File) -> dict[str, Any]:
    """What the file holds: `sound` or `silent`, as `shared/ports/demuxer.py` has them, or neither;
    and `missing_at`."""
    try:
        with opened(file) as container:
            return {**_found(container), "missing_at": file.missing_at}
    except MemoryError:
        raise
    except BAD_CONTENT:
        return {"missing_at": file.missing_at}


def end_of_packets_ms(data: memoryview) -> int | None:
    """Where the last packet of the first audio stream ends; reads every packet of `data`."""
    last = 0.0
    try:
        with opened(File([(0, data)], len(data))) as container:
            for packet in container.demux(container.streams.audio[0]):
                if packet.pts is not None and packet.time_base is not None:
                    end = packet.pts + (packet.duration or 0)
                    last = max(last, float(end * packet.time_base))
    except MemoryError:
        raise
    except BAD_CONTENT:
        pass
    return round(last * 1000) or None


def opened(file: Any) -> Any:
    """A container of PyAV, to be closed."""
    return av.open(file, mode="r", options=OPTIONS, **TAGS)


def sound_of(container: Any) -> Any:
    """The stream that is heard: the first audio stream that can be; None where there is none."""
    for stream in container.streams.audio:
        codec = stream.codec_context
        if codec is not None and codec.channels and codec.sample_rate:
            return stream
    return None


def _found(container: Any) -> dict[str, Any]:
    name, stream = container.format.name, sound_of(container)
    if stream is not None:
        codec = stream.codec_context
        return {
            "sound": {
                "codec": codec.codec.canonical_name,
                "container": name,
                "channels": codec.channels,
                "sample_rate_hz": codec.sample_rate,
                "duration_ms": duration_ms(container, stream),
                "has_pictures": bool(container.streams.video),
            }
        }
    return {"silent": {"container": name, "has_video": bool(container.streams.video)}}


def duration_ms(container: Any, stream: Any) -> int | None:
    """As the container says."""
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        return round(float(stream.duration * stream.time_base) * 1000)
    if container.duration is not None and container.duration > 0:
        return int(container.duration // 1000)
    return None
