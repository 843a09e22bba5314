"""Processor time of the app, and of the children in which it looks into files."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_READER = b"shared.confined"
_TICKS = os.sysconf("SC_CLK_TCK")


class Cpu(NamedTuple):
    """Seconds: of this process, which holds the app and the part that plays the functions host, and
    of its children, those that ended and those that run."""

    user: float
    system: float
    children: float

    @classmethod
    def now(cls) -> Cpu:
        own, ended = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        running = sum(map(_of, Path("/proc").glob("[0-9]*/stat")))
        return cls(own.ru_utime, own.ru_stime, ended.ru_utime + ended.ru_stime + running)

    def less(self, before: Cpu) -> Cpu:
        return Cpu(*(now - then for now, then in zip(self, before, strict=True)))

    def per_recording(self, recordings: int) -> dict[str, float]:
        each = {
            name: seconds * 1000 / recordings
            for name, seconds in zip(("user", "system", "children"), self, strict=True)
        }
        return {
            "cpu_ms_per_recording": sum(each.values()),
            **{f"cpu_{name}_ms_per_recording": ms for name, ms in each.items()},
        }

    def shares(self, spent_ms: Mapping[str, float], recordings: int) -> dict[str, float]:
        """Milliseconds a recording by part, `spent_ms` being those of this process. Children probe;
        `rest` is what no part tells."""
        probing = spent_ms["probing"] + self.children * 1000
        parts = {**spent_ms, "probing": probing}
        rest = sum(self) * 1000 - sum(parts.values())
        return {name: round(ms / recordings, 3) for name, ms in {**parts, "rest": rest}.items()}


def _of(stat: Path) -> float:
    """User and system, of a process of ours that looks into files; 0.0 of any other."""
    try:
        if _READER not in (stat.parent / "cmdline").read_bytes():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    ours = int(fields[1]) == os.getpid()
    return (int(fields[11]) + int(fields[12])) / _TICKS if ours else 0.0
