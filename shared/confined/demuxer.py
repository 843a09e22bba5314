"""FFmpeg, asked from a distance: the `Demuxer` of the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from shared.confined.pool import Children
from shared.ports.demuxer import End, Heard, Look, Silent, Sound, TooCostly

T = TypeVar("T")
LONGEST_MS = 10_000 * 3_600_000
"""A year and more; what says to be longer is not believed."""


class Found(msgspec.Struct, frozen=True):
    """What `look` may answer."""

    sound: Sound | None = None
    silent: Silent | None = None
    missing_at: int | None = None


class ConfinedDemuxer:
    """Asks a child; see `shared/ports/demuxer.py`."""

    def __init__(self, children: Children) -> None:
        self._children = children

    def look(self, spans: Sequence[tuple[int, bytes]], size: int) -> Look:
        """One job."""
        places = [(offset, len(data)) for offset, data in spans]
        job = {"job": "look", "spans": places, "size": size}
        told = self._believed(job, b"".join(data for _, data in spans), Found)
        found = told.silent if told.sound is None else _plausible(told.sound)
        return Look(found, told.missing_at)

    def end_of_packets(self, data: bytes, *, tries_last: bool = False) -> End:
        """One job."""
        job = {"job": "end_of_packets", "tries_last": tries_last}
        end = self._believed(job, data, End)
        return end if _is_a_time(end.end_ms) else replace(end, end_ms=None)

    def heard(self, data: bytes) -> Heard:
        """One job."""
        heard = self._believed({"job": "heard"}, data, Heard)
        return heard if _is_a_time(heard.heard_ms) else Heard()

    def _believed(self, job: dict[str, object], data: bytes, kind: type[T]) -> T:
        """What was made of it, in the form that is expected."""
        try:
            return msgspec.convert(self._children.ask(job, data), kind)
        except msgspec.ValidationError:
            raise TooCostly("an answer that cannot be") from None


def _plausible(sound: Sound) -> Sound | None:
    if not (0 < sound.channels <= 255 and 0 < sound.sample_rate_hz <= 10_000_000):
        return None
    return sound if _is_a_time(sound.duration_ms) else replace(sound, duration_ms=None)


def _is_a_time(length_ms: int | None) -> bool:
    return length_ms is None or 0 <= length_ms <= LONGEST_MS


demuxer = ConfinedDemuxer(Children())
"""That of this process. No child is started before the first question."""
