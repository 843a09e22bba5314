"""Whether there may be speech in a file. What is surely none is told from all the rest.

Sound is looked at in blocks of 20 ms. A block holds no speech where it is silent, where it belongs
to half a second that is equally loud throughout (hiss, hum, a fax at work, a chord that is held),
or where it is made of one or two pure tones (dialling, ringing, a fax that calls). A few blocks in
a row that are none of these may be speech, and so may music be: that is left to the provider.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Sequence
from operator import add, mul, sub
from typing import Any, NamedTuple

from shared.confined.child import ffmpeg
from shared.confined.child.shape import Shaper
from shared.confined.child.stream import Source
from shared.confined.child.timeline import Packets

RATE = 8_000
BLOCK = 160
_LOUDEST = 32_768.0**2
_SILENT_DB = -70.0
_HALF_A_SECOND = 25
"""Blocks; no syllable goes on so long without a change."""
_STEADY_DB, _STEADY_BELOW_DB = 4.0, 4.0
_PURE = 1e-5
_IN_A_ROW = 3
"""Blocks; what is shorter is a click, or the edge of a tone."""
_ENOUGH = 10


def found(source: Source) -> dict[str, Any]:
    """Read until there may be speech: `speech`, and whether anything was `loud`. Where the file
    cannot be read whole nobody is sure, and there may be."""
    ears: list[_Ear] = []
    with ffmpeg.opened(source) as container:
        packets = Packets(container, ffmpeg.sound_of(container))
        shaper = Shaper("s16", RATE, None)
        for frame in packets.frames():
            for ready in shaper.shaped(frame):
                if _may_be_speech(ready, ears):
                    return {"speech": True, "loud": True}
        for ready in shaper.rest():
            _may_be_speech(ready, ears)
    spoken = [ear.finish() for ear in ears]
    is_sure = bool(ears) and not packets.bad
    return {"speech": any(spoken) or not is_sure, "loud": any(ear.is_loud for ear in ears)}


def _may_be_speech(frame: Any, ears: list[_Ear]) -> bool:
    """An ear listens to each channel."""
    channels = frame.layout.nb_channels
    samples: array[int] = array("h")
    samples.frombytes(bytes(memoryview(frame.planes[0])[: frame.samples * channels * 2]))
    while len(ears) < channels:
        ears.append(_Ear())
    heard = [ear.hear(samples[at::channels]) for at, ear in enumerate(ears[:channels])]
    return any(heard)


class _Block(NamedTuple):
    """`level_db` is that of what there is, `steps_db` that of its differences, in which hum and
    rumble, whose levels waver, do not outweigh all else."""

    samples: array[int]
    level_db: float
    steps_db: float


class _Ear:
    """Listens to one channel. A block is judged once it is known what followed in the next half
    second."""

    def __init__(self) -> None:
        self._rest: array[int] = array("h")
        self._blocks: deque[_Block] = deque()
        self._steady = 0  # so many of the blocks, from the first on, belong to something steady
        self._row = self._count = 0
        self.is_loud = False

    def hear(self, samples: array[int]) -> bool:
        """Whether there was enough by now that may be speech."""
        self._rest += samples
        whole = len(self._rest) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            self._take(self._rest[at : at + BLOCK])
        self._rest = self._rest[whole:]
        return self._count >= _ENOUGH

    def finish(self) -> bool:
        while self._blocks:
            self._judge()
        return self._count >= _ENOUGH

    def _take(self, samples: array[int]) -> None:
        block = _Block(samples, _level_db(samples), _level_db(list(map(sub, samples[1:], samples))))
        self.is_loud = self.is_loud or block.level_db >= _SILENT_DB
        self._blocks.append(block)
        if len(self._blocks) < _HALF_A_SECOND:
            return
        levels = [block.level_db for block in self._blocks]
        steps = [block.steps_db for block in self._blocks]
        if _spread(steps) <= _STEADY_DB and _spread(levels) <= _STEADY_BELOW_DB:
            self._steady = len(levels)
        self._judge()

    def _judge(self) -> None:
        block = self._blocks.popleft()
        is_steady = self._steady > 0
        self._steady = max(0, self._steady - 1)
        if is_steady or block.level_db < _SILENT_DB or _is_pure(block.samples):
            self._row = 0
            return
        self._row += 1
        if self._row >= _IN_A_ROW:
            self._count += _IN_A_ROW if self._row == _IN_A_ROW else 1


def _level_db(samples: Sequence[int]) -> float:
    power = sum(map(mul, samples, samples)) / (BLOCK * _LOUDEST)
    return 10 * math.log10(max(power, 1e-12))


def _spread(levels: Sequence[float]) -> float:
    return max(levels) - min(levels)


def _is_pure(samples: array[int]) -> bool:
    """Whether two tones at most explain it: of those x[n-2] + x[n+2] is made of x[n-1] + x[n+1] and
    x[n] in the same way throughout. The rest is what is left of a fit by least squares."""
    middle = samples[2:-2]
    near, far = _sums(samples[1:-3], samples[3:-1]), _sums(samples[:-4], samples[4:])
    nn, mm, nm = _product(near, near), _product(middle, middle), _product(near, middle)
    fn, fm, ff = _product(far, near), _product(far, middle), _product(far, far)
    apart = nn * mm - nm * nm
    if apart > 1e-9 * nn * mm:
        a, b = (fn * mm - fm * nm) / apart, (fm * nn - fn * nm) / apart
    else:  # one tone: either does
        a, b = 0.0, fm / mm if mm else 0.0
    left = ff - a * fn - b * fm
    return left < _PURE * (ff + mm)


def _sums(one: array[int], other: array[int]) -> list[int]:
    return list(map(add, one, other))


def _product(one: Any, other: Any) -> float:
    return float(sum(map(mul, one, other)))
