"""Recordings of many kinds, twelve seconds of speech and more, made on the spot by FFmpeg, and what
FFmpeg's own decoding says of any file."""

from __future__ import annotations

import functools
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from tests.unit.probing_audio import Unseekable

_SPEECH = Path(__file__).resolve().parents[1] / "samples" / "audio" / "monologue.wav"
SECONDS = 12


class Kind(NamedTuple):
    """`muxer` and `codec` by FFmpeg's names; `tracks` of sound, and pictures beside them. The
    speech comes so many `times`."""

    muxer: str
    codec: str
    rate: int = 16_000
    layout: str = "mono"
    options: Mapping[str, str] = {}
    bit_rate: int | None = None
    is_live: bool = False
    tracks: int = 1
    pictures: str = ""
    times: int = 1


class Heard(NamedTuple):
    """What FFmpeg decodes of a file: milliseconds, channels, tracks of sound."""

    length_ms: int
    channels: int
    tracks: int


def made(kind: Kind) -> bytes:
    """Raises `av.FFmpegError` or `ValueError` where this build of FFmpeg cannot write it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        target: Any = Unseekable() if kind.is_live else str(path)
        with av.open(target, "w", format=kind.muxer, options=dict(kind.options)) as container:
            streams = [_stream(container, kind) for _ in range(kind.tracks)]
            pictures = _picture_stream(container, kind.pictures)
            for stream in streams:
                stream.codec_context.open()
            for stream in streams:
                for piece in _pieces(stream.codec_context, kind):
                    container.mux(stream.encode(piece))
                container.mux(stream.encode(None))
            _draw(container, pictures)
        return bytes(target.written) if kind.is_live else path.read_bytes()


def _stream(container: Any, kind: Kind) -> Any:
    options = {"strict": "experimental"}
    stream = container.add_stream(kind.codec, rate=kind.rate, layout=kind.layout, options=options)
    if kind.bit_rate:
        stream.bit_rate = kind.bit_rate
    return stream


def _pieces(wanted: Any, kind: Kind) -> Iterator[Any]:
    """The speech, again and again, in frames of the encoder's size."""
    resampler = av.AudioResampler(wanted.format, kind.layout, kind.rate, wanted.frame_size or 1024)
    for number in range(kind.times):
        frame = speech(kind.rate, kind.layout)
        frame.pts = number * frame.samples
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


@functools.cache
def speech(rate: int, layout: str) -> Any:
    """Somebody speaking, as one frame."""
    with av.open(str(_SPEECH)) as container:
        resampler = av.AudioResampler("s16", layout, rate)
        parts = []
        for frame in container.decode(audio=0):
            parts += [
                bytes(part.planes[0])[: part.samples * 2 * len(part.layout.channels)]
                for part in resampler.resample(frame)
            ]
    channels = len(av.AudioLayout(layout).channels)
    samples = SECONDS * rate
    frame = av.AudioFrame(format="s16", layout=layout, samples=samples)
    frame.planes[0].update((b"".join(parts) * 2)[: samples * 2 * channels])
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    return frame


def _picture_stream(container: Any, codec: str) -> Any:
    if not codec:
        return None
    stream = container.add_stream(codec, rate=25)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    return stream


