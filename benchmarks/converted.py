"""What copies cost in words: how many the local recogniser gets wrong in recordings as they are,
and in what is made of them for providers and for people.

The recordings and the way of counting are those of `hearing`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import av

from benchmarks.hearing import OWN, Spoken, figures, own, samples, scored
from local.recogniser.engines import BEST, resolve
from local.recogniser.pool import RecogniserPool
from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.model.listening.recipe import ListeningRecipe
from shared.model.preparing.formats import FLAC, OPUS, CopyFormat
from shared.model.preparing.recipe import Recipe

WORSE_AT_MOST = 0.01
_AS_THEY_ARE = "as they are"
Make = Callable[[ConfinedConverter, bytes, int, int], bytes]


def run(folder: Path, engine: str = BEST) -> dict[str, Any]:
    """Of the recordings as they are, and of each kind of copy: words, errors and their rate. A
    copy may be worse by `WORSE_AT_MOST`."""
    spoken = [*own(folder), *samples()]
    children = Children(LIMITS)
    converter = ConfinedConverter(children)
    with tempfile.TemporaryDirectory(prefix="converted-") as scratch:
        sets = {_AS_THEY_ARE: spoken}
        for name, make in MADE.items():
            sets[name] = [
                _copied(one, make, converter, Path(scratch) / f"{number}.{name.replace(' ', '')}")
                for number, one in enumerate(spoken)
            ]
        children.close()
        with RecogniserPool(resolve(engine)) as pool:
            heard = {
                name: [pool.recognise(one.path) for one in all_] for name, all_ in sets.items()
            }
            found = {
                name: figures(
                    [
                        score
                        for one, future in zip(all_, heard[name], strict=True)
                        for score in scored(one, future.result())
                    ]
                )
                for name, all_ in sets.items()
            }
    most = found[_AS_THEY_ARE]["rate"] + WORSE_AT_MOST
    worse = [f"{name}: more words wrong" for name, one in found.items() if one["rate"] > most]
    return {**found, "findings": worse}


def _copied(one: Spoken, make: Make, converter: ConfinedConverter, path: Path) -> Spoken:
    with av.open(str(one.path)) as container:
        stream = container.streams.audio[0]
        rate, channels = stream.rate, stream.channels
    path.write_bytes(make(converter, one.path.read_bytes(), rate, channels))
    return Spoken(one.kind if one.kind in OWN else "folder", path, one.texts)


def _to(made_in: CopyFormat) -> Make:
    def make(converter: ConfinedConverter, data: bytes, rate: int, channels: int) -> bytes:
        recipe = Recipe(
            way="convert", format=made_in.name, rate=made_in.rate_for(rate), channels=channels
        )
        blocks: dict[int, bytes] = {}
        converter.copy(len(data), _reader(data), recipe, blocks.__setitem__)
        return b"".join(blocks[number] for number in sorted(blocks))

    return make


def _to_hear(converter: ConfinedConverter, data: bytes, rate: int, channels: int) -> bytes:
    recipe = ListeningRecipe(mix=tuple(((one, 1.0),) for one in range(channels)))
    blocks: dict[int, bytes] = {}
    converter.copy_to_hear(len(data), _reader(data), recipe, blocks.__setitem__)
    return b"".join(blocks[number] for number in sorted(blocks))


def _reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda at, length: data[at : at + length]


MADE: Mapping[str, Make] = {"FLAC": _to(FLAC), "Opus": _to(OPUS), "listening copy": _to_hear}
