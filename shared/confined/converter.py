"""Copies of sound, made at a distance: the `Converter` of the app."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from shared.confined.pool import Children
from shared.confined.process import Limits, Stream
from shared.model.listening import recipe as listening
from shared.model.listening.recipe import ListeningRecipe
from shared.model.listening.waveform import Levels
from shared.model.preparing.channels import Window
from shared.model.preparing.recipe import GAP_MS, Recipe
from shared.ports.copies import Copied, CopyToHear, HasGaps, Read, Speech, Take
from shared.ports.demuxer import TooCostly

LIMITS = Limits(
    memory_bytes=192 * 1024 * 1024,
    cpu_seconds=540,
    wall_seconds=120,
    life_cpu_seconds=600,
    jobs=1,
    streams=True,
)
"""Of address space, of which 80 MB are in use; for one long file, after which a new one starts."""
AT_ONCE = 3
"""Two that are prepared, and one for somebody who wants to listen."""
_STEP = listening.RATE // listening.LEVELS_A_SECOND
_BYTES_TO_LISTEN = 8 * 1024 * 1024
T = TypeVar("T")


class _Listened(msgspec.Struct, frozen=True):
    windows: tuple[Window, ...]


class _Found(msgspec.Struct, frozen=True):
    speech: bool
    loud: bool


class _Made(msgspec.Struct, frozen=True):
    """What `copy` may answer."""

    bytes: int = 0
    samples: int = 0
    channels: int = 0
    packets: int = 0
    bad_packets: int = 0
    unread: str | None = None


class _Enough(Exception):
    """A file that wants to be read whole to be listened to in parts."""


class ConfinedConverter:
    """Asks a child; see `shared/ports/copies.py`."""

    def __init__(self, children: Children) -> None:
        self._children = children

    def listen(self, size: int, read: Read, windows: int) -> Sequence[Window]:
        left = _BYTES_TO_LISTEN

        def some(offset: int, length: int) -> bytes:
            nonlocal left
            left -= length
            if left < 0:
                raise _Enough
            return read(offset, length)

        job = {"job": "listen", "size": size, "windows": windows}
        try:
            return self._believed(job, Stream(some, _nothing), _Listened).windows
        except _Enough:
            return ()

    def speech(self, size: int, read: Read) -> Speech:
        try:
            found = self._believed({"job": "speech", "size": size}, Stream(read, _nothing), _Found)
        except TooCostly:  # nobody is sure
            return "perhaps"
        if found.speech:
            return "perhaps"
        return "none" if found.loud else "silence"

    def copy(self, size: int, read: Read, recipe: Recipe, take: Take) -> Copied:
        try:
            made = self._believed(_job(recipe, size), Stream(read, take), _Made)
        except TooCostly as error:
            if str(error) == "gaps":
                raise HasGaps from None
            raise
        return _copied(made, recipe.rate, max(1, len(recipe.strands)))

    def copy_to_hear(
        self, size: int, read: Read, recipe: ListeningRecipe, take: Take
    ) -> CopyToHear:
        values = array("h")
        stream = Stream(read, take, values.frombytes)
        made = self._believed(_job_to_hear(recipe, size), stream, _Made)
        channels = max(1, made.channels)
        if len(values) % (2 * channels):
            raise TooCostly("an answer that cannot be")
        levels = Levels(values, channels, listening.RATE, _STEP)
        return CopyToHear(_copied(made, listening.RATE), levels)

    def _believed(self, job: dict[str, Any], stream: Stream, kind: type[T]) -> T:
        """What was made of it, in the form that is expected."""
        try:
            return msgspec.convert(self._children.work(job, stream), kind)
        except msgspec.ValidationError:
            raise TooCostly("an answer that cannot be") from None


def _copied(made: _Made, rate: int, strands: int = 1) -> Copied:
    between_ms = GAP_MS * (strands - 1)
    return Copied(
        bytes=made.bytes,
        duration_ms=(made.samples * 1000 // rate - between_ms) // strands if rate else 0,
        packets=made.packets,
        bad_packets=made.bad_packets,
        unread=made.unread is not None,
    )


def _job_to_hear(recipe: ListeningRecipe, size: int) -> dict[str, Any]:
    made_in = listening.MADE_IN
    return {
        "job": "copy",
        "way": "hear",
        "size": size,
        "muxer": made_in.muxer,
        "muxer_options": listening.MUXER_OPTIONS,
        "encoder": made_in.encoder,
        "encoder_options": listening.ENCODER_OPTIONS,
        "sample_format": made_in.sample_format,
        "rate": listening.RATE,
        "bit_rate": made_in.bit_rate,
        "skip": listening.DELAY_SAMPLES,
        "mix": recipe.mix,
        "measured": _STEP,
        "hidden": recipe.hidden,
        "fill": recipe.fill,
    }


def _job(recipe: Recipe, size: int) -> dict[str, Any]:
    made_in = recipe.made_in
    return {
        "job": "copy",
        "way": recipe.way,
        "size": size,
        "muxer": made_in.muxer,
        "encoder": made_in.encoder,
        "sample_format": made_in.sample_format,
        "rate": recipe.rate,
        "bit_rate": made_in.bit_rate,
        "mix": recipe.mix or None,
        "gap": GAP_MS * recipe.rate // 1000 if recipe.end_to_end else None,
    }


def _nothing(_number: int, _block: bytes) -> None:
    """Listening writes nothing."""


converter = ConfinedConverter(Children(LIMITS, most=AT_ONCE))
"""That of this process. No child is started before the first file."""
