"""PyAV, asked three questions: which sound is in this file, where does its last packet end, and how
much of it can be heard? And opened for those who take the sound out of it.

Of FFmpeg's 371 demuxers and 557 codecs only those of recordings are let in: no playlist, no
script, no description of a session, no picture. Decoders of sound run for a few packets, so that a
file of which nothing can be decoded is told from one that can, and for a small file that is in
doubt as a whole. Decoders of video never run.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import av

FORMATS = """
    wav w64 mp3 flac aac ogg matroska,webm mov,mp4,m4a,3gp,3g2,mj2 amr amrnb amrwb asf aiff au caf
    avi mpegts mpeg flv ac3 eac3 gsm voc wv tta ape dsf dff loas rm mpc mpc8 shn tak dts dtshd
    truehd mlp oma xwma aea nut mxf wtv gxf ircam sox nistsphere pvf avr iff paf act qcp
""".split()
CODECS = """
    pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be
    pcm_f64le pcm_f64be pcm_alaw pcm_mulaw pcm_dvd pcm_bluray mp1 mp2 mp3 mp1float mp2float mp3float
    aac aac_fixed aac_latm flac opus libopus vorbis speex amrnb amrwb libopencore_amrnb
    libopencore_amrwb wmav1 wmav2 wmapro wmavoice wmalossless alac ac3 ac3_fixed eac3 dca gsm gsm_ms
    adpcm_ms adpcm_ima_wav adpcm_ima_qt g726 g726le adpcm_yamaha adpcm_swf g722 g729 truespeech
    nellymoser wavpack tta ape dsd_lsbf dsd_msbf dsd_lsbf_planar dsd_msbf_planar ilbc qcelp evrc
    atrac1 atrac3 atrac3al atrac3plus atrac3plusal cook sipr ralf real_144 real_288 mace3 mace6 qdm2
    qdmc g723_1 g728 mpc7 mpc8 shorten tak mlp truehd dst pcm_s64le pcm_s64be pcm_s24daud pcm_lxf
    pcm_s8_planar pcm_s16le_planar pcm_s16be_planar pcm_s24le_planar pcm_s32le_planar pcm_u16le
    pcm_u16be pcm_u24le pcm_u24be pcm_u32le pcm_u32be pcm_f16le pcm_f24le pcm_vidc s302m adpcm_ct
    adpcm_sbpro_2 adpcm_sbpro_3 adpcm_sbpro_4 8svx_exp 8svx_fib paf_audio dvaudio metasound twinvq
    imc iac msnsiren siren acelp.kelvin
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
_MOST_TRIED = 64  # packets without a sample, of which the first few may be silent by nature
_ENOUGH_TRIED = 8
_HEARING_SECONDS = 1.0
_LARGEST_BYTES = 1 << 44  # a file of ext4 is no larger
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
        """Where it stands then; -1, and no step, for a place that no file has: a damaged length
        is passed over so, as FFmpeg does with a file on a disk."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset > _LARGEST_BYTES:
            return -1
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
            stream = sound_of(container)
            found = {**_found(container, stream), "missing_at": file.missing_at}
            if stream is not None:
                found["sound"]["is_heard"] = _is_heard(container, stream, file)
            return found
    except MemoryError:
        raise
    except BAD_CONTENT:
        return {"missing_at": file.missing_at}


def end_of_packets(data: memoryview, *, tries_last: bool = False) -> dict[str, Any]:
    """What `End` of `shared/ports/demuxer.py` has; reads every packet of `data`, and decodes the
    last two where it `tries_last`."""
    end, before, packets, last = 0.0, 0.0, 0, [None, None]
    told: dict[str, Any] = {}
    try:
        with opened(File([(0, data)], len(data))) as container:
            stream = container.streams.audio[0]
            for packet in container.demux(stream):
                if packet.size:
                    packets, last = packets + 1, [last[1], packet]
                if packet.pts is not None and packet.time_base is not None:
                    reached = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    if reached >= end:
                        end, before = reached, 0.0 if packet.duration else reached - end
            is_whole = not tries_last or _is_last_whole(stream, last)
            told = {
                "is_whole": is_whole,
                "before_ms": round(before * 1000),
                **_by_frames(stream, packets),
            }
    except MemoryError:
        raise
    except BAD_CONTENT:
        pass
    return {"end_ms": round(end * 1000) or None, **told}


def _by_frames(stream: Any, packets: int) -> dict[str, int]:
    """What so many packets last, where each holds a frame, and all frames are of one length."""
    codec = stream.codec_context
    if not codec.frame_size or not codec.sample_rate:
        return {}
    return {"frames_ms": packets * codec.frame_size * 1000 // codec.sample_rate}


def heard(data: memoryview) -> dict[str, Any]:
    """What `Heard` of `shared/ports/demuxer.py` has, of all of `data`; nothing where that takes too
    long."""
    ends_at = time.process_time() + _HEARING_SECONDS
    samples = rate = broken = 0
    end = 0.0
    try:
        with opened(File([(0, data)], len(data))) as container:
            stream = sound_of(container)
            if stream is None or not _may_run(stream):
                return {} if stream else {"heard_ms": 0}
            for packet in container.demux(stream):
                if time.process_time() > ends_at:
                    return {}
                frames = list(_frames(packet))
                broken += bool(packet.size and not frames and not packet.is_discard)
                for frame in frames:
                    samples, rate = samples + frame.samples, frame.sample_rate
                    end = max(end, (frame.time or 0) + frame.samples / rate)
    except MemoryError:
        raise
    except BAD_CONTENT:
        broken += 1
    heard_ms = samples * 1000 // rate if rate else 0
    return {"heard_ms": heard_ms, "end_ms": round(end * 1000), "broken": broken}


def _is_heard(container: Any, stream: Any, file: File) -> bool | None:
    """Whether a sample comes out of the packets that are held; None where too few are to tell."""
    if not _may_run(stream):
        return None
    is_all, tried = file.missing_at is None, 0
    file.missing_at = None
    try:
        for packet in container.demux(stream):
            if file.missing_at is not None and packet.size:
                break  # it may end too early
            if any(frame.samples for frame in _frames(packet)):
                return True
            tried += bool(packet.size and not packet.is_discard)
            if tried == _MOST_TRIED:
                return False
    except MemoryError:
        raise
    except BAD_CONTENT:
        pass
    is_all = is_all and file.missing_at is None
    return False if is_all or tried >= _ENOUGH_TRIED else None


def _is_last_whole(stream: Any, last: list[Any]) -> bool:
    """Whether the last packet can be decoded, where the one before it can."""
    if last[0] is None or not _may_run(stream):
        return True
    before, at_last = (list(_frames(packet)) for packet in last)
    return bool(at_last) or not before


def _may_run(stream: Any) -> bool:
    """Whether its decoder is one of those that are let in. It has no threads."""
    stream.codec_context.thread_count = 1
    return stream.codec_context.codec.name in CODECS


def _frames(packet: Any) -> Iterator[Any]:
    try:
        yield from packet.decode()
    except MemoryError:
        raise
    except BAD_CONTENT:
        return


def opened(file: Any) -> Any:
    """A container of PyAV, to be closed."""
    return av.open(file, mode="r", options=OPTIONS, **TAGS)


def sound_of(container: Any) -> Any:
    """The first stream of sound of which it is known how to play it, or None. Its decoder has no
    threads: the child may not start any, and WavPack's fails where it cannot."""
    for stream in container.streams.audio:
        codec = stream.codec_context
        if codec is not None and codec.channels and codec.sample_rate:
            codec.thread_count = 1
            return stream
    return None


def _found(container: Any, stream: Any) -> dict[str, Any]:
    name, has_video = container.format.name, bool(container.streams.video)
    if stream is None:
        return {"silent": {"container": name, "has_video": has_video}}
    codec = stream.codec_context
    return {
        "sound": {
            "codec": codec.codec.canonical_name,
            "container": name,
            "channels": codec.channels,
            "sample_rate_hz": codec.sample_rate,
            "duration_ms": duration_ms(container, stream),
            "has_pictures": has_video,
            "tracks": len(container.streams.audio),
        }
    }


def duration_ms(container: Any, stream: Any) -> int | None:
    """As the container says."""
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        return round(float(stream.duration * stream.time_base) * 1000)
    if container.duration is not None and container.duration > 0:
        return int(container.duration // 1000)
    return None
