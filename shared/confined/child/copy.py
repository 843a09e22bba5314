"""A copy of the sound of a file: decoded and encoded anew, or taken as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import av

from shared.confined.child import ffmpeg
from shared.confined.child.hide import Hider, Meter
from shared.confined.child.shape import Pieces, Shaper, silent
from shared.confined.child.stream import Sink, Source
from shared.confined.child.timeline import TOLERANCE_SECONDS, Clock, Packets, start_seconds

PIECE = 4096
_MOST_SILENCE = 48_000  # samples of silence that are made at a time
_SHOWN_BYTES = 1 << 20


class HasGaps(Exception):
    """Taken as it is, its sounds would not be at their times."""


Show = Callable[[bytes], object]
"""Takes what was measured."""


def heard(source: Source, sink: Sink, how: Mapping[str, Any], show: Show) -> dict[str, Any]:
    """The same as `converted`, of a copy that is measured as well: in every stretch of
    how["measured"] samples the lowest and the highest of each channel, as `Meter` has them."""
    meter = Meter(how["measured"])
    made = converted(source, sink, how, meter)
    meter.finish()
    levels = meter.levels.tobytes()
    for at in range(0, len(levels), _SHOWN_BYTES):
        show(levels[at : at + _SHOWN_BYTES])
    return made


def converted(
    source: Source, sink: Sink, how: Mapping[str, Any], meter: Meter | None = None
) -> dict[str, Any]:
    """`how`: `muxer`, `encoder`, `sample_format`, `rate`, and perhaps `bit_rate`, `mix`,
    `filters`, `muxer_options`, `encoder_options`, the samples that are left out at the beginning
    (`skip`), what is to be `hidden` and how (`fill`). With a `gap` each channel of the `mix` stands
    on its own, one after the other, with so many samples of silence in between. What came of it:
    `samples`, `channels`, `packets`, `bad_packets`."""
    encoding, count, bad = _Encoding(sink, how), 0, 0
    for mix in _mixes(how):
        source.seek(0)
        with ffmpeg.opened(source) as container:
            packets = Packets(container, ffmpeg.sound_of(container))
            shaper = Shaper(how["sample_format"], how["rate"], mix, how.get("filters", ()))
            clock = Clock(start_seconds(container))
            hider = Hider(how.get("hidden", ()), how.get("fill", ""), how["rate"])
            encoding.pause(how.get("gap"), shaper)
            for frame in timely(packets, clock, shaper):
                clean = hider.hidden(frame)
                if meter is not None:
                    meter.measure(clean)
                encoding.add(clean)
        count, bad = count + packets.count, bad + packets.bad
    encoding.finish()
    return {
        "samples": encoding.samples,
        "channels": encoding.channels,
        "packets": count,
        "bad_packets": bad,
    }


def _mixes(how: Mapping[str, Any]) -> list[Any]:
    """What is made of the channels, each time that the file is read."""
    if how.get("gap") is None:
        return [how.get("mix")]
    return [[each] for each in how["mix"]]


def timely(packets: Packets, clock: Clock, shaper: Shaper) -> Iterator[Any]:
    """The frames of the copy, with silence where the original has none."""
    late = 0.0
    for frame in packets.frames():
        late += clock.gap(frame.time)
        clock.passes(frame.samples, frame.sample_rate)
        if late and shaper.layout:
            yield from shaper.rest()
            yield from _silence(late, shaper)
            late = 0.0
        for ready in shaper.shaped(frame):
            if late:  # nobody knew what silence looks like before
                yield from _silence(late, shaper)
                late = 0.0
            yield ready
    yield from shaper.rest()


def _silence(seconds: float, shaper: Shaper) -> Iterator[Any]:
    left = round(seconds * shaper.rate)
    while left > 0:
        count = min(left, _MOST_SILENCE)
        yield silent(count, shaper.sample_format, shaper.layout, shaper.rate)
        left -= count


class _Encoding:
    """The file that is written. It begins with the first frame, which tells the channels."""

    def __init__(self, sink: Sink, how: Mapping[str, Any]) -> None:
        self._how = how
        self._out = av.open(
            sink, mode="w", format=how["muxer"], options=dict(how.get("muxer_options", {}))
        )
        self._stream: Any = None
        self._pieces = Pieces(PIECE, how.get("skip", 0))
        self.samples = self.channels = 0

    def add(self, frame: Any) -> None:
        if self._stream is None:
            self._begin(frame)
        self.samples += frame.samples
        for piece in self._pieces.cut(frame):
            self._encode(piece)

    def pause(self, samples: int | None, shaper: Shaper) -> None:
        """So much silence, but not at the beginning."""
        if samples and self._stream is not None:
            self.add(silent(samples, shaper.sample_format, "mono", shaper.rate))

    def finish(self) -> None:
        if self._stream is not None:
            for piece in self._pieces.rest():
                self._encode(piece)
            self._encode(None)
        self._out.close()

    def _begin(self, frame: Any) -> None:
        stream = self._out.add_stream(self._how["encoder"], rate=self._how["rate"])
        codec = stream.codec_context
        codec.format, codec.layout, codec.thread_count = frame.format, frame.layout, 1
        codec.options = dict(self._how.get("encoder_options", {}))
        if self._how.get("bit_rate"):
            codec.bit_rate = self._how["bit_rate"] * frame.layout.nb_channels
        self._stream, self.channels = stream, frame.layout.nb_channels

    def _encode(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._out.mux(packet)


def remuxed(source: Source, sink: Sink, how: Mapping[str, Any]) -> dict[str, Any]:
    """The packets of the sound in another container, `how["muxer"]`. Those that fill an encoder
    before the sound begins have times below zero, and stay behind: a bare stream has no times, and
    would play them. Raises `HasGaps`."""
    with ffmpeg.opened(source) as container:
        stream = ffmpeg.sound_of(container)
        start = max(start_seconds(container) or 0.0, 0.0)
        clock, packets = Clock(start), Packets(container, stream)
        with av.open(sink, mode="w", format=how["muxer"]) as out:
            copy = out.add_stream_from_template(stream)
            for packet in packets:
                if packet.pts is None or not packet.size:
                    continue
                if packet.pts < 0 and packet.pts + (packet.duration or 0) <= 0:
                    continue
                _hold_to(clock, packet)
                shift = round(start / packet.time_base)
                packet.pts -= shift
                if packet.dts is not None:
                    packet.dts -= shift
                packet.stream = copy
                out.mux(packet)
    return {"packets": packets.count, "bad_packets": packets.bad}


def _hold_to(clock: Clock, packet: Any) -> None:
    """Raises `HasGaps`."""
    drift = clock.drift(float(packet.pts * packet.time_base))
    if abs(drift) > TOLERANCE_SECONDS or packet.is_corrupt:
        raise HasGaps
    codec = packet.stream.codec_context
    if codec.frame_size and codec.sample_rate:  # time stamps of some containers are rounded
        clock.passes(codec.frame_size, codec.sample_rate)
    else:
        ticks = packet.duration or 0
        clock.passes(ticks * packet.time_base.numerator, packet.time_base.denominator)
