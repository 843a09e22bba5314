"""Frames of sound as an encoder wants them: format, rate and channels, in even pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
from av.audio.fifo import AudioFifo
from av.filter import Graph

Mix = Sequence[Sequence[tuple[int, float]]]
"""For each channel that comes out, those that go into it, and how loud."""
_LAYOUTS = {1: "mono", 2: "stereo"}
_NOTHING_YET = (BlockingIOError, EOFError)


class Shaper:
    """`mix` of None leaves the channels as they are. `filters` are names and arguments of FFmpeg's
    own, in their order."""

    def __init__(
        self,
        sample_format: str,
        rate: int,
        mix: Mix | None,
        filters: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.sample_format, self.rate, self._mix = sample_format, rate, mix
        self._filters = filters
        self._graph: Any = None
        self._of: tuple[Any, ...] = ()
        self.layout = ""

    def shaped(self, frame: Any) -> Iterator[Any]:
        """What is ready once `frame` went in. A change of format on the way begins anew; the
        channels stay what they were at first."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._of:
            yield from self.rest()
            self._graph, self._of = self._built(frame), kind
        frame.pts = None
        self._graph.push(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Any]:
        """What was held back; what comes next begins anew."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._ready()
            self._graph, self._of = None, ()

    def _ready(self) -> Iterator[Any]:
        while True:
            try:
                frame = self._graph.pull()
            except _NOTHING_YET:
                return
            frame.pts = None
            self.layout = self.layout or frame.layout.name
            yield frame

    def _built(self, frame: Any) -> Any:
        graph = Graph()
        graph.threads = 1  # the child may not start any
        nodes = [
            graph.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format.name,
                layout=frame.layout.name,
                time_base=Fraction(1, frame.sample_rate),
            )
        ]
        for name, text in (*self._panned(frame.layout.nb_channels), *self._filters):
            nodes.append(graph.add(name, text))
        wanted = f"sample_fmts={self.sample_format}:sample_rates={self.rate}"
        if self.layout:
            wanted += f":channel_layouts={self.layout}"
        nodes += [graph.add("aformat", wanted), graph.add("abuffersink")]
        graph.link_nodes(*nodes).configure()
        return graph

    def _panned(self, there: int) -> list[tuple[str, str]]:
        """A channel that is not there any more is left to be silent."""
        if self._mix is None:
            return []
        outs = [
            f"c{out}=" + ("+".join(f"{gain}*c{one}" for one, gain in ins if one < there) or "0*c0")
            for out, ins in enumerate(self._mix)
        ]
        layout = _LAYOUTS.get(len(outs), f"{len(outs)}c")
        return [("pan", "|".join([layout, *outs]))]


class Pieces:
    """Frames of any length in, frames of `size` samples out, without the first `skip` samples."""

    def __init__(self, size: int, skip: int = 0) -> None:
        self._size, self._skip, self._fifo = size, skip, AudioFifo()

    def cut(self, frame: Any) -> Iterator[Any]:
        self._fifo.write(frame)
        if self._skip:
            passed = self._fifo.read(min(self._skip, self._fifo.samples))
            self._skip -= 0 if passed is None else passed.samples
        while (piece := self._fifo.read(self._size)) is not None:
            yield _timeless(piece)

    def rest(self) -> Iterator[Any]:
        piece = self._fifo.read(0, partial=True) if self._fifo.samples else None
        if piece is not None:
            yield _timeless(piece)


def silent(samples: int, like: str, layout: str, rate: int) -> Any:
    """A frame of silence; `like` is a signed format."""
    frame = av.AudioFrame(format=like, layout=layout, samples=samples)
    frame.sample_rate = rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def _timeless(frame: Any) -> Any:
    frame.pts = None
    return frame
