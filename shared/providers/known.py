"""What a provider takes, as somebody read it: it changes there, and nobody tells us."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from shared.model.profile.capabilities import Capabilities

_LIMITS = (
    "files_per_job",
    "recordings_per_container_job",
    "max_bytes",
    "max_duration_ms",
    "max_diarized_ms",
    "most_channels",
    "calls_per_window",
    "window_seconds",
)


class Known(NamedTuple):
    """`what` it is, which no other of the provider is called. `source` is where it was read, and
    `read_on` when, as a date or month. `python -m local check-providers` sets it beside what the
    service says."""

    what: str
    values: Collection[str]
    source: str
    read_on: str


def limits_of(limits: Capabilities) -> tuple[str, ...]:
    """Those that have a number, each with its name."""
    told = ((name, getattr(limits, name)) for name in _LIMITS)
    return tuple(f"{name} {value}" for name, value in told if value is not None)