def _draw(container: Any, stream: Any) -> None:
    if stream is None:
        return
    for number in range(SECONDS * 25):
        frame = av.VideoFrame(64, 64, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([number % 200]) * plane.buffer_size)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def heard(content: bytes) -> Heard | None:
    """None where nothing can be decoded."""
    samples = rate = channels = tracks = 0
    with suppress(av.FFmpegError, ValueError, LookupError), av.open(io.BytesIO(content)) as opened:
        tracks = len(opened.streams.audio)
        stream = opened.streams.audio[0]
        for packet in opened.demux(stream):
            with suppress(av.FFmpegError, ValueError):
                for frame in packet.decode():
                    samples, rate = samples + frame.samples, frame.sample_rate
                    channels = len(frame.layout.channels)
    return Heard(samples * 1000 // rate, channels, tracks) if samples else None


_LIVE = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}
KINDS: Mapping[str, Kind] = {
    "wav": Kind("wav", "pcm_s16le"),
    "wav of 8 bits": Kind("wav", "pcm_u8", 8000),
    "wav of 24 bits": Kind("wav", "pcm_s24le", 48_000, "stereo"),
    "wav of 32 bits": Kind("wav", "pcm_s32le"),
    "wav of floats": Kind("wav", "pcm_f32le"),
    "wav of doubles": Kind("wav", "pcm_f64le"),
    "wav of six channels": Kind("wav", "pcm_s16le", 16_000, "5.1"),
    "wav, a-law": Kind("wav", "pcm_alaw", 8000),
    "wav, mu-law": Kind("wav", "pcm_mulaw", 8000),
    "wav, IMA": Kind("wav", "adpcm_ima_wav", 8000),
    "wav, MS ADPCM": Kind("wav", "adpcm_ms", 8000),
    "wav, Yamaha": Kind("wav", "adpcm_yamaha", 8000),
    "wav, G.722": Kind("wav", "g722"),
    "wav, G.726": Kind("wav", "g726", 8000),
    "wav, G.723.1": Kind("wav", "g723_1", 8000, bit_rate=6300),
    "wav, MP3": Kind("wav", "libmp3lame"),
    "wav, MP2": Kind("wav", "mp2"),
    "wav, AC-3": Kind("wav", "ac3", 48_000, "stereo"),
    "wav, WMA": Kind("wav", "wmav2", bit_rate=32_000),
    "rf64": Kind("wav", "pcm_s16le", options={"rf64": "always"}),
    "wave64": Kind("w64", "pcm_s16le"),
    "wave64, mu-law": Kind("w64", "pcm_mulaw", 8000),
    "wave64, ADPCM": Kind("w64", "adpcm_ms", 8000),
    "aiff": Kind("aiff", "pcm_s16be"),
    "aiff of floats": Kind("aiff", "pcm_f32be"),
    "aifc, mu-law": Kind("aiff", "pcm_mulaw", 8000),
    "aifc, IMA": Kind("aiff", "adpcm_ima_qt", 8000),
    "au": Kind("au", "pcm_s16be"),
    "au, mu-law": Kind("au", "pcm_mulaw", 8000),
    "caf": Kind("caf", "pcm_s16le"),
    "caf, ALAC": Kind("caf", "alac"),
    "caf, mu-law": Kind("caf", "pcm_mulaw", 8000),
    "voc": Kind("voc", "pcm_u8", 8000),
    "mp3": Kind("mp3", "libmp3lame"),
    "mp3 without a header": Kind("mp3", "libmp3lame", options={"write_xing": "0"}),
    "mp3 of 8 kHz": Kind("mp3", "libmp3lame", 8000),
    "mp3, stereo": Kind("mp3", "libmp3lame", 44_100, "stereo"),
    "mp2": Kind("mp2", "mp2"),
    "adts": Kind("adts", "aac"),
    "loas": Kind("latm", "aac"),
    "ac-3": Kind("ac3", "ac3", 48_000, "stereo"),
    "e-ac-3": Kind("eac3", "eac3", 48_000, "stereo"),
    "m4a": Kind("mp4", "aac"),
    "m4a, index first": Kind("mp4", "aac", options={"movflags": "faststart"}),
    "m4a, fragments": Kind("mp4", "aac", options=_LIVE),
    "m4a, one fragment": Kind("mp4", "aac", options={"movflags": "frag_keyframe+empty_moov"}),
    "m4a, dash": Kind(
        "mp4", "aac", options={"movflags": "dash+global_sidx", "frag_duration": "500000"}
    ),
    "m4a, ALAC": Kind("ipod", "alac"),
    "m4a, two tracks": Kind("mp4", "aac", tracks=2),
    "mp4, MP3": Kind("mp4", "libmp3lame"),
    "mp4, Opus": Kind("mp4", "libopus", 48_000),
    "mp4, FLAC": Kind("mp4", "flac"),
    "mp4, AC-3": Kind("mp4", "ac3", 48_000, "stereo"),
    "mp4 with pictures": Kind("mp4", "aac", pictures="mpeg4"),
    "mov": Kind("mov", "pcm_s16le"),
    "mov, big-endian": Kind("mov", "pcm_s16be"),
    "mov, mu-law": Kind("mov", "pcm_mulaw", 8000),
    "mov, IMA": Kind("mov", "adpcm_ima_qt", 8000),
    "mov with pictures": Kind("mov", "pcm_s16le", pictures="mpeg4"),
    "3gp": Kind("3gp", "aac"),
    "3gp, AMR": Kind("3gp", "libopencore_amrnb", 8000),
    "amr": Kind("amr", "libopencore_amrnb", 8000),
    "ogg, Opus": Kind("ogg", "libopus", 48_000),
    "ogg, Vorbis": Kind("ogg", "vorbis", 48_000, "stereo"),
    "ogg, FLAC": Kind("ogg", "flac"),
    "webm": Kind("webm", "libopus", 48_000),
    "webm, live": Kind("webm", "libopus", 48_000, is_live=True, options={"live": "1"}),
    "webm with pictures": Kind("webm", "libopus", 48_000, pictures="libvpx"),
    "mka": Kind("matroska", "aac"),
    "mka, live": Kind("matroska", "aac", is_live=True),
    "mka, plain": Kind("matroska", "pcm_s16le"),
    "mka, FLAC": Kind("matroska", "flac"),
    "mka, MP3": Kind("matroska", "libmp3lame"),
    "mka, ALAC": Kind("matroska", "alac"),
    "mka, TTA": Kind("matroska", "tta"),
    "mka, WavPack": Kind("matroska", "wavpack"),
    "mka, two tracks": Kind("matroska", "aac", tracks=2),
    "mkv": Kind("matroska", "aac", pictures="mpeg4"),
    "flac": Kind("flac", "flac"),
    "flac, live": Kind("flac", "flac", is_live=True),
    "flac, stereo": Kind("flac", "flac", 44_100, "stereo"),
    "wavpack": Kind("wv", "wavpack"),
    "tta": Kind("tta", "tta"),
    "wma": Kind("asf", "wmav2", bit_rate=32_000),
    "wma, version 1": Kind("asf", "wmav1", bit_rate=32_000),
    "avi": Kind("avi", "libmp3lame", pictures="mpeg4"),
    "avi, plain": Kind("avi", "pcm_s16le", pictures="mpeg4"),
    "transport stream": Kind("mpegts", "aac", 48_000),
    "transport stream, MP2": Kind("mpegts", "mp2", 48_000),
    "transport stream, Opus": Kind("mpegts", "libopus", 48_000),
    "transport stream of a camcorder": Kind(
        "mpegts", "ac3", 48_000, "stereo", options={"mpegts_m2ts_mode": "1"}
    ),
    "program stream": Kind("mpeg", "mp2", 48_000, pictures="mpeg1video"),
    "vob": Kind("vob", "ac3", 48_000, "stereo", pictures="mpeg2video"),
    "flash video": Kind("flv", "aac", 44_100, pictures="flv"),
    "flash video, MP3": Kind("flv", "libmp3lame", 44_100),
    "flash video, Nellymoser": Kind("flv", "nellymoser", 8000),
    "real media": Kind("rm", "ac3", 48_000, "stereo"),
    "mxf": Kind("mxf_opatom", "pcm_s16le", 48_000),
}
"""Where something in the file tells that it was cut off."""
UNTOLD: Mapping[str, Kind] = {
    "wav, live": Kind("wav", "pcm_s16le", is_live=True),
    "au, live": Kind("au", "pcm_mulaw", 8000, is_live=True),
    "ircam": Kind("ircam", "pcm_s16le"),
    "sox": Kind("sox", "pcm_s32le"),
    "nut": Kind("nut", "pcm_s16le"),
    "gxf": Kind("gxf", "pcm_s16le", 48_000),
    "real media, 14.4": Kind("rm", "real_144", 8000),
}
"""Where nothing does, or only what nobody here reads; they last as long as they do."""
