"""What a copy for a provider, or for people to hear, costs: processor and memory of the child that
makes it, for an hour of sound in each common format, and for ten hours of a video and of WAV.

The sound is the monologue of the samples, over and over. The processor's time does not depend on
what else the machine does; `longest_seconds` is what an execution has.
"""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import av

from benchmarks.memory import peak_kib
from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.confined.process import Child
from shared.model.listening.recipe import ListeningRecipe
from shared.model.preparing.formats import FLAC, OPUS
from shared.model.preparing.recipe import Recipe
from shared.pipeline.prepare.prepare import LONGEST
from shared.ports.copies import Converter, Copied, Read, Take

MONOLOGUE = Path(__file__).resolve().parents[1] / "samples" / "audio" / "monologue.wav"
HOUR = 3_600
MOST_MB = 120


class Case(NamedTuple):
    """Sound as somebody has it, and what is made of it."""

    name: str
    container: str
    codec: str
    rate: int
    channels: int
    recipe: Recipe | ListeningRecipe
    hours: float = 1
    pictures: bool = False


def _flac(rate: int = 16_000, channels: int = 1) -> Recipe:
    return Recipe(way="convert", format=FLAC.name, rate=rate, channels=channels)


CASES = (
    Case("WAV 16 kHz", "wav", "pcm_s16le", 16_000, 1, _flac()),
    Case("WAV 48 kHz stereo", "wav", "pcm_s16le", 48_000, 2, _flac(channels=2)),
    Case("AIFF 44.1 kHz stereo", "aiff", "pcm_s16be", 44_100, 2, _flac(channels=2)),
    Case("MP3", "mp3", "libmp3lame", 44_100, 2, _flac(channels=2)),
    Case("M4A (AAC)", "mp4", "aac", 44_100, 2, _flac(channels=2)),
    Case("Opus", "ogg", "libopus", 48_000, 1, _flac()),
    Case("Apple Lossless", "mp4", "alac", 44_100, 2, _flac(channels=2)),
    Case("AC-3", "ac3", "ac3", 48_000, 2, _flac(channels=2)),
    Case("WMA", "asf", "wmav2", 44_100, 2, _flac(channels=2)),
    Case("MKV (AAC, video)", "matroska", "aac", 48_000, 2, _flac(channels=2), pictures=True),
    Case(
        "MKV (AAC, video), taken out",
        "matroska",
        "aac",
        48_000,
        2,
        Recipe(way="remux", format="aac", channels=2),
        pictures=True,
    ),
    Case(
        "WAV 16 kHz to Opus",
        "wav",
        "pcm_s16le",
        16_000,
        1,
        Recipe(way="convert", format=OPUS.name, rate=16_000),
    ),
)
MONO = ListeningRecipe(mix=(((0, 1.0),),))
STEREO = ListeningRecipe(mix=(((0, 1.0),), ((1, 1.0),)))
LISTENING = (
    Case("WAV 8 kHz", "wav", "pcm_s16le", 8_000, 1, MONO),
    Case("WAV 16 kHz", "wav", "pcm_s16le", 16_000, 1, MONO),
    Case("WAV 48 kHz stereo", "wav", "pcm_s16le", 48_000, 2, STEREO),
    Case("MP3", "mp3", "libmp3lame", 44_100, 2, STEREO),
    Case("M4A (AAC)", "mp4", "aac", 44_100, 2, STEREO),
    Case("Opus", "ogg", "libopus", 48_000, 1, MONO),
    Case("MKV (AAC, video)", "matroska", "aac", 48_000, 2, STEREO, pictures=True),
)
LONG = (
    Case("WAV 48 kHz stereo", "wav", "pcm_s16le", 48_000, 2, _flac(channels=2), hours=10),
    Case("MKV (AAC, video)", "matroska", "aac", 48_000, 2, _flac(channels=2), 10, pictures=True),
)


def run(long: bool = False, hours: float | None = None) -> list[dict[str, Any]]:
    """Figures of each. `hours` in place of what the cases say."""
    return _all(LONG if long else CASES, hours)


def listening(hours: float | None = None) -> list[dict[str, Any]]:
    """The same of copies for people to hear, with their waves."""
    return _all(LISTENING, hours)


def _all(cases: Sequence[Case], hours: float | None) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        return [_figures(case, Path(folder), hours or case.hours) for case in cases]


def _figures(case: Case, folder: Path, hours: float) -> dict[str, Any]:
    path = folder / "sound"
    _write(case, path, hours)
    born: list[Child] = []

    def start(limits: Any) -> Child:
        born.append(Child(limits))
        return born[-1]

    used: dict[str, float] = {}
    children = _Watched(LIMITS, start=start)
    made = 0

    def take(_: int, block: bytes) -> None:
        nonlocal made
        made += len(block)

    with path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        children.before_end = lambda child: used.update(_used(child.pid))
        copied = _copied(ConfinedConverter(children), path.stat().st_size, read, case, take)
    size = path.stat().st_size
    path.unlink()
    return {
        "format": case.name,
        "hours": hours,
        "source_mb_an_hour": round(size / 1e6 / hours),
        "copy_mb_an_hour": round(made / 1e6 / hours),
        "cpu_seconds_an_hour": round(used["cpu"] / hours, 1),
        "peak_mb": round(used["peak_mb"]),
        "cpu_seconds": round(used["cpu"], 1),
        "longest_seconds": LONGEST.total_seconds(),
        "bad_packets": copied.bad_packets,
    }


def _copied(converter: Converter, size: int, read: Read, case: Case, take: Take) -> Copied:
    if isinstance(case.recipe, ListeningRecipe):
        return converter.copy_to_hear(size, read, case.recipe, take).copied
    return converter.copy(size, read, case.recipe, take)


class _Watched(Children):
    """Tells of a child before it is ended."""

    before_end: Callable[[Child], object] = staticmethod(lambda child: None)

    def _at_work(self, at: Callable[[Child], Any]) -> Any:
        def watched(child: Child) -> Any:
            said = at(child)
            self.before_end(child)
            return said

        return super()._at_work(watched)


def _used(pid: int) -> dict[str, float]:
    place = Path(f"/proc/{pid}")
    fields = place.joinpath("stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return {"cpu": ticks / os.sysconf("SC_CLK_TCK"), "peak_mb": peak_kib(pid) * 1024 / 1e6}


def _write(case: Case, path: Path, hours: float) -> None:
    """The packets of a minute, with times of their own, over and over: nobody has to encode an
    hour."""
    minute = _minute(case)
    with (
        av.open(io.BytesIO(minute)) as one,
        av.open(str(path), "w", format=case.container) as out,
    ):
        template = one.streams.audio[0]
        stream = out.add_stream_from_template(template)
        pictures = _pictures(out) if case.pictures else None
        packets = [(bytes(p), p.duration) for p in one.demux(template) if p.size and p.duration]
        base, at, shown = template.time_base, 0, 0
        while at * base < hours * HOUR:
            for data, duration in packets:
                packet = av.Packet(data)
                packet.pts = packet.dts = at
                packet.duration, packet.time_base, packet.stream = duration, base, stream
                packet.is_keyframe = True
                out.mux(packet)
                at += duration
                while pictures is not None and shown < at * base * 10:
                    pictures(shown)
                    shown += 1


def _pictures(out: Any) -> Callable[[int], None]:
    """Ten a second, 25 kB each: 2 Mbit/s, that nobody decodes."""
    stream = out.add_stream("mjpeg", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
    data = os.urandom(25_000)

    def show(number: int) -> None:
        packet = av.Packet(data)
        packet.pts = packet.dts = number
        packet.time_base, packet.stream = stream.codec_context.time_base, stream
        packet.is_keyframe = True
        out.mux(packet)

    return show


def _minute(case: Case) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4" if case.pictures else case.container) as out:
        layout = "mono" if case.channels == 1 else "stereo"
        stream = out.add_stream(case.codec, rate=case.rate, layout=layout)
        if not case.codec.startswith(("pcm", "alac")):
            stream.bit_rate = 128_000
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 4096
        shape = av.AudioResampler(stream.codec_context.format, layout, case.rate, size)
        for frame in _monologue(60):
            for piece in shape.resample(frame):
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return target.getvalue()


def _monologue(seconds: int) -> Iterator[Any]:
    with wave.open(str(MONOLOGUE)) as file:
        rate, count = file.getframerate(), file.getnframes()
        data = file.readframes(count)
    whole = data * (1 + seconds * rate * 2 // len(data))
    for number in range(seconds):
        frame = av.AudioFrame(format="s16", layout="mono", samples=rate)
        frame.planes[0].update(whole[number * rate * 2 : (number + 1) * rate * 2])
        frame.sample_rate, frame.pts = rate, number * rate
        yield frame
